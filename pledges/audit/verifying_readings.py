"""The rows of readings compared with the entries that tell of them.

Pages are made from the rows. Whoever owns the database can change them or take them away; the
entries then say otherwise, and here somebody looks.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final
from uuid import UUID

from pledges.models import LedgerEntry, Reading

CHUNK: Final = 5000  # rows fetched at a time
READ: Final = "pledge.read"
EXPORTS: Final = {
    "pledges.exported": Reading.Way.EXPORT.value,
    "commitments.exported": Reading.Way.COMMITMENTS.value,
}
PAPER: Final = "paper:"
# Its number, event and text; and of a row reader, minute, pledge or paper, way.
Entry = tuple[int, str, str]
Told = tuple[int, datetime, str, str]


def contradicted(size: int) -> Iterator[int]:
    """The entries, of the first `size`, whose readings are not the ones that they tell of.

    Those of an export may be fewer than it had pledges, but none is another's.
    """
    entries = _entries(size)
    entry = next(entries, None)
    for sequence, rows in _rows(size):
        while entry is not None and entry[0] < sequence:
            yield from _without_rows(entry)
            entry = next(entries, None)
        if entry is None or entry[0] > sequence:
            yield sequence  # it is of another kind
        else:
            if not _agrees(entry, rows):
                yield sequence
            entry = next(entries, None)
    while entry is not None:
        yield from _without_rows(entry)
        entry = next(entries, None)


def _entries(size: int) -> Iterator[Entry]:
    found = LedgerEntry.objects.filter(event__in=[READ, *EXPORTS], sequence__lte=size)
    rows = found.order_by("sequence").values_list("sequence", "event", "leaf")
    return rows.iterator(chunk_size=CHUNK)


def _rows(size: int) -> Iterator[tuple[int, list[Told]]]:
    columns = ("entry_id", "reader_id", "minute", "pledge_id", "paper_id", "way")
    noted = Reading.objects.filter(entry__lte=size).order_by("entry_id").values_list(*columns)
    for sequence, rows in groupby(noted.iterator(chunk_size=CHUNK), key=itemgetter(0)):
        yield sequence, [_told(*row) for _, *row in rows]


def _told(who: int, minute: datetime, pledge: UUID | None, paper: UUID | None, way: str) -> Told:
    return who, minute, str(pledge) if paper is None else f"{PAPER}{paper}", way


def _without_rows(entry: Entry) -> Iterator[int]:
    if entry[1] == READ:
        yield entry[0]


def _agrees(entry: Entry, rows: list[Told]) -> bool:
    _sequence, event, leaf = entry
    try:
        told = json.loads(leaf)
        who = int(told["actor"].removeprefix("person:"))
        if event in EXPORTS:
            minute = datetime.fromisoformat(told["at"]).replace(second=0, microsecond=0)
            return {(who, minute, EXPORTS[event])} == {(row[0], row[1], row[3]) for row in rows}
        minute = datetime.fromisoformat(told["facts"]["minute"])
        kinds = {"": told["facts"]["pledges"], PAPER: told["facts"].get("papers", {})}
        known = {
            (who, minute, f"{kind}{key}", str(way))
            for kind, read in kinds.items()
            for key, ways in read.items()
            for way in ways
        }
        return known == set(rows)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
