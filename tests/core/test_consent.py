"""The declaration: what was once agreed to stays word for word; the present one says the effect."""

import hashlib

import pytest

from pledges.core import consent
from pledges.core.languages import LANGUAGES

# Each wording that a document may hold, both languages, as SHA-256.
AGREED_TO = {
    "2026-11": "de921c1f7d293325bafa956fdb97227a6e010fdb963d61bfb65be4fd2a8b40a7",
    "2026-12": "ee4e799e3734d117f6ff9186fe2719bd2be998d9c933366680eeee3d06b22574",
}


def test_no_wording_that_was_ever_agreed_to_changes():
    assert {
        version: hashlib.sha256((wording.zh + "\n" + wording.en).encode()).hexdigest()
        for version, wording in consent.WORDINGS.items()
    } == AGREED_TO


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_present_one_says_when_the_pledge_takes_effect(language):
    said = consent.wording().in_(language)
    for part in {
        "zh-hans": ("经公司以电子方式确认后，自签订之日起生效", "退回的，自始不生效", "账号"),
        "en": ("in effect from the day of signing", "never takes effect"),
    }[language]:
        assert part in said


def test_there_is_no_wording_that_never_was():
    with pytest.raises(KeyError):
        consent.wording("2025-01")
