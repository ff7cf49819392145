"""How long the personal data of a pledge is kept after its end, by the calendar."""

from datetime import date, timedelta


def erasable_from(ended_on: date, years: int) -> date:
    """The first day on which data may be erased that is kept for `years` after `ended_on`.

    The period begins on the day after the end and closes with the same day of its last year; in
    a year that lacks this day, with the last day of that month.
    """
    last = ended_on.year + years
    try:
        closes = ended_on.replace(year=last)
    except ValueError:
        closes = date(last, 2, 28)
    return closes + timedelta(days=1)
