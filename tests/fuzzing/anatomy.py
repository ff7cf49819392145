"""A file taken apart into the objects of its revisions, and put together with the places that
these then have: so a mutated object is read by the verdict, and not only missed by its table."""

import re
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

from pledges.proof.pdf import reader, serialiser, xref_precheck
from pledges.proof.pdf.objects import Budget, Name, Number, Stream
from pledges.proof.pdf.syntax import Parser
from pledges.proof.pdf.xref_precheck import Table
from tests.attacks.structures import runs

_RANGE = re.compile(rb"/Contents (<[0-9A-F]*>)\n(/ByteRange \[0 [^\]]*\] *)\n")


@dataclass
class Part:
    """One revision: its objects as bytes, those in object streams as values, and its table.

    `raw` are the bytes as they stand in the honest file, for as long as nothing is changed.
    """

    objects: dict[int, bytes]
    entries: dict[str, Any]
    table: int
    raw: bytes
    packed: dict[int, Any] = field(default_factory=dict)
    holder: int = 0
    header: bytes = b""

    def value(self, number: int) -> Any:
        """An object of this revision, parsed."""
        if number in self.packed:
            return self.packed[number]
        return Parser(self.objects[number], Budget()).indirect(number, 0)[0]

    def put(self, number: int, value: Any) -> None:
        """Let an object have this value, whether this revision had one of that number or not."""
        if number in self.packed:
            self.packed[number] = value
        else:
            self.objects[number] = serialiser.indirect(number, value)

    @property
    def numbers(self) -> list[int]:
        return sorted({*self.objects, *self.packed} - {self.holder})


def apart(pdf: bytes) -> list[Part]:
    """The revisions of an honest file."""
    tables = xref_precheck.read(pdf)
    history = reader.read(pdf, tables)
    parts, begins = [], 0
    for table, revision in zip(tables, history.revisions, strict=True):
        spans = {n: span for n, span in revision.spans.items() if n != table.number}
        packed = {n: revision.objects[n] for n, row in table.rows.items() if row[0] == 2}
        parts.append(
            Part(
                objects={n: pdf[start:stop] for n, (start, stop) in spans.items()},
                entries=dict(table.entries),
                table=table.number,
                raw=pdf[begins : table.ends],
                packed=packed,
                holder=_holder(table),
                header=b"" if begins else pdf[: min(start for start, _ in spans.values())],
            )
        )
        begins = table.ends
    return parts


def _holder(table: Table) -> int:
    [*holders] = {row[1] for row in table.rows.values() if row[0] == 2}
    return holders[0] if holders else 0


def together(parts: list[Part], changed_from: int = 0) -> bytes:
    """The file of these revisions, of which those from `changed_from` on are written anew."""
    pdf = b"".join(part.raw for part in parts[:changed_from])
    before = _start_of(pdf)
    for part in parts[changed_from:]:
        begins = len(pdf)
        pdf = _appended(pdf, part, before)
        before = _start_of(pdf)
        pdf = _ranged(pdf, begins)
    return pdf


def _start_of(pdf: bytes) -> int:
    return int(pdf.split(b"\n")[-3]) if pdf else -1


def _appended(pdf: bytes, part: Part, before: int) -> bytes:
    places: dict[int, tuple[int, int, int]] = {0: (0, 0, 0xFFFF)}
    pdf += part.header
    objects = dict(part.objects)
    if part.packed and part.holder:
        objects[part.holder] = _object_stream(part)
        places |= {n: (2, part.holder, index) for index, n in enumerate(part.packed)}
    for number, data in objects.items():
        places[number] = (1, len(pdf), 0)
        pdf += data
    start = len(pdf)
    places[part.table] = (1, start, 0)
    gap = b"\n" if before >= 0 else b""
    table = _table(part, places, before)
    return pdf + table + b"%bstartxref\n%d\n%%%%EOF\n" % (gap, start)


def _table(part: Part, places: dict[int, tuple[int, int, int]], before: int) -> bytes:
    listed = sorted(places)
    index = [Number(n) for run in runs(listed) for n in (run[0], len(run))]
    fresh = {"/W": [Number(1), Number(8), Number(2)], "/Index": index}
    if "/Size" not in part.entries or before >= 0:
        fresh["/Size"] = Number(max(listed) + 1)
    if before >= 0:
        fresh["/Prev"] = Number(before)
    entries = {key: fresh.get(key, value) for key, value in part.entries.items()} | fresh
    data = b"".join(
        bytes([kind]) + first.to_bytes(8, "big") + second.to_bytes(2, "big")
        for _, (kind, first, second) in sorted(places.items())
    )
    packed = zlib.compress(data) if entries.get("/Filter") == "/FlateDecode" else data
    return serialiser.indirect(part.table, Stream(entries, packed))


def _object_stream(part: Part) -> bytes:
    bodies = [serialiser.written(value) for value in part.packed.values()]
    starts = [sum(len(body) + 1 for body in bodies[:index]) for index in range(len(bodies))]
    pairs = zip(part.packed, starts, strict=True)
    head = b" ".join(b"%d %d" % pair for pair in pairs) + b"\n"
    entries = {
        "/Type": Name("/ObjStm"),
        "/N": Number(len(bodies)),
        "/First": Number(len(head)),
    }
    return serialiser.indirect(part.holder, Stream(entries, head + b"\n".join(bodies)))


def _ranged(pdf: bytes, begins: int) -> bytes:
    """`pdf` whose signatures from `begins` on cover all but themselves."""
    for found in _RANGE.finditer(pdf, begins):
        numbers = found.start(1), found.end(1), len(pdf) - found.end(1)
        said = b"/ByteRange [0 %d %d %d]" % numbers
        pdf = pdf[: found.start(2)] + said.ljust(len(found[2])) + pdf[found.end(2) :]
    return pdf


def copied(parts: list[Part]) -> list[Part]:
    """The same parts, to be changed."""
    return [
        replace(p, objects=dict(p.objects), packed=dict(p.packed), entries=dict(p.entries))
        for p in parts
    ]
