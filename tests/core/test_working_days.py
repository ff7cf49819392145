"""Working days: counted with holidays and make-up days, the same forwards and backwards."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.working_days import Calendar

# National Day of 2026: the first to the seventh of October are off, Saturday the tenth is worked.
OCTOBER = Calendar({date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True})
DAYS = st.dates(date(2025, 1, 1), date(2029, 12, 31))
CALENDARS = st.builds(Calendar, st.dictionaries(DAYS, st.booleans(), max_size=40))


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 9, 30), 4, date(2026, 10, 12)),
        (date(2026, 10, 12), -1, date(2026, 10, 10)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 10, 3), 1, date(2026, 10, 8)),
        (date(2026, 10, 3), -1, date(2026, 9, 30)),
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
    ],
)
def test_holidays_are_passed_over_and_make_up_days_are_counted(day, count, then):
    assert OCTOBER.add(day, count) == then


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 9, 30), date(2026, 10, 7), 0),
        (date(2026, 9, 30), date(2026, 10, 8), 1),
        (date(2026, 10, 9), date(2026, 10, 11), 1),
        (date(2026, 10, 8), date(2026, 9, 30), -1),
        (date(2026, 10, 7), date(2026, 10, 7), 0),
    ],
)
def test_how_many_there_are_between_two_days(start, end, days):
    assert OCTOBER.between(start, end) == days


def test_the_next_and_the_last_one():
    assert OCTOBER.next_working(date(2026, 10, 4)) == date(2026, 10, 8)
    assert OCTOBER.last_working(date(2026, 10, 4)) == date(2026, 9, 30)
    assert OCTOBER.next_working(date(2026, 10, 8)) == date(2026, 10, 8)


def test_what_is_not_published_counts_by_its_weekday_and_is_told():
    assert OCTOBER.is_working(date(2027, 1, 1)) and OCTOBER.is_provisional(date(2027, 1, 1))
    assert not OCTOBER.is_provisional(date(2026, 10, 10))
    assert OCTOBER.first_provisional(date(2026, 10, 1), date(2026, 10, 7)) is None
    assert OCTOBER.first_provisional(date(2026, 10, 6), date(2026, 10, 9)) == date(2026, 10, 8)


@given(CALENDARS, DAYS, st.integers(-30, 30))
def test_as_many_lie_between_as_were_added(calendar, day, count):
    then = calendar.add(day, count)
    assert calendar.between(day, then) == count
    assert count == 0 or calendar.is_working(then)


@given(CALENDARS, DAYS, st.integers(0, 30), st.integers(0, 30))
def test_adding_twice_is_adding_the_sum(calendar, day, first, then):
    assert calendar.add(calendar.add(day, first), then) == calendar.add(day, first + then)


@given(CALENDARS, DAYS, st.integers(0, 60), st.integers(0, 60))
def test_parts_of_a_period_sum_up(calendar, day, first, then):
    middle = day + timedelta(days=first)
    end = middle + timedelta(days=then)
    parts = calendar.between(day, middle) + calendar.between(middle, end)
    assert parts == calendar.between(day, end)


@given(CALENDARS, DAYS)
def test_the_next_and_the_last_are_the_nearest(calendar, day):
    after, before = calendar.next_working(day), calendar.last_working(day)
    assert before <= day <= after
    assert calendar.is_working(after) and calendar.is_working(before)
    between = (
        day + timedelta(days=each) for each in range((before - day).days + 1, (after - day).days)
    )
    assert not any(calendar.is_working(each) for each in between)


@given(CALENDARS, DAYS, DAYS)
def test_a_long_time_is_counted_as_a_short_one_is(calendar, day, then):
    first, last = sorted((day, then))
    each = (first + timedelta(days=after) for after in range(1, (last - first).days + 1))
    assert calendar.between(first, last) == sum(map(calendar.is_working, each))


def test_a_due_date_of_the_last_year_that_there_is_costs_nothing():
    assert Calendar().between(date(2026, 11, 30), date.max) == 2_080_079
