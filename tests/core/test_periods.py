"""Terms and retention: whole months and years by the calendar, the first day not counted."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.periods import closes, erasable_from, working_days

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


@pytest.mark.parametrize(
    ("began", "months", "last"),
    [
        (date(2026, 11, 24), 12, date(2027, 11, 24)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 1, 1), 11, date(2026, 12, 1)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 24), 600, date(2076, 11, 24)),
    ],
)
def test_a_period_closes_with_the_same_day_or_the_last_of_its_month(began, months, last):
    assert closes(began, months) == last


@given(DAYS, st.integers(min_value=1, max_value=600))
def test_a_period_ends_in_its_month_and_never_late(began, months):
    last = closes(began, months)
    assert last.year * 12 + last.month == began.year * 12 + began.month + months
    assert last.day <= began.day
    assert last.day == began.day or (last + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("ended", "years", "first"),
    [
        (date(2026, 11, 23), 10, date(2036, 11, 24)),
        (date(2026, 12, 31), 1, date(2028, 1, 1)),
        (date(2028, 2, 29), 4, date(2032, 3, 1)),
        (date(2028, 2, 29), 10, date(2038, 3, 1)),
        (date(2027, 2, 28), 1, date(2028, 2, 29)),
    ],
)
def test_the_first_day(ended, years, first):
    assert erasable_from(ended, years) == first


@given(DAYS, st.integers(min_value=1, max_value=100))
def test_never_before_so_many_years_are_over(ended, years):
    first = erasable_from(ended, years)
    assert first.year - ended.year in (years, years + 1)
    assert (first - ended).days >= 365 * years
    assert first - timedelta(days=1) <= ended.replace(day=1, month=12) + timedelta(366 * years + 31)


@given(DAYS, DAYS, st.integers(min_value=1, max_value=100))
def test_what_ended_later_is_kept_no_shorter(one, other, years):
    assert (one <= other) <= (erasable_from(one, years) <= erasable_from(other, years))


@pytest.mark.parametrize(
    ("after", "until", "days"),
    [
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (date(2026, 11, 23), date(2026, 11, 24), 1),
        (date(2026, 11, 23), date(2026, 11, 27), 4),
        (date(2026, 11, 27), date(2026, 11, 29), 0),  # a Friday, and the Sunday after it
        (date(2026, 11, 27), date(2026, 11, 30), 1),
        (date(2026, 11, 28), date(2026, 11, 30), 1),
        (date(2026, 11, 30), date(2026, 11, 23), 0),
    ],
)
def test_working_days_are_those_from_monday_to_friday(after, until, days):
    assert working_days(after, until) == days


@given(DAYS, st.integers(0, 60))
def test_seven_days_have_five_working_days(after, weeks):
    assert working_days(after, after + timedelta(weeks=weeks)) == 5 * weeks
