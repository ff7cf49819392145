"""The table of working days: what was published, what the company set, who may set it."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from pledges import audit
from pledges.actions import working_calendar
from pledges.gateways import holidays
from pledges.models import CalendarDay

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 13), True),
        (date(2026, 2, 14), True),  # a Saturday that makes up for the Spring Festival
        (date(2026, 2, 16), False),
        (date(2026, 10, 10), True),
        (date(2026, 10, 7), False),
        (date(2026, 11, 28), False),
    ],
)
def test_what_was_published_is_known(day, working):
    known = {each.day: each.working for each in holidays.days_of(day.year)}
    assert known[day] is working
    assert len(known) == 365


def test_it_is_loaded_from_last_year_on_and_loaded_once():
    assert working_calendar.load_published(NOVEMBER) == 365 * 2
    assert working_calendar.load_published(NOVEMBER) == 0
    known = working_calendar.current_calendar()
    assert known.add(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert not known.is_provisional(date(2025, 1, 1))
    assert known.is_provisional(date(2027, 1, 1))


def test_what_the_company_set_stays_and_what_was_published_anew_is_corrected(zhoumin, now):
    working_calendar.load_published(NOVEMBER)
    founding = date(2026, 12, 8)
    working_calendar.set_day(founding, working=False, name="司庆日", actor=zhoumin, at=now)
    CalendarDay.objects.filter(date=date(2026, 10, 10)).update(working=False, name="")
    assert working_calendar.load_published(NOVEMBER) == 1
    known = working_calendar.current_calendar()
    assert known.is_working(date(2026, 10, 10)) and not known.is_working(founding)
    row = CalendarDay.objects.get(date=founding)
    assert (row.source, row.changed_by, row.changed_at) == ("changed", zhoumin, now)


def test_a_day_that_nobody_published_may_be_set_and_is_then_known(chenjing, now):
    working_calendar.set_day(date(2027, 1, 1), working=False, name="元旦", actor=chenjing, at=now)
    known = working_calendar.current_calendar()
    assert not known.is_working(date(2027, 1, 1))
    assert not known.is_provisional(date(2027, 1, 1)) and known.is_provisional(date(2027, 1, 2))
    (entry,) = audit.trail("calendarday:2027-01-01")
    assert audit.facts_of(entry) == {"day": "2027-01-01", "working": False}


@pytest.mark.parametrize("username", ["liming", "wuying", "admin"])
def test_others_may_not_set_it(django_user_model, username, now):
    person = django_user_model.objects.get(username=username)
    with pytest.raises(PermissionDenied):
        working_calendar.set_day(date(2027, 1, 1), working=False, name="", actor=person, at=now)
    assert not CalendarDay.objects.exists()
