"""What a roster is compared with: its own rows as they stand now, and everybody who is known."""

from collections.abc import Sequence
from datetime import datetime

from pledges.core.lifecycle import Role
from pledges.core.rosters import entries, planning
from pledges.core.rosters.columns import Field, Heads
from pledges.core.rosters.departments import DepartmentNow
from pledges.core.rosters.people import PersonNow
from pledges.core.rosters.planning import Known, Plan
from pledges.core.rosters.tables import Row
from pledges.models import Department, Organisation, Person, Roster, RosterRow

_FACTS = (
    *("id", "employee_number", "name", "username", "email", "department__name_zh"),
    *("position", "contact", "language", "entered_on", "left_on", "is_active"),
)

# By which a plan knows them.
_NAMES = ("id", "number", *_FACTS[2:5], "department", *_FACTS[6:])
_RULES = Role.ADMINISTRATOR.value


def known(roster: Roster, at: datetime) -> Known:
    """Everybody who was not erased, and the departments, as they are now."""
    offices: dict[int, set[str]] = {}
    held = Person.groups.through.objects.exclude(group__name=Role.MANAGER)
    for person, role in held.values_list("person_id", "group__name"):
        offices.setdefault(person, set()).add(role)
    people = []
    rows = Person.objects.filter(erased_at=None).order_by().values_list(*_FACTS)
    for facts in rows:
        roles = frozenset(offices.get(facts[0], ()))
        told = dict(zip(_NAMES, facts, strict=True))
        people.append(PersonNow(**told, offices=roles, is_administrator=_RULES in roles))
    departments = Department.objects.values_list(
        "name_zh", "parent__name_zh", "head__employee_number"
    )
    return Known(
        people,
        [
            DepartmentNow(name, above or "", (head or "").casefold())
            for name, above, head in departments
        ],
        Organisation.current().localdate(at),
        roster.asked_by_id or roster.uploaded_by_id,
    )


def heads_of(roster: Roster) -> Heads:
    """The row with the heads of columns, as it was found or chosen."""
    return Heads(roster.heads_row or 0, tuple(roster.heads), mapped(roster))


def mapped(roster: Roster) -> dict[int, Field]:
    """Which columns say what."""
    return {int(column): Field(name) for column, name in roster.mapping.items()}


def table_rows(rows: Sequence[RosterRow]) -> list[Row]:
    """The rows of the file as they stand now, mended."""
    return [
        Row(
            row.number,
            tuple(row.cells),
            {int(column): note for column, note in row.notes.items()},
        )
        for row in rows
        if row.number is not None
    ]


def make_plan(roster: Roster, rows: Sequence[Row], at: datetime) -> Plan:
    """The plan for these rows as things stand; reads only."""
    columns = mapped(roster)
    read = list(entries.read_rows(rows, heads_of(roster), columns))
    return planning.plan(
        read,
        known(roster, at),
        roster.scope(),
        mapped=frozenset(columns.values()),
        omitted=frozenset(roster.omitted),
    )
