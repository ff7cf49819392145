"""Dates, times and digests as pages write them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from pledges.models import Organisation
from pledges.templatetags.sheet_extras import day, digest, moment

LATE = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)  # already the 24th in Shanghai


@pytest.mark.parametrize(
    ("language", "value", "expected"),
    [
        ("zh-hans", date(2026, 11, 3), "2026年11月3日"),
        ("en", date(2026, 11, 3), "3 November 2026"),
        ("zh-hans", LATE, "2026年11月24日"),
        ("en", LATE, "24 November 2026"),
        ("en", None, ""),
    ],
)
def test_day(db, language, value, expected):
    with translation.override(language):
        assert day(value) == expected


@pytest.mark.parametrize(
    ("language", "zone", "expected"),
    [
        ("zh-hans", "Asia/Shanghai", "2026年11月24日 01:05（UTC+08:00）"),
        ("en", "Asia/Shanghai", "24 November 2026, 01:05 (UTC+08:00)"),
        ("en", "America/St_Johns", "23 November 2026, 13:35 (UTC-03:30)"),
    ],
)
def test_moment_is_by_the_organisations_clock(db, language, zone, expected):
    Organisation.objects.update(time_zone=zone)
    with translation.override(language):
        assert moment(LATE) == expected


def test_digest_keeps_both_ends():
    assert digest("7f3a91c0" + "0" * 52 + "e25d") == "7f3a 91c0 … e25d"
    assert digest("short") == "short"
