"""Within which hours people are written to: those of the company, on working days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from pledges.core.working_days import Calendar


@dataclass(frozen=True)
class WorkingHours:
    """From the first hour to the last, which is not among them, by the clock of `zone`."""

    from_hour: int
    until_hour: int
    zone: tzinfo
    calendar: Calendar

    def includes(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        on_time = self.from_hour <= local.hour < self.until_hour
        return on_time and self.calendar.is_working(local.date())

    def next_moment(self, at: datetime) -> datetime:
        """`at` where it is within these hours, or else the beginning of the next of them."""
        if self.includes(at):
            return at
        local = at.astimezone(self.zone)
        today = local.date()
        if local.hour >= self.until_hour:
            today += timedelta(days=1)
        return self._opening(self.calendar.next_working(today))

    def _opening(self, day: date) -> datetime:
        return datetime.combine(day, time(self.from_hour), self.zone)
