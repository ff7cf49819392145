"""`python -m benchmarks.notices [people]`: a quarter of a signing task, told as planned or not.

2,000 people by a frozen clock: an extension, the holidays of October, an outage of three days, who
signs, leaves, is excused, away or has no address. Prints what they were told in each week, by
reason, and how it differs from a model that shares no code with the product.
"""

import logging
import sys
import time
from collections import Counter
from datetime import date, timedelta
from typing import Any

from benchmarks.installation import scratch


class Patch:
    """What pytest gives to its tests, as far as it is needed here."""

    @staticmethod
    def setattr(thing: Any, name: str, value: Any) -> None:
        setattr(thing, name, value)


def main() -> int:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with scratch():
        return _play(people)


def _play(people: int) -> int:
    from django.conf import settings
    from django.core import mail

    from tests import baseline, quarter

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    logging.disable(logging.INFO)
    baseline.wipe()
    baseline.load()
    from pledges.models import Person

    officer = Person.objects.get(username="chenjing")
    lives = quarter.lives(people, departments=40)
    played = quarter.Quarter(Patch, lives, officer)
    begun = time.monotonic()
    played.run()
    seconds = time.monotonic() - begun
    told = played.told()
    _print_table(told)
    _print_escalations(played, officer)
    wrong = [life for life in lives if told[life.number] != quarter.told(life)]
    tables = _wrong_tables(played, lives, officer)
    twice = sum(count > 1 for each in told.values() for count in each.values())
    print(f"{people} people, {len(mail.outbox)} mails, {seconds:.0f} s")
    print(f"differing from the model: {len(wrong)} people, {tables} tables; told twice: {twice}")
    return int(bool(wrong or tables or twice))


def _wrong_tables(played: Any, lives: Any, officer: Any) -> int:
    from tests import quarter

    wrong = int(played.tables("compliance", officer) != quarter.tables(lives, 10))
    for place, head in enumerate(played.heads):
        theirs = [life for life in lives if life.department == place]
        wrong += played.tables("superior", head) != quarter.tables(theirs, 3)
    return wrong


def _print_table(told: dict[int, Counter[tuple[date, str]]]) -> None:
    counts: Counter[tuple[date, str]] = Counter()
    for each in told.values():
        for (day, key), count in each.items():
            counts[day - timedelta(days=day.weekday()), key] += count
    keys = sorted({key for _week, key in counts})
    print("week of    " + "".join(f"{key:>13}" for key in keys))
    for week in sorted({week for week, _key in counts}):
        print(f"{week} " + "".join(f"{counts[week, key] or '·':>13}" for key in keys))


def _print_escalations(played: Any, officer: Any) -> None:
    """By week: how many heads got a table and whom it had, and how many compliance was told of."""
    heads: Counter[date] = Counter()
    named: Counter[date] = Counter()
    for head in played.heads:
        for week, (_day, who) in played.tables("superior", head).items():
            heads[week] += 1
            named[week] += len(who)
    compliance = played.tables("compliance", officer)
    print("week of      superiors    of people   compliance: of people")
    for week in sorted({*heads, *compliance}):
        whom = len(compliance[week][1]) if week in compliance else "·"
        print(f"{week}{heads[week] or '·':>12}{named[week] or '·':>13}{whom:>24}")


if __name__ == "__main__":
    sys.exit(main())
