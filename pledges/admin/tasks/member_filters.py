"""Which members of a task a list shows: as its address says, for counts and lists alike."""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from pledges.actions.working_calendar import current_calendar
from pledges.core.standings import LATE, SIGNED, TO_SIGN, Standing, TaskState
from pledges.core.time_left import latest_due
from pledges.core.working_days import Calendar
from pledges.models import SigningTask, TaskMember

REST: Final = frozenset({Standing.EXCUSED, Standing.LEFT})
"""Nothing is asked of these members at present."""

GROUPS: Final = {"signed": SIGNED, "to-sign": TO_SIGN, "rest": REST}
"""Standings that are counted together, by the word that stands for them in an address."""

AGES: Final = {"1-5": (1, 5), "6-10": (6, 10), "over-10": (11, None)}
"""How many working days somebody is overdue: from, to; by the word in an address."""
ANY_AGE: Final = "any"

MARKS: Final = {
    "objection": Q(objected_at__isnull=False),
    "no-address": Q(person__email=""),
    "opened": Q(pledge__isnull=False),
    "joined": ~Q(joined="launch"),
    "former": Q(former__isnull=False),
    "earlier": Q(signed_earlier=True),
    "other-date": ~Q(due_on=F("task__due_on")),
}
"""What else may be said of a member, beside where they stand."""

SORTS: Final = {
    "name": ("person__name", "person__employee_number"),
    "number": ("person__employee_number",),
    "department": ("person__department__name_zh", "person__employee_number"),
    "due": ("due_on", "person__employee_number"),
    "standing": ("standing", "due_on", "person__employee_number"),
}
MAX_QUERY: Final = 100  # characters that are searched for


@dataclass(frozen=True)
class MemberFilter:
    """What of a task's members is listed; empty fields leave all. Unknown values list nobody.

    `standing` is where they stand: of a closed task at its close. `today` is then what it would be
    today. `late` is by how many working days they are so today.
    """

    standing: str = ""
    today: str = ""
    late: str = ""
    department: str = ""
    mark: str = ""
    q: str = ""
    o: str = ""

    @classmethod
    def of(cls, query: QueryDict | dict[str, str]) -> "MemberFilter":
        return cls(**{each.name: (query.get(each.name) or "").strip() for each in fields(cls)})

    def but(self, **changes: str) -> "MemberFilter":
        """The same list with `changes`."""
        return replace(self, **changes)

    @property
    def asked(self) -> dict[str, str]:
        """What the address of this list says."""
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in named.items() if value}

    @property
    def narrows(self) -> bool:
        return bool(set(self.asked) - {"o"})

    def address(self, task: SigningTask, **more: object) -> str:
        """Where this list is shown."""
        asked = {**self.asked, **{name: str(value) for name, value in more.items()}}
        page = reverse("admin:pledges_signingtask_members", args=[task.pk])
        return f"{page}?{urlencode(asked)}" if asked else page

    def members(self, task: SigningTask, day: date) -> QuerySet[TaskMember]:
        """The members that are listed, as they stand on `day`, in the order of the list."""
        found = TaskMember.objects.filter(task=task).with_standing(day).with_earlier(day)
        for condition in self._conditions(task, day):
            found = found.filter(condition)
        return found.order_by(*self._order())

    def _conditions(self, task: SigningTask, day: date) -> list[Q]:
        by = "standing_at_close" if task.state == TaskState.CLOSED else "standing"
        conditions = []
        if self.standing:
            conditions.append(_among(by, self.standing))
        if self.today:
            conditions.append(_among("standing", self.today))
        if self.late and task.state == TaskState.CANCELLED:
            conditions.append(Q(pk__in=[]))  # nothing of it is due
        elif self.late:
            late = late_by(self.late, day, current_calendar())
            conditions.append(Q(standing__in=LATE) & late)
        if self.department:
            conditions.append(_in_department(self.department))
        if self.mark:
            conditions.append(MARKS.get(self.mark, Q(pk__in=[])))
        for word in self.q[:MAX_QUERY].replace("\x00", " ").split():
            conditions.append(
                Q(person__name__icontains=word) | Q(person__employee_number__icontains=word)
            )
        return conditions

    def _order(self) -> tuple[Any, ...]:
        chosen = SORTS.get(self.o.lstrip("-"), SORTS["number"])
        if self.o.startswith("-"):
            return (f"-{chosen[0]}", *chosen[1:], "pk")
        return (*chosen, "pk")


def late_by(age: str, day: date, calendar: Calendar) -> Q:
    """Overdue by so many working days on `day`, as `AGES` says."""
    if age == ANY_AGE:
        return Q(due_on__lt=day)
    if age not in AGES:
        return Q(pk__in=[])
    fewest, most = AGES[age]
    latest = Q(due_on__lte=latest_due(fewest, day, calendar))
    if most is None:
        return latest
    return latest & Q(due_on__gt=latest_due(most + 1, day, calendar))


def age_of(days: int) -> str:
    """Which of `AGES` somebody is of who is late by `days` working days; "" for nobody late."""
    for age, (fewest, most) in AGES.items():
        if days >= fewest and (most is None or days <= most):
            return age
    return ""


def _among(field: str, chosen: str) -> Q:
    return Q(**{f"{field}__in": [each.value for each in GROUPS.get(chosen, ())] or [chosen]})


def _in_department(chosen: str) -> Q:
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 10):
        return Q(pk__in=[])
    return Q(person__department=int(chosen))
