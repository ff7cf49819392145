"""How long data is kept: whole years by the calendar, the day of the end not counted."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.retention import erasable_from

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


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
