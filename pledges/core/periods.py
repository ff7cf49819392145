"""How long something lasts, by the calendar of the organisation."""

from datetime import date, timedelta

YEAR = 12  # months
SATURDAY = 5  # as `date.weekday` counts


def closes(began_on: date, months: int) -> date:
    """The last day of a period of `months` that begins with what happened on `began_on`.

    That day itself is not counted; the period closes with the same day of its last month and, in
    a month that lacks this day, with the last of it (Civil Code of the People's Republic of
    China, articles 201 and 202).
    """
    years, month = divmod(began_on.month - 1 + months, YEAR)
    following = date(began_on.year + years + (month == 11), (month + 1) % YEAR + 1, 1)
    last = following - timedelta(days=1)
    return last.replace(day=min(began_on.day, last.day))


def erasable_from(ended_on: date, years: int) -> date:
    """The first day on which data may be erased that is kept for `years` after `ended_on`."""
    return closes(ended_on, years * YEAR) + timedelta(days=1)


def working_days(after: date, until: date) -> int:
    """How many days from Monday to Friday come after `after`, `until` among them.

    Holidays are not known here, so where there were any it tells too many.
    """
    days = (after + timedelta(days=each) for each in range(1, (until - after).days + 1))
    return sum(day.weekday() < SATURDAY for day in days)
