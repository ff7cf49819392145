"""A ZIP of scans with a list that says whose they are: taken apart, and looked at row by row.

Nothing is filed here. Each file that a row names is kept by itself; the workers draw them
(`list_work`), and then the rows can be filed.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import IO

from pledges import access, transactions
from pledges.access import Act
from pledges.actions.papers import keeping, list_work, matching
from pledges.core.characters import made_visible
from pledges.core.paper_lists import (
    MAX_ROWS,
    Column,
    ListedPaper,
    RowFault,
    find_heads,
    read_rows,
)
from pledges.core.paper_refusals import ListUnreadable
from pledges.core.rosters.tables import Unreadable
from pledges.gateways import archives, tables
from pledges.gateways.archives import Archive, EntryFault
from pledges.models import Organisation, PaperBatch, PaperItem, Person

MAX_NAME = 255
MAX_TABLE = tables.MAX_FILE
MAX_ARCHIVE = archives.MAX_ARCHIVE
MAX_NAMED = 500
"""Names of files that are told although no row is about them."""


def begin(
    table: bytes,
    archive: IO[bytes],
    *,
    list_name: str,
    archive_name: str,
    actor: Person,
    at: datetime,
) -> PaperBatch:
    """Take a list and its ZIP apart and queue the drawing of the scans.

    Raises ListUnreadable and ArchiveRefused for what cannot be taken as a whole; all else is told
    row by row.
    """
    access.require(actor, Act.FILE_PAPER)
    listed = read(table, at)
    matching.Known().find_faults(listed)
    batch = PaperBatch(
        filed_by=actor,
        created_at=at,
        worked_at=at,
        list_name=made_visible(list_name)[:MAX_NAME],
        archive_name=made_visible(archive_name)[:MAX_NAME],
    )
    with archives.opened(archive) as opened:
        stored = _take_out(listed, opened)
        _tell_others(batch, listed, opened)
    return _save(batch, listed, stored)


def read(table: bytes, at: datetime) -> list[ListedPaper]:
    """The rows of a list, with what is wrong with each by itself; raises ListUnreadable."""
    try:
        rows = tables.read(table).rows
    except Unreadable as error:
        raise ListUnreadable(error.why, error.limit) from error
    heads = find_heads(rows)
    if heads is None:
        raise ListUnreadable("no-heads")
    if heads.missing:
        raise ListUnreadable(f"no-{heads.missing[0].value}")
    found = read_rows(rows, heads, Organisation.current().localdate(at))
    if not found:
        raise ListUnreadable("no-rows")
    if len(found) > MAX_ROWS:
        raise ListUnreadable("too-many-papers", MAX_ROWS)
    return found


def _take_out(listed: Iterable[ListedPaper], archive: Archive) -> dict[int, str]:
    """Keep the file of each row; gives under which digest the store has it, by row."""
    stored: dict[int, str] = {}
    for row in listed:
        name = row.text(Column.FILE)
        if not name or any(fault == RowFault.FILE_TWICE for fault, _about in row.faults):
            continue
        key = archive.find(name)
        data = archive.read(key) if key is not None else None
        if data is None:
            row.add(RowFault.NO_FILE, name)
        elif isinstance(data, EntryFault):
            row.add(RowFault.FILE_REFUSED, data.value)
        else:
            stored[row.row] = keeping.keep_upload(data, secrets.token_hex(16))
    return stored


def _tell_others(batch: PaperBatch, listed: Iterable[ListedPaper], archive: Archive) -> None:
    """Name the files that stand in the ZIP and on no row, and those that are not read."""
    named = {archive.find(row.text(Column.FILE)) for row in listed}
    others = [name for key, name in archive.names.items() if key not in named]
    batch.unlisted = [made_visible(name)[:MAX_NAME] for name in sorted(others)[:MAX_NAMED]]
    batch.refused = [
        [made_visible(name)[:MAX_NAME], fault.value]
        for key, (name, fault) in sorted(archive.refused.items())[:MAX_NAMED]
        if key not in named
    ]


@transactions.atomic
def _save(
    batch: PaperBatch, listed: Iterable[ListedPaper], stored: Mapping[int, str]
) -> PaperBatch:
    batch.save(force_insert=True)
    items = [
        PaperItem(
            batch=batch,
            row=row.row,
            cells={key: made_visible(text)[:MAX_NAME] for key, text in row.cells.items()},
            faults=[list(fault) for fault in row.faults],
            upload_stored=stored.get(row.row, ""),
        )
        for row in listed
    ]
    PaperItem.objects.bulk_create(items)
    list_work.queue(batch.pk, len(items))
    return batch
