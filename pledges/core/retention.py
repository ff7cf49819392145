"""How long a pledge has to be kept: whole years from the last thing that happened to it."""

from datetime import date


def erasable_from(last: date, years: int) -> date:
    """The first day on which a pledge may be erased; from 29 February on it is 1 March."""
    try:
        return last.replace(year=last.year + years)
    except ValueError:
        return date(last.year + years, 3, 1)
