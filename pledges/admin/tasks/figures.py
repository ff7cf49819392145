"""How many members of a task stand where: each number with the address of exactly that list."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.actions.working_calendar import current_calendar
from pledges.admin.tasks.member_filters import (
    AGES,
    ANY_AGE,
    GROUPS,
    MARKS,
    MemberFilter,
    age_of,
)
from pledges.admin.tasks.standing_words import NEED_NOT, look_of
from pledges.core.standings import LATE, SIGNED, TO_SIGN, Standing, TaskState
from pledges.core.time_left import time_left
from pledges.core.working_days import Calendar
from pledges.models import Department, SigningTask, TaskMember
from pledges.models.task_members import STANDINGS

AGE_LABELS: Final = {
    "1-5": _("1 to 5 working days overdue"),
    "6-10": _("6 to 10 working days overdue"),
    "over-10": _("more than 10 working days overdue"),
}
MARK_LABELS: Final = {
    "objection": _("With an objection"),
    "no-address": _("Without an email address"),
    "opened": _("Opened"),
    "joined": _("Joined after the launch"),
    "former": _("With an earlier pledge that has ended"),
    "earlier": _("With a signature on an earlier version"),
    "other-date": _("With another due date than the task"),
}
GROUP_LABELS: Final = {"signed": pgettext_lazy("how many", "Signed"), "to-sign": _("Still to sign")}


@dataclass(frozen=True)
class Figure:
    """A number, its words, and the list behind it."""

    label: Any
    count: int
    address: str
    look: str = ""


@dataclass(frozen=True)
class DepartmentRow:
    """How far one department is: its people in the task, as they stand."""

    name: str
    total: Figure
    signed: Figure
    to_sign: Figure
    overdue: Figure
    rest: Figure
    bar: tuple["Segment", ...]


@dataclass(frozen=True)
class Segment:
    """A part of a bar, in hundredths of its width: where it begins, how wide it is, which ink."""

    begin: float
    width: float
    ink: str


class Tally:
    """All members of a task counted in one go, as they stand on `day`."""

    def __init__(self, task: SigningTask, day: date, calendar: Calendar | None = None) -> None:
        self.task, self.day = task, day
        self._calendar = calendar or current_calendar()
        self.closed = task.state == TaskState.CLOSED
        self.cancelled = task.state == TaskState.CANCELLED
        self.open_label = NEED_NOT if self.cancelled else GROUP_LABELS["to-sign"]
        by = "standing_at_close" if self.closed else "standing"
        members = TaskMember.objects.filter(task=task).with_standing(day)
        # Without an order of its own the rows are grouped by these alone.
        rows = members.order_by().values_list("person__department", by, "standing", "due_on")
        counted = list(rows.annotate(Count("pk")))
        # Of a task that was cancelled nothing is due.
        ages = {
            due_on: "" if self.cancelled else self._age(due_on)
            for *_others, due_on, _count in counted
        }
        self._rows = [
            (department, standing, today, ages[due_on] if today in LATE else "", count)
            for department, standing, today, due_on, count in counted
        ]
        self._everywhere = self._count()

    def _age(self, due_on: date) -> str:
        return age_of(time_left(due_on, self.day, self._calendar).late)

    def _count(self, department: int | None = None) -> Counter[str]:
        found: Counter[str] = Counter()
        for key, standing, _today, _age, count in self._rows:
            if department in (None, key):
                found[standing] += count
        return found

    @property
    def total(self) -> int:
        return self._everywhere.total()

    @property
    def signed(self) -> int:
        return sum(self._everywhere[each] for each in SIGNED)

    def all(self) -> Figure:
        return Figure(_("members"), self.total, MemberFilter().address(self.task))

    def group(self, name: str) -> Figure:
        """Those who have signed, or who still have to."""
        count = sum(self._everywhere[each] for each in GROUPS[name])
        label = self.open_label if name == "to-sign" else GROUP_LABELS[name]
        return self._figure(label, count, standing=name)

    def standings(self) -> list[Figure]:
        """Where they stand, in the order of the standings; nothing where nobody does.

        Of a task that was cancelled those who had not signed are one number: nothing is due.
        """
        joined = TO_SIGN if self.cancelled else frozenset()
        found = self.among(frozenset(Standing) - joined)
        rest = self.group("to-sign")
        return [*found, rest] if self.cancelled and rest.count else found

    def among(self, standings: frozenset[Standing]) -> list[Figure]:
        """Where those stand who stand at one of `standings`; nothing where nobody does."""
        return [
            self._figure(label, self._everywhere[value], standing=value, look=look_of(value))
            for value, label in STANDINGS
            if value in standings and self._everywhere[value]
        ]

    def groups(self) -> list[Figure]:
        """Standings that are counted together, where `standings` does not show that already."""
        both = [self.group("signed"), self.group("to-sign")]
        return both[:1] if self.cancelled else both

    def objections(self) -> Figure:
        """Those who object to what they are to sign."""
        found = TaskMember.objects.filter(MARKS["objection"], task=self.task)
        return self._figure(MARK_LABELS["objection"], found.count(), mark="objection")

    def today(self) -> list[Figure]:
        """Of a closed task: where its members would stand today."""
        found: Counter[str] = Counter()
        for _department, _standing, today, _age, count in self._rows:
            found[today] += count
        return [
            self._figure(label, found[value], today=value, look=look_of(value))
            for value, label in STANDINGS
            if found[value]
        ]

    def late(self) -> list[Figure]:
        """Those overdue, by how many working days."""
        found: Counter[str] = Counter()
        for _department, _standing, _today, age, count in self._rows:
            found[age] += count
        return [self._figure(AGE_LABELS[age], found[age], late=age) for age in AGES]

    def overdue(self) -> Figure:
        late = sum(count for *_others, age, count in self._rows if age)
        return self._figure(_("Overdue"), late, late=ANY_AGE)

    def marked(self) -> list[Figure]:
        """What else is to be known of members; nothing where there are none."""
        members = TaskMember.objects.filter(task=self.task).with_standing(self.day)
        members = members.with_earlier(self.day)
        counts = {mark: members.filter(MARKS[mark]).count() for mark in MARK_LABELS}
        return [
            self._figure(label, counts[mark], mark=mark)
            for mark, label in MARK_LABELS.items()
            if counts[mark]
        ]

    def asked_again(self) -> Figure:
        """Those who signed an earlier version, and still have to sign one that counts."""
        wanted = MemberFilter(mark="earlier", standing="to-sign")
        count = wanted.members(self.task, self.day).count()
        return Figure(GROUP_LABELS["to-sign"], count, wanted.address(self.task))

    def bar(self) -> tuple[Segment, ...]:
        """How far the whole task is."""
        late, to_sign = self._overdue(), sum(self._everywhere[each] for each in TO_SIGN)
        return bar([(self.signed, "done"), (to_sign - late, "open"), (late, "late")], self.total)

    def _overdue(self, department: int | None = None) -> int:
        """How many are overdue; of a closed task, how many were so at its close."""
        if self.closed:
            return self._count(department)[Standing.OVERDUE]
        return sum(row[-1] for row in self._rows if row[3] and department in (None, row[0]))

    def departments(self) -> list[DepartmentRow]:
        """Every department with members, those with most still to sign first."""
        keys = {row[0] for row in self._rows}
        names = {each.pk: str(each) for each in Department.objects.filter(pk__in=keys)}
        rows = [self._department(key, names[key]) for key in keys]
        return sorted(rows, key=lambda row: (-row.overdue.count, -row.to_sign.count, row.name))

    def _department(self, key: int, name: str) -> DepartmentRow:
        found, place = self._count(key), str(key)
        total, signed = found.total(), sum(found[each] for each in SIGNED)
        to_sign = sum(found[each] for each in TO_SIGN)
        overdue, rest = self._overdue(key), total - signed - to_sign
        at_close = {"standing": Standing.OVERDUE.value}
        return DepartmentRow(
            name=name,
            total=self._figure(name, total, department=place),
            signed=self._figure(
                GROUP_LABELS["signed"], signed, department=place, standing="signed"
            ),
            to_sign=self._figure(self.open_label, to_sign, department=place, standing="to-sign"),
            overdue=self._figure(
                _("Overdue"),
                overdue,
                department=place,
                **(at_close if self.closed else {"late": ANY_AGE}),
            ),
            rest=self._figure(_("Excused or left"), rest, department=place, standing="rest"),
            bar=bar([(signed, "done"), (to_sign - overdue, "open"), (overdue, "late")], total),
        )

    def _figure(self, label: Any, count: int, look: str = "", **asked: str) -> Figure:
        return Figure(label, count, MemberFilter(**asked).address(self.task), look)


def bar(parts: list[tuple[int, str]], total: int) -> tuple[Segment, ...]:
    """`parts` of `total` side by side; what is left of it stays empty."""
    segments, begin = [], 0.0
    for count, ink in parts:
        width = round(100 * count / total, 2) if total else 0.0
        if width:
            segments.append(Segment(round(begin, 2), width, ink))
        begin += width
    return tuple(segments)
