"""A file or pasted cells become a roster: read under limits, columns recognised, plan made."""

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions.rosters import preparing
from pledges.core import roster_refusals
from pledges.core.characters import made_visible
from pledges.core.file_names import safe_part
from pledges.core.rosters import columns
from pledges.core.rosters.columns import Field, Heads
from pledges.core.rosters.people import Reach
from pledges.core.rosters.tables import Row, Table, Unreadable
from pledges.gateways import tables
from pledges.models import Department, Person, Roster, RosterColumns

MAX_NAME: Final = 120
MAX_SHEET: Final = 80
UNNAMED: Final = "—"


def upload(
    data: bytes,
    *,
    name: str,
    reach: Reach,
    departments: Collection[Department] = (),
    actor: access.Actor,
    at: datetime,
    pasted: bool = False,
) -> Roster:
    """Keep a list of people and plan what it would change, if its columns are recognised.

    `name` is the file's. Raises `RosterUnreadable` where there is no table in it, and `TooBusy`;
    then nothing is kept.
    """
    access.require(actor, Act.IMPORT_PEOPLE)
    try:
        table = tables.read(data, tables.PASTED if pasted else tables.FILE)
    except Unreadable as error:
        raise roster_refusals.RosterUnreadable(error.why, error.limit) from error
    heads = columns.find_heads(table.rows)
    roster = Roster(
        name=safe_part(name)[:MAX_NAME] or UNNAMED,
        content=data,
        sha256=sha256(data).hexdigest(),
        sheet=made_visible(table.sheet)[:MAX_SHEET],
        reach=reach.value,
        uploaded_by=actor if isinstance(actor, Person) else None,
        uploaded_at=at,
    )
    _set_heads(roster, heads or _first(table))
    return _keep(roster, table, list(departments), actor=actor, at=at)


@transactions.atomic
def _keep(
    roster: Roster,
    table: Table,
    departments: list[Department],
    *,
    actor: access.Actor,
    at: datetime,
) -> Roster:
    roster.save()
    roster.departments.set(departments)
    preparing.store(roster, table.rows, at=at)
    facts = {"reach": roster.reach, "rows": len(table.rows)}
    audit.record("roster.uploaded", actor=actor, subject=roster, at=at, facts=facts)
    return roster


@transactions.atomic
def choose_columns(
    roster: Roster,
    mapping: Mapping[int, Field],
    *,
    heads_row: int,
    actor: access.Actor,
    at: datetime,
) -> Roster:
    """Say which row has the heads and what the columns say; known again the next time.

    Raises `RosterClosed`, `RosterColumnsMissing`.
    """
    locked = preparing.lock_open(roster, actor)
    rows = preparing.rows_of(locked)
    heads = columns.heads_at(rows, heads_row)
    if heads is None or columns.missing(mapping):
        raise roster_refusals.RosterColumnsMissing
    chosen = Heads(heads.row, heads.cells, dict(mapping))
    _set_heads(locked, chosen)
    told = {str(column): field.value for column, field in mapping.items()}
    RosterColumns.objects.update_or_create(
        pk=chosen.signature, defaults={"mapping": told, "chosen_at": at}
    )
    locked.mapping = told
    preparing.store(locked, rows, at=at)
    return locked


def _set_heads(roster: Roster, heads: Heads) -> None:
    """Take the row for the heads; what was chosen for such a table before goes before guesses."""
    roster.heads_row, roster.heads = heads.row, list(heads.cells)
    known = RosterColumns.objects.filter(pk=heads.signature).first()
    guessed = {str(column): field.value for column, field in heads.mapped.items()}
    roster.mapping = known.mapping if known else guessed


def _first(table: Table) -> Heads:
    row: Row = table.rows[0]
    return Heads(row.number, row.cells, {})
