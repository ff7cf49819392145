"""Mutations of the objects of a revision, and of the revisions of a file."""

import re
from collections.abc import Callable, Sequence
from random import Random

from pledges.proof.pdf.objects import Name, Number, Reference
from tests.fuzzing.anatomy import Part
from tests.fuzzing.text import Unfit

Change = Callable[[list[Part], int, Random], None]
Splice = Callable[[Sequence[bytes], Sequence[bytes], Random], bytes]
OBJECTS: dict[str, Change] = {}
"""Mutations of the objects of the revision of that index."""
FILES: dict[str, Splice] = {}
"""Mutations of a file's revisions, with those of another file at hand."""

_EDGE = re.compile(rb"(?<=\n)(?=\d+ 0 obj\n|stream\n|endstream\n|endobj\n|startxref\n|%%EOF\n)")


def _object(change: Change) -> Change:
    OBJECTS[change.__name__.replace("_", "-")] = change
    return change


def _file(splice: Splice) -> Splice:
    FILES[splice.__name__.replace("_", "-")] = splice
    return splice


def _two(numbers: Sequence[int], chance: Random) -> tuple[int, int]:
    if len(numbers) < 2:
        raise Unfit
    one, other = chance.sample(list(numbers), 2)
    return one, other


@_object
def objects_exchanged(parts: list[Part], index: int, chance: Random) -> None:
    part = parts[index]
    one, other = _two(part.numbers, chance)
    first, second = part.value(one), part.value(other)
    part.put(one, second)
    part.put(other, first)


@_object
def object_copied_over_another(parts: list[Part], index: int, chance: Random) -> None:
    """One of any revision."""
    source = parts[chance.randint(0, index)]
    part, value = parts[index], source.value(chance.choice(source.numbers))
    part.put(chance.choice(part.numbers), value)


@_object
def object_written_again(parts: list[Part], index: int, chance: Random) -> None:
    """In this revision, one of an earlier one: as it was, or as another was."""
    source = parts[chance.randint(0, index)]
    number = chance.choice(source.numbers)
    value = source.value(chance.choice((number, chance.choice(source.numbers))))
    parts[index].packed.pop(number, None)
    parts[index].put(number, value)


@_object
def object_added(parts: list[Part], index: int, chance: Random) -> None:
    part, source = parts[index], parts[chance.randint(0, index)]
    number = part.table + 1
    part.put(number, source.value(chance.choice(source.numbers)))
    part.table += chance.choice((0, 2))


@_object
def many_objects_added(parts: list[Part], index: int, chance: Random) -> None:
    part, count = parts[index], chance.choice((100, 600, 5_000))
    for number in range(part.table, part.table + count):
        part.objects[number] = b"%d 0 obj\n<<\n/A %d 0 R\n>>\nendobj\n" % (number, number)
    part.table += count


@_object
def object_dropped(parts: list[Part], index: int, chance: Random) -> None:
    part = parts[index]
    number = chance.choice(part.numbers)
    part.objects.pop(number, None)
    part.packed.pop(number, None)


@_object
def objects_reordered(parts: list[Part], index: int, chance: Random) -> None:
    part = parts[index]
    order = list(part.objects)
    chance.shuffle(order)
    part.objects = {number: part.objects[number] for number in order}


@_object
def table_changed(parts: list[Part], index: int, chance: Random) -> None:
    """What a table says besides its rows."""
    entries = parts[index].entries
    key = chance.choice((*entries, "/Encrypt", "/XRefStm", "/Extends", "/DecodeParms"))
    values = (Number("0"), Number("-7"), Name("/X"), [], {}, Reference(1, 0), Reference(2, 1))
    if key in entries and chance.random() < 0.4:
        del entries[key]
    else:
        entries[key] = chance.choice(values)


@_file
def revision_of_another_file(
    own: Sequence[bytes], others: Sequence[bytes], chance: Random
) -> bytes:
    """Behind the revision before it, and with the own ones that came after or without."""
    index = chance.randrange(1, min(len(own), len(others)))
    rest = chance.choice((own[index + 1 :], others[index + 1 :], ()))
    return b"".join((*own[:index], others[index], *rest))


@_file
def revision_dropped(own: Sequence[bytes], _others: Sequence[bytes], chance: Random) -> bytes:
    index = chance.randrange(len(own))
    return b"".join((*own[:index], *own[index + 1 :]))


@_file
def revision_repeated(own: Sequence[bytes], _others: Sequence[bytes], chance: Random) -> bytes:
    index = chance.randrange(len(own))
    times = chance.choice((2, 2, 3, 60))
    return b"".join((*own[:index], *[own[index]] * times, *own[index + 1 :]))


@_file
def revisions_exchanged(own: Sequence[bytes], _others: Sequence[bytes], chance: Random) -> bytes:
    shuffled = list(own)
    chance.shuffle(shuffled)
    return b"".join(shuffled)


@_file
def files_spliced(own: Sequence[bytes], others: Sequence[bytes], chance: Random) -> bytes:
    """At edges of objects, streams or revisions."""
    one, other = b"".join(own), b"".join(others)
    head, tail = (
        chance.choice([found.start() for found in _EDGE.finditer(pdf)]) for pdf in (one, other)
    )
    return one[:head] + other[tail:]


@_file
def cut_off(own: Sequence[bytes], _others: Sequence[bytes], chance: Random) -> bytes:
    """At an edge, and with an end behind it or without."""
    pdf = b"".join(own)
    kept = pdf[: chance.choice([found.start() for found in _EDGE.finditer(pdf)])]
    end = pdf[pdf.rindex(b"startxref") :]
    return kept + chance.choice((b"", end, b"%%EOF\n", own[-1]))


@_file
def objects_exchanged_in_place(
    own: Sequence[bytes], others: Sequence[bytes], chance: Random
) -> bytes:
    """Whole objects, those of another file too."""
    pdf, source = b"".join(own), b"".join(chance.choice((own, others)))
    pattern = re.compile(rb"\d+ 0 obj\n(?s:.*?)\nendobj\n")
    target = chance.choice(list(pattern.finditer(pdf)))
    taken = chance.choice(pattern.findall(source))
    how = chance.choice(("in place of", "ahead of"))
    rest = pdf[target.end() if how == "in place of" else target.start() :]
    return pdf[: target.start()] + taken + rest


@_file
def tail_added(own: Sequence[bytes], others: Sequence[bytes], chance: Random) -> bytes:
    pdf = b"".join(own)
    end = pdf[pdf.rindex(b"startxref") :]
    return pdf + chance.choice((end, b"\0", b"\n", b" " * 5_000, b"".join(others), own[-1]))


@_file
def text_ahead(own: Sequence[bytes], _others: Sequence[bytes], chance: Random) -> bytes:
    return chance.choice((b"\n", b"%!PS\n", b"%PDF-1.4\n", bytes(1024))) + b"".join(own)
