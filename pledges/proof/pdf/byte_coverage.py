"""What was appended to a file is, to the byte, what our own serialiser makes of its objects.

Two readers cannot differ about bytes that have nothing odd in them. Revision 0 needs no such rule:
whoever reads it, signs it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pledges.proof.pdf import serialiser
from pledges.proof.pdf.objects import Reference, integer, refuse
from pledges.proof.pdf.reader import History, Revision
from pledges.proof.pdf.serialiser import Trailer
from pledges.proof.pdf.xref_precheck import Table


def check(pdf: bytes, history: History, tables: Sequence[Table]) -> None:
    """Raise `Rejected` unless each revision of `pdf` after the first is written in that way."""
    for number in range(1, len(tables)):
        revision, table = history.revisions[number], tables[number]
        begins = tables[number - 1].ends
        objects = {each: revision.objects[each] for each in revision.spans if each != table.number}
        if not objects:
            refuse("a revision brings objects", where=f"offset {begins}")
        expected = serialiser.revision(objects, _trailer(table, revision), begins=begins)
        if pdf[begins : table.ends] != expected:
            _explain(pdf, revision, objects, expected)


def _trailer(table: Table, revision: Revision) -> Trailer:
    root, info = table.entries.get("/Root"), table.entries.get("/Info")
    if not isinstance(root, Reference) or not isinstance(info, Reference):
        refuse("a trailer refers to the catalog and the information dictionary", found=root)
    return Trailer(root, info, revision.identifier, integer(table.entries.get("/Prev")))


def _explain(pdf: bytes, revision: Revision, objects: Mapping[int, Any], expected: bytes) -> None:
    """Refuse, naming the object that is written in another way."""
    for number, value in objects.items():
        begins, ends = revision.spans[number]
        if pdf[begins:ends] != serialiser.indirect(number, value):
            refuse("what is appended is written in one way", where=f"object {number}")
    refuse(
        "a revision has its objects in order, then a table that lists them and no other",
        expected=expected[-200:],
        found=table_of(pdf, revision),
    )


def table_of(pdf: bytes, revision: Revision) -> bytes:
    """The bytes of the table of `revision`, its last object."""
    begins, ends = list(revision.spans.values())[-1]
    return pdf[begins:ends]
