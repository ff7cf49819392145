"""A quarter by a frozen clock: everybody is told as planned, once, never when they should not."""

from collections import Counter

import pytest

from pledges.models import NoticeClaim
from tests import quarter
from tests.quarter import Quarter, lives

pytestmark = pytest.mark.django_db


def test_a_quarter_with_an_extension_holidays_and_an_outage(
    monkeypatch, chenjing, sunhao, mailoutbox
):
    all_lives = lives(60, departments=4)
    played = Quarter(monkeypatch, all_lives, chenjing)
    played.run()
    told = played.told()
    assert told == {life.number: quarter.told(life) for life in all_lives}
    assert max(count for each in told.values() for count in each.values()) == 1
    days = {day for each in told.values() for day, _key in each}
    assert days <= set(quarter.WORKING) - quarter.OUTAGE and len(days) > 20
    for life in all_lives:
        assert all(life.is_open(day) for day, _key in told[life.number])
    for place, head in enumerate(played.heads):
        theirs = [life for life in all_lives if life.department == place]
        assert played.tables("superior", head) == quarter.tables(theirs, 3)
    for officer in (chenjing, sunhao):
        assert played.tables("compliance", officer) == quarter.tables(all_lives, 10)
    # Each reason had its mail, and nobody had another one.
    reasons = Counter(key.split("-")[0] for each in told.values() for _day, key in each.elements())
    assert len(reasons) == 6
    members = sum(reasons.values())
    superiors = NoticeClaim.objects.filter(member=None, reason__in=("superior", "compliance"))
    mine = [mail for mail in mailoutbox if mail.to[0] != "" and not mail.to[0].startswith("nobody")]
    assert len(mine) == members + superiors.count()
    assert len({mail.extra_headers["Message-ID"] for mail in mine}) == len(mine)
