"""A pledge that cites a law, as compliance sees it: what is kept, what is unusual, what is said."""

from datetime import timedelta

import pytest

from pledges.actions import answers, preparing, review, signing
from tests import baseline
from tests.cast import FILLED, request_by_code

URL = "/admin/pledges/pledge/"


@pytest.fixture
def citing(db, liming, now):
    """A signed pledge on version 2 of the contract."""
    version = baseline.publish(baseline.second_version("contract"))

    def sign(**typed):
        pledge = answers.open_pledge(version, actor=liming, at=now, language="zh-hans")
        filled = {**FILLED["contract"], **typed}
        answers.save(pledge, actor=liming, at=now, typed=filled, revision=0)
        intent = preparing.prepare(pledge, actor=liming, at=now)
        then = now + timedelta(minutes=1)
        return signing.sign(intent, actor=liming, at=then, request=request_by_code(at=then))

    return sign


def test_a_law_is_kept_by_its_official_title(citing):
    pledge = citing(governing_law="《民法典》", governing_article="第五百零九条")
    kept = {each.code: each for each in pledge.commitments.all()}
    assert kept["governing_law"].value == "中华人民共和国民法典"
    assert (kept["governing_law"].kind, kept["governing_law"].quantity) == ("statute", None)
    assert kept["governing_article"].quantity == 509
    assert not pledge.flagged


def test_an_article_that_the_law_does_not_have_is_unusual(as_, chenjing, citing):
    pledge = citing(governing_law="民法典", governing_article="1261")
    assert pledge.flagged
    page = as_(chenjing).get(f"{URL}{pledge.pk}/change/").content.decode()
    assert "1–1260" in page
    assert "结尾段" in page
    listed = as_(chenjing).get(URL).content.decode()
    assert "1–1260" in listed


def test_what_is_said_of_the_closing_paragraph_is_said_of_it(as_, chenjing, liming, citing, now):
    pledge = citing(governing_law="民法典")
    closing = pledge.version.outline("zh-hans").clauses[-1].key
    form = as_(chenjing).get(f"{URL}{pledge.pk}/return/").content.decode()
    assert f'<option value="{closing}">结尾段 ' in form
    reasons = [review.ClauseReason("请改引劳动合同法。", closing)]
    review.return_to_manager(pledge, actor=chenjing, at=now + timedelta(hours=1), reasons=reasons)
    page = as_(liming).get(f"/pledges/{pledge.pk}/").content.decode()
    assert "<strong>结尾段</strong> 请改引劳动合同法。" in page.replace("\n", "")
