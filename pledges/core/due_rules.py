"""When a signing task is due: a day, or so many working days after its launch, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from pledges.core.refusal import Refusal

MAX_DAYS: Final = 365  # working days


class Calendar(Protocol):
    """What is asked of the organisation's calendar (`core.working_days`)."""

    def is_working(self, day: date) -> bool: ...

    def add(self, day: date, n: int) -> date:
        """The `n`th working day after `day`."""
        ...


class Kind(StrEnum):
    """By what a task's due date is said."""

    DATE = "date"
    WORKING_DAYS = "working-days"


class FaultyDueRule(Refusal):
    """The data is no due rule; `what` is the key or the value at fault."""

    kind = "faulty-due-rule"

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class DueInThePast(Refusal):
    """Nobody can be asked to sign by a day that has passed; `due_on` is that day."""

    kind = "due-in-the-past"

    def __init__(self, due_on: date) -> None:
        super().__init__(due_on)
        self.due_on = due_on


@dataclass(frozen=True)
class DueRule:
    """Either the day itself, or the number of working days after the launch (1: the next one)."""

    on: date | None = None
    days: int | None = None

    @classmethod
    def from_data(cls, data: object) -> "DueRule":
        """The rule that `data` holds. Raises `FaultyDueRule`."""
        if not isinstance(data, Mapping):
            raise FaultyDueRule("")
        key = {Kind.DATE: "on", Kind.WORKING_DAYS: "days"}.get(data.get("kind", ""))
        if key is None:
            raise FaultyDueRule("kind")
        if unknown := set(data) - {"kind", key}:
            raise FaultyDueRule(str(min(unknown, key=str)))
        return cls(on=_day(data.get(key))) if key == "on" else cls(days=_count(data.get(key)))

    def to_data(self) -> dict[str, object]:
        """As it is stored; `from_data` reads the same rule back."""
        if self.on is not None:
            return {"kind": Kind.DATE.value, "on": self.on.isoformat()}
        return {"kind": Kind.WORKING_DAYS.value, "days": self.days}


def due_on(rule: DueRule, launched_on: date, calendar: Calendar) -> date:
    """The last day on which members may sign in time; a day off is told of, and not moved.

    Raises `DueInThePast` for a day before the launch.
    """
    if rule.on is None:
        return calendar.add(launched_on, rule.days or 1)
    if rule.on < launched_on:
        raise DueInThePast(rule.on)
    return rule.on


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise FaultyDueRule("on") from None


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_DAYS:
        raise FaultyDueRule("days")
    return value
