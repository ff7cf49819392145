"""How long somebody has until a due date, or since when it has passed: always in working days.

One rule for pages and mails. Overdue is whoever's due date has passed, on a holiday too; then it is
by one working day at least, so that no page says "overdue by nothing".
"""

from dataclasses import dataclass
from datetime import date, timedelta

from pledges.core.working_days import Calendar


@dataclass(frozen=True)
class TimeLeft:
    """As of `today`: working days until `due_on`, negative once it has passed.

    `provisional` is whether a holiday that is not published yet may still change the number.
    """

    due_on: date
    today: date
    days: int
    provisional: bool

    @property
    def overdue(self) -> bool:
        return self.due_on < self.today

    @property
    def is_today(self) -> bool:
        return self.due_on == self.today

    @property
    def late(self) -> int:
        """By how many working days it is overdue; 0 until then."""
        return max(-self.days, 0)


def time_left(due_on: date, today: date, calendar: Calendar) -> TimeLeft:
    """How long there is from `today` until `due_on`."""
    days = calendar.between(today, due_on)
    if due_on < today:
        days = -max(calendar.between(due_on, today), 1)
    provisional = due_on > today and calendar.first_provisional(today, due_on) is not None
    return TimeLeft(due_on, today, days, provisional)


def latest_due(late: int, today: date, calendar: Calendar) -> date:
    """The latest due date that is overdue by `late` (at least 1) working days `today`."""
    day = timedelta(days=1)
    return today - day if late <= 1 else calendar.add(today + day, -late) - day
