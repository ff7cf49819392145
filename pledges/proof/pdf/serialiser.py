"""The one way in which appended revisions are written, by whoever signs and by whoever judges.

What was appended to a pledge is held to these bytes, so that no reader finds anything to mend in
it, and no other library's way of writing matters. This form belongs to every number of the file
format; it must never change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pledges.proof.pdf.objects import Name, Number, Reference, Stream, String, refuse

RANGE_WIDTH: Final = 62
"""Characters of a byte range, padded: it is filled in when the length of the file is known."""
COLUMNS: Final = (1, 8, 2)
"""Bytes of the columns of a cross-reference stream (ISO 32000-1, table 17): kind, place, and
generation."""

_PLAIN: Final = frozenset(b"0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DELIMITERS: Final = frozenset(b"()<>[]{}/%#")


@dataclass(frozen=True)
class Trailer:
    """What the cross-reference stream of an appended revision says beside its rows."""

    root: Reference
    info: Reference
    identifier: tuple[bytes, bytes]
    previous: int
    """Where the table of the revision before stands."""


def revision(objects: Mapping[int, Any], trailer: Trailer, *, begins: int) -> bytes:
    """The bytes of a revision that brings `objects`, by number, and begins at that offset.

    Objects stand in the order of their numbers; the table is the last, and its number the highest.
    """
    number = max(objects) + 1
    written, places = b"", {}
    for each in sorted(objects):
        places[each] = begins + len(written)
        written += indirect(each, objects[each])
    table = begins + len(written)
    listed = indirect(number, table_of({**places, number: table}, trailer))
    return b"%b%b\nstartxref\n%d\n%%%%EOF\n" % (written, listed, table)


def table_of(places: Mapping[int, int], trailer: Trailer) -> Stream:
    """The cross-reference stream (7.5.8) over these places.

    Not compressed: compressors differ, and these bytes are compared.
    """
    kind, place, generation = COLUMNS
    rows = [bytes(kind + place) + b"\xff" * generation]
    rows += [
        b"\x01" + places[number].to_bytes(place, "big") + bytes(generation)
        for number in sorted(places)
    ]
    entries = {
        "/Type": Name("/XRef"),
        "/W": _numbers(COLUMNS),
        "/Index": _numbers(_ranges([0, *sorted(places)])),
        "/Size": Number(max(places) + 1),
        "/Prev": Number(trailer.previous),
        "/Root": trailer.root,
        "/Info": trailer.info,
        "/ID": [String(part) for part in trailer.identifier],
    }
    return Stream(entries, b"".join(rows))


def _ranges(numbers: list[int]) -> list[int]:
    """The first and the count of each run of numbers that follow each other."""
    ranges: list[int] = []
    for number in numbers:
        if ranges and number == ranges[-2] + ranges[-1]:
            ranges[-1] += 1
        else:
            ranges += [number, 1]
    return ranges


def _numbers(values: list[int] | tuple[int, ...]) -> list[Number]:
    return [Number(value) for value in values]


def indirect(number: int, value: Any) -> bytes:
    """An indirect object, to the line feed behind its end."""
    return b"%d 0 obj\n%b\nendobj\n" % (number, written(value))


def written(value: Any) -> bytes:
    """One object."""
    if isinstance(value, Stream):
        return _stream(value)
    if isinstance(value, dict):
        return _dictionary(value)
    if isinstance(value, list):
        return b"[%b ]" % b"".join(b" " + written(item) for item in value)
    return _atom(value)


def same(one: Any, other: Any) -> bool:
    """Whether two objects say the same; references are not followed."""
    return type(one) is type(other) and written(one) == written(other)


def _dictionary(entries: Mapping[str, Any]) -> bytes:
    rows = [b"%b %b\n" % (_name(key), _entry(entries, key)) for key in entries]
    return b"<<\n%b>>" % b"".join(rows)


def _entry(entries: Mapping[str, Any], key: str) -> bytes:
    """Signatures and identifiers are written in hexadecimal, a byte range into its room."""
    value = entries[key]
    if key == "/Contents" and "/ByteRange" in entries and isinstance(value, String):
        return b"<%b>" % value.value.hex().upper().encode()
    if key == "/ByteRange" and isinstance(value, list):
        return byte_range(value)
    if key == "/ID" and isinstance(value, list):
        parts = b"".join(
            b" <%b>" % each.value.hex().encode() if isinstance(each, String) else b" " + _atom(each)
            for each in value
        )
        return b"[%b ]" % parts
    return written(value)


def byte_range(numbers: list[Any]) -> bytes:
    """A signature's byte range, with the spaces that keep its room."""
    return (b"[%b]" % b" ".join(written(item) for item in numbers)).ljust(RANGE_WIDTH)


def _stream(value: Stream) -> bytes:
    """With its length last."""
    entries = {key: inner for key, inner in value.entries.items() if key != "/Length"}
    entries["/Length"] = Number(len(value.data))
    return b"%b\nstream\n%b\nendstream" % (_dictionary(entries), value.data)


def _atom(value: Any) -> bytes:
    if isinstance(value, Name):
        return _name(value)
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, Reference):
        return b"%d %d R" % value
    if isinstance(value, String):
        return b"(%b)" % b"".join(
            bytes([byte]) if byte in _PLAIN else b"\\%03o" % byte for byte in value.value
        )
    if value is None or isinstance(value, bool):
        return {None: b"null", True: b"true", False: b"false"}[value]
    refuse("an object is written as 7.3 says", found=value)


def _name(name: str) -> bytes:
    raw = name.encode("utf-8", "surrogateescape")[1:]
    return b"/" + b"".join(
        bytes([byte]) if 0x21 <= byte <= 0x7E and byte not in _DELIMITERS else b"#%02X" % byte
        for byte in raw
    )


def _number(number: Number) -> bytes:
    """A whole number without a point, any other in digits alone: there are no exponents (7.3.3)."""
    exact = Decimal(number)
    whole = exact == exact.to_integral()
    return (str(int(exact)) if whole else format(exact, "f")).encode()
