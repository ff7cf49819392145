"""What a new draft begins with, and what becomes of it in the other language."""

from dataclasses import replace

import pytest

from pledges.access import SYSTEM
from pledges.actions import answers, templates
from pledges.core.languages import Localized
from tests import baseline

pytestmark = pytest.mark.django_db

DEFAULTS = {
    "service_name": Localized("个人理财", "Wealth Management"),
    "governing_article": Localized("29", "29"),
}


@pytest.fixture
def guided(version):
    """A next version of the contract with defaults, published."""
    before = version("contract").definition()
    blanks = tuple(
        replace(blank, default=DEFAULTS.get(blank.code, Localized())) for blank in before.blanks
    )
    definition = replace(before, blanks=blanks)
    draft, _ = templates.import_definition(definition, actor=SYSTEM, at=baseline.PUBLISHED)
    return templates.publish(draft, actor=SYSTEM, at=baseline.PUBLISHED)


def test_a_draft_begins_with_the_defaults_of_its_version(guided, liming, now):
    pledge = answers.open_pledge(guided, actor=liming, at=now, language="zh-hans")
    assert pledge.answers == {"service_name": "个人理财", "governing_article": "29"}
    assert answers.reading_of(pledge).missing == (
        "technical_parameter_term",
        "ethics_term",
        "governing_law",
    )


def test_an_assigned_draft_begins_in_the_language_of_its_person(guided, liming, chenjing, now):
    liming.language = "en"
    liming.save(update_fields=["language"])
    pledge = answers.assign(guided, person=liming, actor=chenjing, at=now, due_on=None)
    assert pledge.answers["service_name"] == "Wealth Management"


def test_a_default_that_nobody_changed_follows_the_language(guided, liming, now):
    pledge = answers.open_pledge(guided, actor=liming, at=now, language="zh-hans")
    pledge = answers.set_language(pledge, actor=liming, at=now, language="en")
    assert pledge.answers["service_name"] == "Wealth Management"
    answers.save(pledge, actor=liming, at=now, typed={"service_name": "Trusts"}, revision=1)
    pledge.refresh_from_db()
    pledge = answers.set_language(pledge, actor=liming, at=now, language="zh-hans")
    assert pledge.answers == {"service_name": "Trusts", "governing_article": "29"}
