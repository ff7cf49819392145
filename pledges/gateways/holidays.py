"""Public holidays and make-up days of mainland China, as the State Council published them.

From the library chinese_calendar, which is offline and knows the years that were published when it
was released. A later year is not there: who asks is told so, and nothing is guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import constants


@dataclass(frozen=True)
class KnownDay:
    """A day that was published: worked or not; `name` is the library's English, "" for none.

    A make-up day is worked on a weekend and has the name of the holiday that it makes up for.
    """

    day: date
    working: bool
    name: str


def known_years() -> range:
    """The years that the library knows whole."""
    published = constants.holidays
    return range(min(published).year, max(published).year + 1)


def days_of(year: int) -> Iterator[KnownDay]:
    """Each day of `year`, which is one of `known_years`."""
    day = date(year, 1, 1)
    while day.year == year:
        _holiday, name = chinese_calendar.get_holiday_detail(day)
        yield KnownDay(day, chinese_calendar.is_workday(day), name or "")
        day += timedelta(days=1)
