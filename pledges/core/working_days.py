"""Working days: which days people work, and how many of them lie between two dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

SATURDAY: Final = 5  # as `date.weekday` counts
_DAY: Final = timedelta(days=1)
_FEW: Final = 400
"""So many days are looked at one by one."""


@dataclass(frozen=True)
class Calendar:
    """Which days are worked; one that nobody published yet counts by its day of the week."""

    working: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether people work on `day`; not published yet, it counts Monday to Friday."""
        return self.working.get(day, day.weekday() < SATURDAY)

    def is_provisional(self, day: date) -> bool:
        """Whether `day` is not published yet, so that a holiday may still change what was counted.

        A period depends on each of its days: `first_provisional` tells of them.
        """
        return day not in self.working

    def first_provisional(self, start: date, end: date) -> date | None:
        """The first day of `start` to `end`, both among them, that is not published yet."""
        days = (start + each * _DAY for each in range((end - start).days + 1))
        return next((day for day in days if self.is_provisional(day)), None)

    def add(self, day: date, count: int) -> date:
        """The working day that is `count` working days after `day`, or before it where negative.

        `day` itself is never counted, whether people work on it or not; nothing added is `day`.
        """
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days come after `start`, `end` among them; negative the other way.

        So `between(day, add(day, n))` is `n`.
        """
        if end <= start:
            return -self._within(end, start - _DAY)
        return self._within(start + _DAY, end)

    def _within(self, first: date, last: date) -> int:
        """How many of the days from `first` to `last` are worked.

        Of a long time only the days that are known are looked at: a due date may be any.
        """
        count = _days(first, last)
        if count <= _FEW:
            return sum(self.is_working(first + each * _DAY) for each in range(count))
        weeks, rest = divmod(count, 7)
        usual = weeks * SATURDAY
        usual += sum((first + each * _DAY).weekday() < SATURDAY for each in range(rest))
        known = ((day, works) for day, works in self.working.items() if first <= day <= last)
        return usual + sum(works - (day.weekday() < SATURDAY) for day, works in known)

    def next_working(self, day: date) -> date:
        """`day` where people work on it, or else the first day after it on which they do."""
        return day if self.is_working(day) else self.add(day, 1)

    def last_working(self, day: date) -> date:
        """`day` where people work on it, or else the last day before it on which they did."""
        return day if self.is_working(day) else self.add(day, -1)


def _days(start: date, end: date) -> int:
    return (end - start).days + 1
