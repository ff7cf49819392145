"""Time that is left until a due date: in working days, by one rule for pages and mails."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.time_left import latest_due, time_left
from pledges.core.working_days import Calendar

WEEK = Calendar({date(2026, 11, day): day not in (21, 22, 28, 29) for day in range(1, 31)})
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
CALENDARS = st.builds(Calendar, st.dictionaries(DAYS, st.booleans(), max_size=60))


@pytest.mark.parametrize(
    ("due_on", "today", "days", "late"),
    [
        (27, 23, 4, 0),
        (27, 27, 0, 0),
        (29, 27, 0, 0),  # due on a Sunday: not today, and no working day is left
        (27, 28, -1, 1),  # a Saturday: late all the same
        (27, 29, -1, 1),
        (27, 30, -1, 1),
        (20, 30, -6, 6),
    ],
)
def test_days_on_which_nobody_works_do_not_count(due_on, today, days, late):
    left = time_left(date(2026, 11, due_on), date(2026, 11, today), WEEK)
    assert (left.days, left.late, left.overdue) == (days, late, late > 0)
    assert left.is_today == (due_on == today)


def test_what_a_holiday_may_still_change_is_provisional():
    assert not time_left(date(2026, 11, 30), date(2026, 11, 23), WEEK).provisional
    assert time_left(date(2026, 12, 1), date(2026, 11, 23), WEEK).provisional


@given(calendar=CALENDARS, due_on=DAYS, today=DAYS, late=st.integers(1, 15))
def test_lists_by_lateness_hold_exactly_those_who_are_so_late(calendar, due_on, today, late):
    listed = due_on <= latest_due(late, today, calendar)
    assert listed == (time_left(due_on, today, calendar).late >= late)


@given(calendar=CALENDARS, due_on=DAYS, today=DAYS)
def test_nobody_is_overdue_by_nothing_and_time_only_runs_out(calendar, due_on, today):
    left = time_left(due_on, today, calendar)
    assert left.overdue == (left.late > 0) == (left.days < 0)
    assert time_left(due_on, today + timedelta(days=1), calendar).days <= left.days
