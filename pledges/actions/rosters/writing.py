"""What a plan writes: departments, new people, changes, leavers, in bulk and in the order of locks.

Rows that others wait for are locked late: new people first, which nobody waits for, then what
changes of the others, then the ledger's turn.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.db import connection

from pledges import access, audit, crash_points
from pledges.actions import enrolment, people_changes
from pledges.actions.rosters import posts
from pledges.core.rosters.departments import DepartmentChange
from pledges.core.rosters.people import Fate
from pledges.core.rosters.planning import Plan, Planned
from pledges.models import Department, Person, Roster
from pledges.notices import accounts

BATCH: Final = 1_000
_DAYS: Final = frozenset({"entered_on", "left_on"})
# What is written of a changed person, with its type; a user name is a key, and changed apart.
_COLUMNS: Final = (
    ("name", "text"),
    ("email", "text"),
    ("department_id", "bigint"),
    ("position", "text"),
    ("contact", "text"),
    ("language", "text"),
    ("is_active", "boolean"),
    ("entered_on", "date"),
    ("left_on", "date"),
)
# The ledger names it as when an administrator changes it.
_TOLD: Final = {"department": "department_id"}
_HELD: Final = ", ".join(
    f"{name} = CASE WHEN new.has_{name} THEN new.{name} ELSE person.{name} END"
    for name, _type in _COLUMNS
)
_UPDATE: Final = (
    f"UPDATE pledges_person AS person SET {_HELD},"
    " handover = CASE WHEN new.relink AND person.handover = '' THEN 'link' ELSE person.handover END"
    " FROM unnest(%s::bigint[], %s::boolean[], "
    + ", ".join(f"%s::boolean[], %s::{kind}[]" for _name, kind in _COLUMNS)
    + ") AS new(id, relink, "
    + ", ".join(f"has_{name}, {name}" for name, _type in _COLUMNS)
    + ") WHERE person.id = new.id AND person.erased_at IS NULL"
)

Tell = Callable[[int], None]
Values = dict[str, Any]


def lock_departments() -> dict[str, Department]:
    """All departments by name, locked: between plan and writing none is moved or renamed."""
    locked = Department.objects.select_for_update(no_key=True).order_by("pk")
    return {each.name_zh: each for each in locked}


class Writer:
    """Writes a plan; `events` are what the ledger is to be told when all is written."""

    def __init__(
        self,
        roster: Roster,
        plan: Plan,
        today: date,
        at: datetime,
        departments: dict[str, Department],
    ) -> None:
        self._roster, self._plan, self._today, self._at = roster, plan, today, at
        self._departments = departments
        self.events: list[audit.Event] = []
        self._usernames: dict[int, str] = {}

    def write(self, actor: access.Actor, tell: Tell) -> None:
        """All but the user names; `tell` hears how far it is, from 0 to 100."""
        self._write_departments()
        self._add(self._of(Fate.NEW), tell)
        crash_points.reach("roster:added")
        changed = self._of(Fate.CHANGED, Fate.RETURNED, Fate.LEFT)
        self._lock([each.person for each in changed if each.person is not None])
        self._change(changed)
        tell(75)
        posts.follow(changed, self._today)
        self._name_heads()
        gone = [each.person for each in self._of(Fate.LEFT) if each.person is not None]
        self.events += people_changes.left(gone, actor=actor, at=self._at)
        self.link()
        tell(90)

    def link(self) -> None:
        """Have the rows of the new ones name them, so that an erasure finds those too."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pledges_rosterrow AS told SET person_id = person.id"
                " FROM pledges_person AS person WHERE told.roster_id = %s AND told.fate = 'new'"
                " AND person.employee_number = told.employee_number",
                [self._roster.pk],
            )

    def change_usernames(self) -> None:
        """Change user names, right before the turn: whoever refers to these people would wait."""
        for person, username in self._usernames.items():
            Person.objects.filter(pk=person).update(username=username)

    def _of(self, *fates: Fate) -> list[Planned]:
        return [each for each in self._plan.people if each.fate in fates]

    # --- Departments ----------------------------------------------------------------------------
    def _write_departments(self) -> None:
        for change in self._plan.departments:
            if change.is_new:
                made = Department.objects.create(name_zh=change.name)
                self._departments[change.name] = made
        for change in self._plan.departments:
            department = self._departments[change.name]
            if change.parent is not None:
                department.parent = self._departments[change.parent] if change.parent else None
                department.save(update_fields=["parent"])
            self._tell_of(department, change)

    def _tell_of(self, department: Department, change: DepartmentChange) -> None:
        facts = [name for name in ("parent", "head") if getattr(change, name) is not None]
        told = {"changed": [*(["name_zh"] if change.is_new else []), *facts], **self._reason}
        self.events.append(audit.Event("department.changed", department, told))

    def _name_heads(self) -> None:
        wanted = {change.name: change.head for change in self._plan.departments if change.head}
        if not wanted:
            return
        numbers = {head: name for name, head in wanted.items()}
        active = Person.objects.filter(is_active=True).order_by()
        found = {
            number.casefold(): key
            for key, number in active.values_list("pk", "employee_number")
            if number.casefold() in numbers
        }
        for name, head in wanted.items():
            Department.objects.filter(pk=self._departments[name].pk).update(head=found.get(head))

    # --- People ---------------------------------------------------------------------------------
    @property
    def _reason(self) -> dict[str, object]:
        return {"roster": str(self._roster.pk)}

    def _add(self, new: Sequence[Planned], tell: Tell) -> None:
        for start in range(0, len(new), BATCH):
            some = new[start : start + BATCH]
            people = Person.objects.bulk_create([self._new_person(each) for each in some])
            posts.begin(people, self._today)
            for person, each in zip(people, some, strict=True):
                facts = [_TOLD.get(change.fact, change.fact) for change in each.changes]
                told = {"changed": [*facts, "employee_number"], "roles": [], **self._reason}
                self.events.append(audit.Event("person.created", person, told))
            tell(10 + 50 * (start + len(some)) // len(new))

    def _new_person(self, planned: Planned) -> Person:
        facts: Values = {change.fact: change.after for change in planned.changes}
        facts["department"] = self._departments[facts["department"]]
        for name in _DAYS & facts.keys():
            facts[name] = date.fromisoformat(facts[name])
        handed = Person.Handover.LINK if facts.get("email") else ""
        return Person(
            employee_number=planned.number,
            password=make_password(None),
            handover=handed,
            date_joined=self._at,
            **facts,
        )

    def _lock(self, keys: Sequence[int]) -> None:
        locked = Person.objects.select_for_update(no_key=True).filter(pk__in=keys)
        list(locked.order_by("pk").values_list("pk", flat=True))

    def _change(self, changed: Sequence[Planned]) -> None:
        rows = []
        for each in changed:
            facts = {change.fact: change.after for change in each.changes}
            rows.append(self._row(each, facts))
            told = {"changed": [_TOLD.get(fact, fact) for fact in facts], **self._reason}
            self.events.append(audit.Event("person.changed", f"person:{each.person}", told))
            if "username" in facts and each.person is not None:
                self._usernames[each.person] = str(facts["username"])
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_UPDATE, [list(column) for column in zip(*rows, strict=True)])

    def _row(self, planned: Planned, facts: Values) -> list[Any]:
        if "department" in facts:
            facts = {**facts, "department_id": self._departments[facts["department"]].pk}
        elsewhere = "email" in facts
        relink = False
        if elsewhere and planned.person is not None:
            person = Person.objects.get(pk=planned.person)
            relink = not enrolment.signs(person)
            self._tell_addresses(person, facts)
        row: list[Any] = [planned.person, relink]
        for name, _type in _COLUMNS:
            row += [name in facts, facts.get(name)]
        return row

    def _tell_addresses(self, person: Person, facts: Mapping[str, Any]) -> None:
        """Both addresses hear of the new one, as when an administrator enters it."""
        when = self._at.isoformat()
        if facts["email"]:
            accounts.tell("address_changed", person, at=when, to=facts["email"])
        if person.email:
            accounts.tell("address_changed", person, at=when, to=person.email)
