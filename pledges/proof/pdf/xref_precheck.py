"""The cross-reference streams of a file (ISO 32000-1, 7.5.8), read before anything else.

A table of a few bytes can name billions of objects, inflate to gigabytes or lead in circles. So the
chain of tables is followed here at no cost, by tables in the one simple form of our own files; it
tells where each revision ends.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from pledges.proof.pdf.objects import Budget, integer, refuse
from pledges.proof.pdf.syntax import Parser
from pledges.proof.verdict import Rejected

HEADER: Final = re.compile(rb"%PDF-1\.[0-9]\n%[\x80-\xff]{4}\n")
END: Final = b"%%EOF\n"
MAX_REVISIONS: Final = 64
"""More than a file whose timestamp is renewed every year for half a century has."""
MAX_OBJECTS: Final = 20_000
"""Far more than a pledge has; each is read before anything is known of who wrote the file."""
MAX_APPENDED: Final = 500
"""Objects of one later revision."""
MAX_WIDTH: Final = 8  # bytes of a column
MAX_TABLE_NODES: Final = 100 + 2 * MAX_REVISIONS
MAX_TABLE_HEAD: Final = 4_000  # bytes

_START: Final = re.compile(rb"startxref\n([0-9]{1,10})\n%%EOF\n\Z")
_HEAD: Final = re.compile(rb"([0-9]{1,6}) 0 obj\n(?=<<)")
_KEYS: Final = frozenset(
    {"/Type", "/W", "/Index", "/Size", "/Prev", "/Root", "/Info", "/ID", "/Filter", "/Length"}
)

Row = tuple[int, int, int]
"""Kind, and what the two columns behind it say."""


@dataclass(frozen=True)
class Table:
    """The table of one revision: which object it is, where it stands, what it lists."""

    number: int
    place: int
    ends: int
    """Where its revision ends."""
    entries: Mapping[str, Any]
    rows: Mapping[int, Row]

    @property
    def size(self) -> int:
        return integer(self.entries["/Size"])


def read(pdf: bytes) -> tuple[Table, ...]:
    """The tables of all revisions, the first one first; raises `Rejected`.

    The last revision ends with the file, and each table stands before the one that names it.
    """
    if not HEADER.match(pdf):
        raise Rejected(
            "not-a-pdf",
            "the file begins with %PDF-1.x and a comment of four bytes (7.5.2)",
            found=pdf[:16],
        )
    if not pdf.endswith(END):
        raise Rejected("trailing-bytes", "the file ends with %%EOF", found=pdf[-16:])
    last = _START.search(pdf, max(0, len(pdf) - 60))
    if last is None:
        refuse("before %%EOF stands where the table is (7.5.5)", found=pdf[-60:])
    tables = [_table(pdf, int(last[1]))]
    while "/Prev" in tables[-1].entries:
        before = integer(tables[-1].entries["/Prev"])
        if before >= tables[-1].place:
            refuse("/Prev leads to a table before this one", found=before)
        if len(tables) == MAX_REVISIONS:
            raise Rejected("unknown-shape", "few revisions", expected=MAX_REVISIONS)
        tables.append(_table(pdf, before))
    if tables[0].ends != len(pdf):
        raise Rejected("trailing-bytes", "nothing stands behind the last revision")
    return tuple(reversed(tables))


def _table(pdf: bytes, place: int) -> Table:
    head = _HEAD.match(pdf, place)
    if head is None:
        refuse("a cross-reference stream stands where it is said", where=f"offset {place}")
    number = int(head[1])
    slice_end = min(len(pdf), place + MAX_TABLE_HEAD)
    parser = Parser(pdf[place:slice_end], Budget(nodes=MAX_TABLE_NODES))
    entries, end = parser.value(head.end() - place)
    _check_entries(entries, place)
    start = place + end + len(b"\nstream\n")
    length = integer(entries["/Length"])
    if pdf[place + end : start] != b"\nstream\n" or length < 0:
        refuse("a cross-reference stream is a stream", where=f"offset {place}")
    rows = _rows(entries, pdf[start : start + length])
    ends = _end(pdf, start + length, place, first="/Prev" not in entries)
    return Table(number, place, ends, entries, rows)


def _check_entries(entries: Mapping[str, Any], place: int) -> None:
    where = f"offset {place}"
    if entries.get("/Type") != "/XRef" or set(entries) - _KEYS:
        refuse("a table has the keys of 7.5.8.2 and no other", found=set(entries), where=where)
    missing = {"/W", "/Index", "/Size", "/Root", "/Length"} - set(entries)
    if missing or entries.get("/Filter", "/FlateDecode") != "/FlateDecode":
        refuse("a table says its columns, numbers and length", found=missing, where=where)


def _end(pdf: bytes, place: int, table: int, *, first: bool) -> int:
    """Where the revision ends whose table's data end at `place`."""
    gap = b"" if first else b"\n"
    tail = b"\nendstream\nendobj\n%bstartxref\n%d\n%%%%EOF\n" % (gap, table)
    if not pdf.startswith(tail, place):
        refuse("a revision ends right behind its table", where=f"offset {place}")
    return place + len(tail)


def _rows(entries: Mapping[str, Any], data: bytes) -> dict[int, Row]:
    widths = _numbers(entries["/W"])
    most = MAX_APPENDED if "/Prev" in entries else MAX_OBJECTS
    numbers = _listed(_numbers(entries["/Index"]), integer(entries["/Size"]), most)
    if len(widths) != 3 or widths[0] != 1 or not all(0 <= each <= MAX_WIDTH for each in widths):
        refuse("a table has three columns, the first of one byte", found=widths)
    wide = sum(widths)
    packed = "/Filter" in entries
    try:
        content = _inflated(data, wide * len(numbers)) if packed else data
    except zlib.error as error:
        raise Rejected("unreadable", "the table inflates", found=str(error)) from error
    if len(content) != wide * len(numbers):
        refuse("a table has a row for each number", expected=wide * len(numbers))
    edge = 1 + widths[1]
    rows = {
        number: (
            content[at],
            int.from_bytes(content[at + 1 : at + edge], "big"),
            int.from_bytes(content[at + edge : at + wide], "big"),
        )
        for number, at in zip(numbers, range(0, len(content), wide), strict=True)
    }
    _check_rows(rows)
    return rows


def _numbers(value: Any) -> list[int]:
    if not isinstance(value, list):
        refuse("a table gives its columns and numbers as arrays", found=value)
    return [integer(each) for each in value]


def _listed(index: list[int], size: int, most: int) -> list[int]:
    """The numbers that a table lists, each once and in order, and `most` of them."""
    counts = index[1::2]
    if not index or len(index) % 2 or min(index) < 0:
        refuse("/Index has pairs of numbers (7.5.8.2)", found=index)
    if size > MAX_OBJECTS or sum(counts) > most:
        found = max(size, sum(counts))
        raise Rejected("too-large", "a revision has few objects", expected=most, found=found)
    numbers = [
        number
        for first, count in zip(index[::2], counts, strict=True)
        for number in range(first, first + count)
    ]
    if any(after <= before for before, after in pairwise(numbers)):
        refuse("a table lists each number once, in order", found=index)
    if not numbers or numbers[-1] >= size:
        refuse("a table lists numbers below its size", expected=size, found=numbers[-1:])
    return numbers


def _inflated(data: bytes, expected: int) -> bytes:
    """At most one byte more than `expected`; nothing may stand behind it."""
    packed = zlib.decompressobj()
    found = packed.decompress(data, expected + 1)
    if not packed.eof or packed.unused_data:
        refuse("the table's data end where its compression ends")
    return found


def _check_rows(rows: Mapping[int, Row]) -> None:
    """Object 0 is free, and every other is in use (7.5.8.3): what some readers ignore and others
    take for damage makes them show different things."""
    for number, (kind, *_) in rows.items():
        if kind not in ((1, 2) if number else (0,)):
            refuse("object 0 is free and every other in use", found=(number, kind))
