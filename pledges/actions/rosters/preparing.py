"""The plan of a roster, kept with its rows, and made anew whenever something is mended."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions.rosters import current
from pledges.core import roster_refusals
from pledges.core.rosters import columns
from pledges.core.rosters.columns import Field
from pledges.core.rosters.people import Fate
from pledges.core.rosters.planning import Plan, Planned
from pledges.core.rosters.tables import MAX_CELL, Note, Row
from pledges.models import Roster, RosterRow

BATCH: Final = 2_000
FEW: Final = 300
"""So many rows at most are changed one by one; more are written anew."""
_PLANNED: Final = ("fate", "person_id", "employee_number", "name", "changes", "faults")
_NOTED: Final = (
    *("heads_row", "heads", "mapping", "omitted", "state", "plan_digest", "counts", "within"),
    *("moves", "failure", "asked_by", "asked_at", "confirmed_by", "confirmed_at", "takes_two"),
)
# With one of these, what is said of a department is said by many rows alike.
_OF_DEPARTMENTS: Final = frozenset({Field.PARENT, Field.PATH, Field.HEAD_NUMBER})


def lock_open(roster: Roster, actor: access.Actor) -> Roster:
    """The roster, locked, while it may still be changed. Raises `RosterClosed`."""
    access.require(actor, Act.IMPORT_PEOPLE)
    found = Roster.objects.select_for_update(no_key=True).defer("content").filter(pk=roster.pk)
    locked = found.first()
    if locked is None or not locked.is_open:
        raise roster_refusals.RosterClosed
    return locked


def rows_of(roster: Roster) -> list[Row]:
    """The rows of the file as they stand now."""
    return current.table_rows(list(roster.rows.exclude(number=None)))


def store(roster: Roster, rows: Sequence[Row], *, at: datetime) -> Plan | None:
    """Write the rows of a new table, or of one whose columns were chosen, with their plan.

    None where the columns are still to be chosen.
    """
    roster.rows.all().delete()
    kept = [_as_row(roster, row) for row in rows]
    plan = None if columns.missing(current.mapped(roster)) else current.make_plan(roster, rows, at)
    if plan is not None:
        kept += _fill_in(roster, kept, plan)
    RosterRow.objects.bulk_create(kept, batch_size=BATCH)
    _note_plan(roster, plan)
    return plan


@transactions.atomic
def plan(roster: Roster, *, actor: access.Actor, at: datetime) -> Plan | None:
    """Make the plan anew, as things stand now. Raises `RosterClosed`."""
    return _plan_again(lock_open(roster, actor), at)


@transactions.atomic
def mend_cell(
    roster: Roster,
    number: int,
    column: int,
    text: str,
    *,
    actor: access.Actor,
    at: datetime,
    everywhere: bool = False,
) -> Roster:
    """Have `text` stand in a cell; what was there is kept beside it, and the file is unchanged.

    `everywhere`: in each row that says the same there. Raises `RosterClosed`.
    """
    locked = lock_open(roster, actor)
    rows = locked.rows.exclude(number=None).filter(number__gt=locked.heads_row or 0)
    row = rows.filter(number=number).first()
    if row is None or not 0 <= column < columns_of(locked):
        raise roster_refusals.RosterClosed
    mended = _alike(locked, rows, row, column) if everywhere else [row]
    for each in mended:
        _mend(each, column, text.strip()[:MAX_CELL])
    RosterRow.objects.bulk_update(mended, ["cells", "notes", "mended"], batch_size=BATCH)
    _plan_again(locked, at)
    facts = {"row": number, "column": column, "rows": len(mended)}
    audit.record("roster.mended", actor=actor, subject=locked, at=at, facts=facts)
    return locked


@transactions.atomic
def leave_out(
    roster: Roster, keys: Collection[str], *, actor: access.Actor, at: datetime
) -> Roster:
    """Touch neither these rows nor their people. Raises `RosterClosed`."""
    locked = lock_open(roster, actor)
    locked.omitted = sorted({*locked.omitted, *keys})
    _plan_again(locked, at)
    return locked


@transactions.atomic
def take_in(roster: Roster, key: str, *, actor: access.Actor, at: datetime) -> Roster:
    """Have a row or a person count again that was left out. Raises `RosterClosed`."""
    locked = lock_open(roster, actor)
    locked.omitted = [each for each in locked.omitted if each != key]
    _plan_again(locked, at)
    return locked


@transactions.atomic
def say_same(roster: Roster, number: int, *, actor: access.Actor, at: datetime) -> Roster:
    """Have a row change the person who has its number, though name and entry date are others.

    Another name typed in its cell asks for this anew. Raises `RosterClosed`.
    """
    locked = lock_open(roster, actor)
    row = locked.rows.filter(number=number, fate=Fate.FAULTY).first()
    column = next((c for c, said in current.mapped(locked).items() if said is Field.NAME), None)
    if row is None or column is None:
        raise roster_refusals.RosterClosed
    row.notes[str(column)] = Note.SAME_PERSON.value
    row.save(update_fields=["notes"])
    _plan_again(locked, at)
    facts = {"row": number, "column": column, "rows": 1}
    audit.record("roster.mended", actor=actor, subject=locked, at=at, facts=facts)
    return locked


@transactions.atomic
def discard(roster: Roster, *, actor: access.Actor, at: datetime) -> None:
    """Have nothing come of it; file and rows go now. Raises `RosterClosed`."""
    locked = lock_open(roster, actor)
    locked.rows.all().delete()
    locked.content, locked.state = b"", Roster.State.DISCARDED
    locked.save(update_fields=["content", "state"])
    audit.record("roster.discarded", actor=actor, subject=locked, at=at)


def columns_of(roster: Roster) -> int:
    """How many columns the table has that its heads name, or that say something."""
    return max([len(roster.heads), *(int(column) + 1 for column in roster.mapping)])


def _alike(roster: Roster, rows: Any, row: RosterRow, column: int) -> list[RosterRow]:
    """The rows that say the same in this column; of a department above, for the same department."""
    mapped = current.mapped(roster)
    same = {column}
    if mapped.get(column) in _OF_DEPARTMENTS:
        same |= {index for index, field in mapped.items() if field is Field.DEPARTMENT}
    said = {index: _text(row, index) for index in same}
    return [each for each in rows if all(_text(each, index) == said[index] for index in same)]


def _text(row: RosterRow, column: int) -> str:
    return row.cells[column] if column < len(row.cells) else ""


def _mend(row: RosterRow, column: int, text: str) -> None:
    row.cells.extend([""] * (column + 1 - len(row.cells)))
    row.mended.setdefault(str(column), row.cells[column])
    row.cells[column] = text
    row.notes.pop(str(column), None)


def _plan_again(roster: Roster, at: datetime) -> Plan | None:
    """Compare anew, and write only what is different from before."""
    kept = list(roster.rows.exclude(number=None))
    before = [_planned(row) for row in kept]
    rows = current.table_rows(kept)
    if columns.missing(current.mapped(roster)):
        _note_plan(roster, None)
        return None
    plan = current.make_plan(roster, rows, at)
    missing = _fill_in(roster, kept, plan)
    changed = [row for row, was in zip(kept, before, strict=True) if _planned(row) != was]
    if len(changed) > FEW:
        roster.rows.exclude(number=None).delete()
        RosterRow.objects.bulk_create(kept, batch_size=BATCH)
    elif changed:
        fields = [name.removesuffix("_id") for name in _PLANNED]
        RosterRow.objects.bulk_update(changed, fields, batch_size=BATCH)
    roster.rows.filter(number=None).delete()
    RosterRow.objects.bulk_create(missing, batch_size=BATCH)
    _note_plan(roster, plan)
    return plan


def _planned(row: RosterRow) -> list[Any]:
    return [getattr(row, name) for name in _PLANNED]


def _as_row(roster: Roster, row: Row) -> RosterRow:
    notes = {str(column): str(note) for column, note in row.notes.items()}
    return RosterRow(roster=roster, number=row.number, cells=list(row.cells), notes=notes)


def _fill_in(roster: Roster, kept: Sequence[RosterRow], plan: Plan) -> list[RosterRow]:
    """Give each row its fate; gives new rows for those whom no row names."""
    planned = {each.row: each for each in plan.people if each.row is not None}
    for row in kept:
        _give_fate(row, planned.get(row.number or 0))
    missing = []
    for each in plan.people:
        if each.row is None:
            row = RosterRow(roster=roster)
            _give_fate(row, each)
            missing.append(row)
    return missing


def _give_fate(row: RosterRow, planned: Planned | None) -> None:
    row.fate = planned.fate.value if planned else ""
    row.person_id = planned.person if planned else None
    row.employee_number = planned.number if planned else ""
    row.name = planned.name if planned else ""
    row.changes = [each.to_json() for each in planned.changes] if planned else []
    row.faults = [each.to_json() for each in planned.faults] if planned else []


def _note_plan(roster: Roster, plan: Plan | None) -> None:
    roster.state = Roster.State.UPLOADED if plan is None else Roster.State.PLANNED
    roster.plan_digest = plan.digest if plan else ""
    roster.counts = dict(plan.counts) if plan else {}
    roster.within = plan.within if plan else 0
    roster.moves = [
        [d.name, d.is_new, d.parent, d.head, d.parent_before, d.head_before]
        for d in (plan.departments if plan else ())
    ]
    roster.failure = ""
    roster.asked_by = roster.asked_at = roster.confirmed_by = roster.confirmed_at = None
    roster.takes_two = False
    roster.save(update_fields=_NOTED)
