"""The revisions of a file, read whole: every byte belongs to an object that a table lists.

Readers mend what they take for damage, each in its own way, and may then show what no table lists.
So nothing may look damaged: objects stand one after the other, nothing lies between them, and no
object refers to one that is not there.
"""

import re
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from pledges.proof.pdf.objects import (
    Budget,
    Reference,
    Stream,
    String,
    integer,
    references,
    refuse,
)
from pledges.proof.pdf.syntax import Parser
from pledges.proof.pdf.xref_precheck import Table
from pledges.proof.verdict import Rejected

HEADER: Final = re.compile(rb"%PDF-1\.7\n%[\x80-\xff]{4}\n")
HEAD: Final = re.compile(rb"(?:[0-9]{1,10}+(?:[ \n]|\Z))*+")
"""Of an object stream: no white space but ours, for readers differ in what is white."""
MAX_TIMESTAMP_REVISION: Final = 256 * 1024  # bytes
SIGNATURES: Final = 2
"""Revisions after the first that are signed by somebody whom we know; the others are timestamps,
which anybody can get for whatever they like."""


@dataclass(frozen=True)
class Revision:
    """The objects that one revision brings, by number, its table's dictionary, and where those
    objects that are not in object streams begin and end."""

    objects: dict[int, Any]
    trailer: Mapping[str, Any]
    spans: Mapping[int, tuple[int, int]]

    @property
    def identifier(self) -> tuple[bytes, bytes]:
        """The file's permanent identifier and the revision's own (14.4)."""
        parts = self.trailer.get("/ID")
        if not isinstance(parts, list) or [type(part) for part in parts] != [String, String]:
            refuse("a trailer has an /ID of two strings, in itself (14.4)", found=parts)
        return parts[0].value, parts[1].value


@dataclass(frozen=True)
class History:
    """A file as it was after each of its revisions."""

    revisions: Sequence[Revision]
    budget: Budget

    def at(self, revision: int) -> "Objects":
        """All objects as they stand after `revision`."""
        newest_first = [each.objects for each in self.revisions[revision::-1]]
        return Objects(ChainMap(*newest_first), self.revisions[revision].trailer)


@dataclass(frozen=True)
class Objects:
    """All objects of a file at one time, and how it begins."""

    known: Mapping[int, Any]
    trailer: Mapping[str, Any]

    @property
    def root(self) -> Reference:
        root = self.trailer.get("/Root")
        if not isinstance(root, Reference):
            refuse("a trailer refers to the catalog (7.5.5)", found=root)
        return root

    @property
    def catalog(self) -> Mapping[str, Any]:
        return self.dictionary(self.root)

    def follow(self, value: Any) -> Any:
        """What a reference leads to; anything else as it is."""
        return self.known[value.number] if isinstance(value, Reference) else value

    def dictionary(self, value: Any) -> Mapping[str, Any]:
        """The dictionary that `value` is or leads to; raises `Rejected` for anything else."""
        found = self.follow(value)
        if not isinstance(found, dict):
            refuse("a dictionary stands here", found=found)
        return found

    def array(self, value: Any) -> list[Any]:
        """The array that `value` is or leads to; raises `Rejected` for anything else."""
        found = self.follow(value)
        if not isinstance(found, list):
            refuse("an array stands here", found=found)
        return found


def read(
    pdf: bytes, tables: Sequence[Table], *, signed: int = SIGNATURES, budget: Budget | None = None
) -> History:
    """The revisions of `pdf`, whose tables are `tables`; raises `Rejected`.

    `signed` are the revisions after the first that are no timestamps.
    """
    budget = budget or Budget()
    parser = Parser(pdf, budget)
    revisions: list[Revision] = []
    known: set[int] = set()
    begins = 0
    for number, table in enumerate(tables):
        if number:
            _check_new_numbers(table, tables[number - 1], known)
        if number > signed and table.ends - begins > MAX_TIMESTAMP_REVISION:
            raise Rejected("too-large", "a timestamp is small", expected=MAX_TIMESTAMP_REVISION)
        objects, spans = _plain_objects(pdf, parser, table, begins)
        objects |= _in_object_streams(objects, table, budget, first=not number)
        known |= set(objects)
        revision = Revision(objects, table.entries, spans)
        _ = revision.identifier
        _check_references(revision, known)
        revisions.append(revision)
        begins = table.ends
    return History(revisions, budget)


def _check_new_numbers(table: Table, before: Table, known: set[int]) -> None:
    """A number that an earlier revision left open, its pages might already refer to."""
    reused = [each for each in table.rows if each and each not in known and each < before.size]
    if reused or table.size < before.size:
        refuse("new objects have numbers that were never used", found=reused)
    if table.size != max(table.rows) + 1:
        refuse("the size is the highest number and one (7.5.5)", found=table.size)


def _places(table: Table, begins: int) -> list[tuple[int, int]]:
    """Where the objects that are not in object streams stand, in the order of their places."""
    places = []
    for number, (kind, place, generation) in table.rows.items():
        if kind == 1:
            if generation != 0 or not begins <= place <= table.place:
                refuse("objects lie within their revision", found=(number, place, generation))
            places.append((place, number))
    return sorted(places)


def _plain_objects(
    pdf: bytes, parser: Parser, table: Table, begins: int
) -> tuple[dict[int, Any], dict[int, tuple[int, int]]]:
    """The objects that stand in the file itself: each begins where the one before ended."""
    places = _places(table, begins)
    if not begins:
        begins = _header(pdf, table)
    objects, spans = {}, {}
    for place, number in places:
        if place != begins:
            refuse("nothing lies between two objects", expected=begins, found=place)
        objects[number], begins = parser.indirect(number, place)
        spans[number] = place, begins
    if not places or places[-1] != (table.place, table.number):
        refuse("the last object of a revision is its table", found=places[-1:])
    return objects, spans


def _header(pdf: bytes, table: Table) -> int:
    header = HEADER.match(pdf)
    if header is None:
        refuse("a pledge begins as PDF 1.7", found=pdf[:16])
    if "/Prev" in table.entries:
        refuse("nothing is before the first revision")
    return header.end()


def _in_object_streams(
    plain: Mapping[int, Any], table: Table, budget: Budget, *, first: bool
) -> dict[int, Any]:
    streams = {row[1] for row in table.rows.values() if row[0] == 2}
    if streams and not first:
        refuse("an appended revision has no object stream", found=sorted(streams))
    objects: dict[int, Any] = {}
    for stream in sorted(streams):
        listed = {
            row[2]: number for number, row in table.rows.items() if row[0] == 2 and row[1] == stream
        }
        objects |= _in_object_stream(plain.get(stream), listed, budget)
    return objects


def _in_object_stream(holder: Any, listed: Mapping[int, int], budget: Budget) -> dict[int, Any]:
    """The objects of an object stream (7.5.7): each ends where the next begins."""
    if not isinstance(holder, Stream) or holder.entries.get("/Type") != "/ObjStm":
        refuse("an object stream stands where the table says", found=listed)
    if "/Extends" in holder.entries:
        refuse("an object stream extends no other")
    data = budget.inflate(holder)
    first, count = integer(holder.entries.get("/First")), integer(holder.entries.get("/N"))
    head = re.findall(rb"[0-9]+", data[: max(0, first)])
    if count != len(listed) or len(head) != 2 * count or not HEAD.fullmatch(data, 0, first):
        refuse("the head of an object stream names its objects", expected=count, found=head[:20])
    numbers, starts = [int(each) for each in head[::2]], [int(each) for each in head[1::2]]
    if dict(enumerate(numbers)) != listed:
        refuse("the objects of a stream are those that the table lists", found=numbers[:20])
    edges = [*(first + start for start in starts), len(data) + 1]
    if edges[0] != first or any(after <= before for before, after in pairwise(edges)):
        refuse("the objects of a stream stand one after the other", found=starts[:20])
    parser, found = Parser(data, budget), {}
    for number, (begins, ends) in zip(numbers, pairwise(edges), strict=True):
        value, stops = parser.value(begins)
        if isinstance(value, Reference) or data[stops:ends] not in (b"", b" ", b"\n"):
            refuse("an object ends where the next begins", where=f"object {number}")
        found[number] = value
    return found


def _check_references(revision: Revision, known: set[int]) -> None:
    """An object that is not there yet, a later revision could bring."""
    for number, value in [*revision.objects.items(), (0, revision.trailer)]:
        for reference in references(value):
            if reference.generation != 0 or reference.number not in known:
                refuse("an object refers to objects that are there", found=reference,
                       where=f"object {number}")  # fmt: skip
