"""The calendar of working days: loaded from what was published, changed day by day."""

from datetime import date, datetime
from typing import Final

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core.working_days import Calendar
from pledges.gateways import holidays
from pledges.models import CalendarDay, Organisation

# The year before: what was due late in it is still reminded of.
YEARS_BACK: Final = 1


def current_calendar() -> Calendar:
    """What is known now; read it once for a page or a run, not for each row."""
    return CalendarDay.objects.as_calendar()


def load_published(at: datetime) -> int:
    """Bring the table up to what the library knows, from last year on; gives how many rows changed.

    What the company set itself stays; a day that was published anew is corrected.
    """
    first = Organisation.current().localdate(at).year - YEARS_BACK
    known = {
        each.day: each
        for year in holidays.known_years()
        if year >= first
        for each in holidays.days_of(year)
    }
    kept = {each.date: each for each in CalendarDay.objects.filter(date__in=known)}
    new = [
        CalendarDay(date=day, working=each.working, name=each.name, source="published")
        for day, each in known.items()
        if day not in kept
    ]
    corrected = [
        day
        for day, row in kept.items()
        if row.source == CalendarDay.Source.PUBLISHED
        and (row.working, row.name) != (known[day].working, known[day].name)
    ]
    for day in corrected:
        facts = {"working": known[day].working, "name": known[day].name}
        CalendarDay.objects.filter(date=day, source="published").update(**facts)
    CalendarDay.objects.bulk_create(new, ignore_conflicts=True)
    return len(new) + len(corrected)


@transactions.atomic
def set_day(
    day: date, *, working: bool, name: str, actor: access.Actor, at: datetime
) -> CalendarDay:
    """Say that `day` is worked, or is not; notices are counted by it from now on.

    Due dates that were given stay as they are.
    """
    access.require(actor, Act.WRITE_CALENDAR)
    facts = {
        "working": working,
        "name": name,
        "source": CalendarDay.Source.CHANGED,
        "changed_by_id": actor.pk,
        "changed_at": at,
    }
    row, _new = CalendarDay.objects.update_or_create(date=day, defaults=facts)
    told = {"day": day.isoformat(), "working": working}
    audit.record("calendar.changed", actor=actor, subject=row, at=at, facts=told)
    return row
