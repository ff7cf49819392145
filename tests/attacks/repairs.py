"""Last revisions that one reader takes as they are and another mends, to show what no table lists.

Each hides another first page, and a trailer for whoever looks for one, before the honest objects of
the revision, and then breaks something that only some readers mind. A timestamp covers all of it.
"""

from collections.abc import Callable

from tests.attacks.structures import (
    EVIL,
    Revision,
    again,
    as_stream,
    laid_out,
    notarized,
    page_of,
    stream,
)
from tests.attacks.table import forgery

Change = Callable[[Revision], None]
CATALOG = 2


def hiding(honest) -> Revision:
    revision = again(honest)
    hidden = stream(page_of(honest)[1], b"", EVIL)
    trailer = b"trailer\n<</Size %d /Root %d 0 R>>\n" % (revision.size, CATALOG)
    revision.ahead = hidden + trailer
    return revision


def broken(name: str, change: Callable[[bytes], bytes]) -> None:
    @forgery("unreadable", "failed", on=["lta"], opens=False, name=name)
    def forge(honest, _pdf):
        revision = hiding(honest)
        revision.objects[CATALOG] = change(revision.objects[CATALOG])
        return notarized(honest, as_stream(revision))


def _ended_by(other: bytes) -> Callable[[bytes], bytes]:
    return lambda data: other.join(data.rsplit(b">>", 1))


broken("a page that no table lists", lambda data: data)
broken("a catalog without its keyword", lambda data: data.replace(b" obj", b" xbj", 1))
broken("a catalog with a sign", lambda data: b"+" + data)
broken("a catalog with a gap in its number", lambda data: b"0_" + data)
broken("a catalog behind a remark", lambda data: b"%c\n" + data)
broken("a catalog half closed", _ended_by(b">x"))
broken("a catalog whose end is glued", lambda data: data.replace(b"\nendobj", b"endobj", 1))
broken("a catalog with a number that is none", lambda data: data.replace(b"<<", b"<</Zz 1-2 ", 1))


def with_rows(honest, width: int, kinds: dict[int, int]) -> bytes:
    """The table with its first column `width` bytes wide, and rows of other kinds."""
    revision = hiding(honest)
    body, places = laid_out(revision)
    start = len(body)
    rows = {number: (1, at, 0) for number, at in places.items()}
    rows |= {number: (kind, 0, 0) for number, kind in kinds.items()}
    rows |= {0: (0, 0, 65535), revision.table: (1, start, 0)}
    index = b" ".join(b"%d 1" % number for number in sorted(rows))
    packed = b"".join(
        kind.to_bytes(width, "big") + first.to_bytes(8, "big") + second.to_bytes(2, "big")
        for _, (kind, first, second) in sorted(rows.items())
    )
    head = b"/Type /XRef /W [%d 8 2] /Index [%b] /Size %d /Prev %d %b" % (
        width, index, revision.size, revision.prev, revision.trailer,
    )  # fmt: skip
    table = stream(revision.table, head, packed)
    return notarized(honest, body + table + b"\nstartxref\n%d\n%%%%EOF\n" % start)


@forgery("unreadable", on=["lta"], opens=False)
def a_row_of_no_kind(honest, _pdf):
    """Type 3: "a reference to the null object" (7.5.8.3) for one, damage for another."""
    return with_rows(honest, 1, {page_of(honest)[1]: 3})


@forgery("unreadable", on=["lta"], opens=False)
def a_row_for_a_page_that_is_freed(honest, _pdf):
    return with_rows(honest, 1, {page_of(honest)[1]: 0})


@forgery("unreadable", on=["lta"], opens=False)
def kinds_in_five_bytes(honest, _pdf):
    return with_rows(honest, 5, {})


@forgery("unreadable", on=["lta"], opens=False)
def kinds_in_eight_bytes(honest, _pdf):
    return with_rows(honest, 8, {})


@forgery("unreadable", on=["lta"], opens=False)
def another_table_beside_this_one(honest, _pdf):
    """/XRefStm belongs to tables of the old kind (7.5.8.4); some readers follow it in any."""
    revision = again(honest)
    inner = stream(page_of(honest)[1], b"", EVIL)
    body, _ = laid_out(revision)
    hidden, carrier = len(body), b"%d 0 obj\n<<\n/Length %d\n>>\nstream\n%b\nendstream\nendobj\n"
    revision.objects[revision.table] = carrier % (revision.table, len(inner), inner)
    revision.size += 1
    revision.trailer += b"\n/XRefStm %d" % hidden
    return notarized(honest, as_stream(revision))


def retabled(name: str, change: Callable[[bytes], bytes]) -> None:
    """The table as ours, but for one number of it."""

    @forgery("unreadable", "failed", on=["lta"], opens=False, name=name)
    def forge(honest, _pdf):
        return notarized(honest, change(as_stream(again(honest))))


FREE = b"\0" * 9 + b"\xff\xff"
retabled(
    "a free row that leads on", lambda pdf: b"\0\0\0\0\0\0\0\0\5\xff\xff".join(pdf.rsplit(FREE, 1))
)
retabled("a free row of generation zero", lambda pdf: (b"\0" * 11).join(pdf.rsplit(FREE, 1)))
