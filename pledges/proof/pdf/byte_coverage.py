"""What was appended to a file is, to the byte, what our own writer makes of its objects.

Two readers cannot differ about bytes that have nothing odd in them. Revision 0 needs no such rule:
whoever reads it, signs it.
"""

from collections.abc import Sequence
from typing import Final

from pledges.proof.pdf import serialiser
from pledges.proof.pdf.objects import integer, refuse
from pledges.proof.pdf.reader import History, Revision
from pledges.proof.pdf.xref_precheck import Row, Table

STORED: Final = frozenset({"/Filter", "/Length"})
KEYS: Final = frozenset({"/Type", "/W", "/Index", "/Size", "/Prev", "/Root", "/Info", "/ID"})
"""Of an appended table: no key that some reader follows to another table (7.5.8)."""


def check(pdf: bytes, history: History, tables: Sequence[Table]) -> None:
    """Raise `Rejected` unless each revision of `pdf` after the first is exact."""
    for revision, table in zip(history.revisions[1:], tables[1:], strict=True):
        for number, (begins, ends) in revision.spans.items():
            if pdf[begins:ends] != serialiser.indirect(number, revision.objects[number]):
                refuse("what is appended is written in one way", where=f"object {number}")
        _check_table(table, revision)


def _check_table(table: Table, revision: Revision) -> None:
    """Rows for these objects alone."""
    listed = sorted(revision.spans.items())
    rows: dict[int, Row] = {0: (0, 0, 0xFFFF)} | {number: (1, at, 0) for number, (at, _) in listed}
    index = [0, 1]
    for number, _ in listed:
        if len(index) > 2 and number == index[-2] + index[-1]:
            index[-1] += 1
        else:
            index += [number, 1]
    said = {key: [integer(each) for each in table.entries[key]] for key in ("/W", "/Index")}
    if dict(table.rows) != rows or said != {"/W": [1, 8, 2], "/Index": index}:
        refuse("a table lists the objects of its revision", expected=index, found=said["/Index"])
    if set(table.entries) - STORED != KEYS:
        refuse("a table has the keys that ours have", found=sorted(table.entries))
