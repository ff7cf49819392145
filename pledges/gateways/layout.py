"""Where the revisions of a file lie: byte ranges one after the other, each ended by its own table.

A parser finds objects by following numbers, and two parsers may follow them differently. Here the
numbers are held to the one simple layout that this product writes, so that they cannot.
"""

from typing import Any, Final

from pyhanko.pdf_utils.xref import XRefSectionType

from pledges.core.verdict import Rejected

MOST_OBJECTS: Final = 20_000
"""Far more than a pledge has; each is read before anything is known of who wrote the file."""


def ends(pdf: bytes, reader: Any) -> tuple[int, ...]:
    """Where each revision ends; raises `Rejected` unless all of them lie as they should.

    Each has a cross-reference stream right before its end, which lists only objects that lie
    within it, and from the second on only whole objects of their own: none compressed, freed,
    or of another generation, and new ones only under numbers that were never used.
    """
    found: list[int] = []
    known: set[int] = set()
    size = 0
    for revision in range(reader.total_revisions):
        table = reader.xrefs.get_xref_container_info(revision)
        data = reader.xrefs.get_xref_data(revision)
        begins = found[-1] if found else 0
        found.append(_end(pdf, table))
        listed = {*data.standard_xrefs, *data.xrefs_in_objstm}
        compressed = revision > 0 and bool(data.xrefs_in_objstm)
        # A number that an earlier revision left open, its pages might already refer to.
        reused = any(number < size for number in listed - known)
        beyond = table.size < size or max(listed, default=0) >= table.size
        if data.freed or compressed or reused or beyond:
            raise Rejected("unreadable")
        for generation, place in data.standard_xrefs.values():
            if generation != 0 or not begins <= place <= table.start_location:
                raise Rejected("unreadable")
        known |= listed
        size = table.size
    if found[-1] != len(pdf):
        raise Rejected("trailing-bytes")
    if len(known) > MOST_OBJECTS:
        raise Rejected("too-large")
    return tuple(found)


def _end(pdf: bytes, table: Any) -> int:
    tail = b"startxref\n%d\n%%%%EOF\n" % table.start_location
    place = pdf.find(tail, table.end_location)
    straight = table.declared_startxref == table.start_location
    if table.xref_section_type is not XRefSectionType.STREAM or not straight or place < 0:
        raise Rejected("unreadable")
    if pdf[table.end_location : place].split() != [b"endobj"]:
        raise Rejected("unreadable")
    return place + len(tail)
