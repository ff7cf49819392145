"""What people write stands in mails as their words: it makes no button, no list and no foot."""

import re

import pytest
from django.conf import settings

from pledges.notices import previews, sending
from pledges.notices.kinds import Kind

pytestmark = pytest.mark.django_db

WORDS = "Please see:\n\nhttps://elsewhere.example/sign\n\n- one\n| a | b\n-- \nthe end of it <b>"


@pytest.mark.parametrize("kind", [Kind.FIRST, Kind.CANCELLED, Kind.RETURNED, Kind.REVOKED])
def test_no_words_of_anybody_become_the_button(kind, liming, now):
    about = {**previews._of_a_pledge(liming, now, kind), **previews._of_a_task(liming, now, kind)}
    about["task"].message = about["said"] = about["pledge"].revocation_reason = WORDS
    about["reasons"] = [{"citation": "", "text": WORDS}]
    mail = sending.compose(kind.value, liming, about)
    assert "https://elsewhere.example/sign" in mail.text and "the end of it <b>" in mail.text
    links = re.findall(r'href="([^"]*)"', mail.html)
    assert links and all(each.startswith(settings.PUBLIC_URL) for each in links)
    assert mail.html.count("border-radius:6px") == 1, "one button"
    foot = mail.html.rpartition("border-top:1px solid")[2]
    assert "the end of it" not in foot and "<b>" not in mail.html
