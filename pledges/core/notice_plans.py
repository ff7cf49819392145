"""When somebody is told of what they have to sign, and why on that day: as data and pure functions.

Two rules make it bearable. Only the strongest open reason is told: the one whose day came last. And
whoever was told something is not told again of what was planned for that day or an earlier one. So
a pause of any length costs one notice, and no reason is told late after a newer one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from pledges.core.standings import LATE, REMINDED
from pledges.core.working_days import Calendar


class Reason(StrEnum):
    """Why a notice is sent; a claim holds it with its number, as `before-7`."""

    START = "start"
    BEFORE = "before"
    ON_DAY = "on-day"
    AFTER = "after"
    EXCUSE_ENDED = "excuse-ended"
    NEW_VERSION = "new-version"
    EXTENDED = "extended"
    EXCUSED = "excused"
    CANCELLED = "cancelled"
    BY_HAND = "by-hand"
    TERM = "term"
    SUPERIOR = "superior"
    COMPLIANCE = "compliance"
    SLIP = "slip"
    DIGEST = "digest"


TERM_DAYS: Final = (60, 30, 7)
"""So many days before the end of its term a pledge's signer is told; days of the calendar."""

DEFAULT_PLAN: Final[Mapping[str, Any]] = {
    "start": True,
    "before": [7, 3, 1],
    "on_day": True,
    "every_after": 5,
    "superior_after": 3,
    "compliance_after": 10,
}


@dataclass(frozen=True)
class Plan:
    """A task's plan of notices, in working days; None or nothing: this does not happen."""

    start: bool = True
    before: tuple[int, ...] = ()
    on_day: bool = False
    every_after: int | None = None
    superior_after: int | None = None
    compliance_after: int | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Plan":
        """The plan of a task's row; what the row does not name is as in `DEFAULT_PLAN`."""
        known = {name: data.get(name, value) for name, value in DEFAULT_PLAN.items()}
        before = sorted({int(each) for each in known["before"] or () if int(each) > 0})
        numbers = ("every_after", "superior_after", "compliance_after")
        return cls(
            start=bool(known["start"]),
            before=tuple(reversed(before)),
            on_day=bool(known["on_day"]),
            **{name: int(known[name]) if known[name] else None for name in numbers},
        )

    def to_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in DEFAULT_PLAN} | {"before": list(self.before)}


@dataclass(frozen=True)
class Told:
    """A reason to be told on `planned_on`; with its key, `for_day` says which notice it is.

    A notice before a due date has that due date for its day: told once, however the calendar
    changes.
    """

    reason: Reason
    for_day: date
    planned_on: date
    number: int = 0

    @property
    def key(self) -> str:
        return f"{self.reason}-{self.number}" if self.number else str(self.reason)


@dataclass(frozen=True)
class Facts:
    """What decides whether a member is told: as they stand on the day that is asked about.

    `told_on` is the last day on which they were told anything of the task. `changed` is what has
    changed for them last: their excuse ended, or a new version counts instead of what they signed.
    """

    due_on: date
    standing: str
    joined_on: date
    told_on: date | None = None
    changed: Told | None = None


def planned(plan: Plan, due_on: date, day: date, calendar: Calendar) -> Told | None:
    """The last reason that the plan has for `due_on` up to `day`, if it has one by then."""
    reasons = (each for each in _reasons(plan, due_on, day, calendar) if each.planned_on <= day)
    return max(reasons, key=lambda each: each.planned_on, default=None)


def _reasons(plan: Plan, due_on: date, day: date, calendar: Calendar) -> Iterator[Told]:
    # On a holiday nobody is told anything: what falls due on one is told of on the day before it.
    last = calendar.last_working(due_on)
    for number in plan.before:
        yield Told(Reason.BEFORE, due_on, calendar.add(last, -number), number)
    if plan.on_day:
        yield Told(Reason.ON_DAY, due_on, last)
    if plan.every_after and day > due_on:
        number = calendar.between(due_on, day) // plan.every_after
        if number:
            then = calendar.add(due_on, number * plan.every_after)
            yield Told(Reason.AFTER, due_on, then, number)


def strongest(plan: Plan, facts: Facts, day: date, calendar: Calendar) -> Told | None:
    """What a member is told on `day`; None when there is nothing new to tell, or nobody to tell it.

    Who was told nothing yet gets the first notice, whatever the day; what has changed for them
    since they were told anything comes before what the plan has.
    """
    if facts.standing not in REMINDED or not calendar.is_working(day) or day < facts.joined_on:
        return None
    if facts.told_on is None and plan.start:
        return Told(Reason.START, facts.joined_on, facts.joined_on)
    since = facts.told_on or facts.joined_on - timedelta(days=1)
    if facts.changed is not None and since < facts.changed.planned_on <= day:
        return facts.changed
    found = planned(plan, facts.due_on, day, calendar)
    return found if found is not None and found.planned_on > since else None


def escalations(
    plan: Plan, due_on: date, standing: str, day: date, calendar: Calendar
) -> frozenset[Reason]:
    """To whom beside the member it is told on `day` that they are late, if it is a working day."""
    late = standing in LATE and due_on < day
    if not late or not calendar.is_working(day):
        return frozenset()
    days = calendar.between(due_on, day)
    after = {Reason.SUPERIOR: plan.superior_after, Reason.COMPLIANCE: plan.compliance_after}
    return frozenset(reason for reason, count in after.items() if count and days >= count)


def week_of(day: date) -> date:
    """The Monday of the week of `day`: the tables of who is late are sent once in each."""
    return day - timedelta(days=day.weekday())


def term_ends(ends_on: date, told_on: date | None, day: date, calendar: Calendar) -> Told | None:
    """What somebody is told on `day` of the end of their pledge's term: the last of `TERM_DAYS`."""
    if day > ends_on or not calendar.is_working(day):
        return None
    reasons = [
        Told(Reason.TERM, ends_on, ends_on - timedelta(days=number), number) for number in TERM_DAYS
    ]
    came = [each for each in reasons if each.planned_on <= day]
    if not came:
        return None
    last = max(came, key=lambda each: each.planned_on)
    return last if told_on is None or last.planned_on > told_on else None
