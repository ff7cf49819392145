"""Every byte of a file accounted for: listed objects one after the other, and nothing between.

Readers mend what they take for damage, each in its own way, and may then show what no table lists.
So nothing may look damaged: what was appended has to be, to the byte, what our own writer makes of
it, and no object may refer to one that is not there.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils import generic as untyped

from pledges.core.verdict import Rejected

generic: Any = untyped
HEADER: Final = re.compile(rb"%PDF-1\.7\n%[\x80-\xff]{4}\n")
SIGNATURE: Final = re.compile(rb"/Contents <([0-9a-f]+)>\n/ByteRange \[ (\d+ \d+ \d+ \d+) \]")
FREE_ROW: Final = b"\0" * 9 + b"\xff\xff"  # of object 0
TABLE: Final = frozenset({"/Type", "/W", "/Index", "/Size", "/Prev", "/Root", "/Info", "/ID"})
STORED: Final = frozenset({"/Filter", "/Length"})
RANGE_WIDTH: Final = 62  # characters, padded: it is filled in when the length is known


def check(pdf: bytes, reader: Any, ends: tuple[int, ...]) -> None:
    """Raise `Rejected` unless each revision of `pdf`, which ends at `ends`, is exact."""
    begins, known = 0, set[int]()
    for revision, end in enumerate(ends):
        _check_identifier(reader.get_historical_resolver(revision).trailer_view)
        listed = reader.xrefs.get_xref_data(revision)
        known |= {*listed.standard_xrefs, *listed.xrefs_in_objstm}
        places = sorted((place, number) for number, (_, place) in listed.standard_xrefs.items())
        if revision:
            _check_written(pdf, reader, revision, places, begins)
        else:
            _check_rendered(pdf, reader, places)
        _check_references(reader, revision, known)
        begins = end


def _check_identifier(trailer: Any) -> None:
    """ISO 32000-1, 14.4: two strings, which stand in the trailer itself."""
    parts = trailer.raw_get("/ID")
    strings = (generic.TextStringObject, generic.ByteStringObject)
    if not isinstance(parts, generic.ArrayObject) or len(parts) != 2:
        raise Rejected("unreadable")
    if not all(isinstance(parts.raw_get(index), strings) for index in range(2)):
        raise Rejected("unreadable")


def _check_rendered(pdf: bytes, reader: Any, places: list[tuple[int, int]]) -> None:
    """Revision 0: each object begins where the one before it ends, and no other byte is there."""
    header = HEADER.match(pdf)
    next_place = header.end() if header else -1
    for place, number in places:
        head = b"%d 0 obj\n" % number
        if place != next_place or not pdf.startswith(head, place):
            raise Rejected("unreadable")
        reader.stream.seek(place + len(head))
        generic.read_object(reader.stream, generic.Reference(number, 0, reader))
        end = reader.stream.tell()
        next_place = end + len(b"\nendobj\n")
        if pdf[end:next_place] != b"\nendobj\n":
            raise Rejected("unreadable")


def _check_written(
    pdf: bytes, reader: Any, revision: int, places: list[tuple[int, int]], begins: int
) -> None:
    """A revision that was appended: the bytes that its objects are written as, and no other."""
    resolver = reader.get_historical_resolver(revision)
    for place, number in places:
        found = resolver.get_object(generic.Reference(number, 0, resolver))
        written = b"%d 0 obj\n%b\nendobj\n" % (number, _written(found))
        if place != begins or not pdf.startswith(written, place):
            raise Rejected("unreadable")
        begins += len(written)
    if not pdf.startswith(b"\nstartxref\n%d\n%%%%EOF\n" % place, begins):
        raise Rejected("unreadable")
    _check_table(found, [number for _, number in places], [place for place, _ in places])


def _check_table(table: Any, numbers: list[int], places: list[int]) -> None:
    """A cross-reference stream with the rows of these objects, and no key that some reader follows
    to another table (7.5.8)."""
    listed = sorted(zip(numbers, places, strict=True))
    rows = FREE_ROW + b"".join(b"\1" + place.to_bytes(8, "big") + b"\0\0" for _, place in listed)
    index = [0, 1]
    for number, _ in listed:
        if len(index) > 2 and number == index[-2] + index[-1]:
            index[-1] += 1
        else:
            index += [number, 1]
    said = {key: [int(each) for each in table[key]] for key in ("/W", "/Index")}
    if set(table) - STORED != TABLE or int(table["/Size"]) != max(numbers) + 1:
        raise Rejected("unreadable")
    if said != {"/W": [1, 8, 2], "/Index": index} or bytes(table.data) != rows:
        raise Rejected("unreadable")


def _written(found: Any) -> bytes:
    out = BytesIO()
    found.write_to_stream(out, None)
    written = out.getvalue()
    if not isinstance(found, generic.DictionaryObject):
        return written
    if "/ByteRange" in found:
        written = SIGNATURE.sub(_filled_in, written, count=1)
    if found.get("/Type") == "/XRef":
        parts = (b"<%b>" % _bytes(found["/ID"].raw_get(index)).hex().encode() for index in range(2))
        written = re.sub(rb"/ID \[.*?\]\n", b"/ID [ %b %b ]\n" % tuple(parts), written, count=1)
    return written


def _filled_in(found: re.Match[bytes]) -> bytes:
    covered = (b"[%b]" % found[2]).ljust(RANGE_WIDTH)
    return b"/Contents <%b>\n/ByteRange %b" % (found[1].upper(), covered)


def _bytes(text: Any) -> bytes:
    return bytes(text.original_bytes)


def _check_references(reader: Any, revision: int, known: set[int]) -> None:
    """An object that is not there yet, a later revision could bring."""
    resolver = reader.get_historical_resolver(revision)
    for reference in reader.xrefs.explicit_refs_in_revision(revision):
        for found in _references(resolver.get_object(reference)):
            if found.generation != 0 or found.idnum not in known:
                raise Rejected("unreadable")


def _references(value: Any) -> Iterator[Any]:
    if isinstance(value, generic.IndirectObject):
        yield value
    elif isinstance(value, generic.DictionaryObject):
        for key in value:
            yield from _references(value.raw_get(key))
    elif isinstance(value, generic.ArrayObject):
        for index in range(len(value)):
            yield from _references(value.raw_get(index))
