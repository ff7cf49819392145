"""What stands ready for a blank before anybody types: expectations, and answers offered."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from pledges import wording
from pledges.actions import answers
from pledges.core.languages import Localized
from pledges.core.template.blanks import Blank, Kind, Option, Range, to_data
from pledges.forms.filling import FillingForm
from pledges.forms.hints import Offer, hint_of

TEXT = Blank("word", Kind.TEXT, Localized("服务名称", "Service"))
NUMBER = Blank("days", Kind.INTEGER, Localized("天数", "Days"), unit=Localized("天", "days"))
CHOICE = Blank(
    "kind", Kind.CHOICE, Localized("类型", "Type"),
    options=(Option("firm", Localized("企业", "Firm")), Option("one", Localized("个人", "Person"))),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def bounds(low=None, high=None):
    return Range(*(None if end is None else Decimal(end) for end in (low, high)))


@pytest.mark.parametrize(
    ("blank", "said"),
    [
        (TEXT, ()),
        (replace(TEXT, hard=bounds(None, 40)), ("At most 40 characters.",)),
        (NUMBER, ("A whole number.",)),
        (
            replace(NUMBER, hard=bounds(1, 31), expected=bounds(None, 5)),
            ("A whole number from 1 to 31 days.", "The company expects at most 5 days."),
        ),
        (
            replace(NUMBER, kind=Kind.DECIMAL, decimals=1, hard=bounds(0)),
            ("A number, at least 0 days. It may have 1 decimal.",),
        ),
        (
            Blank("day", Kind.DATE, Localized("日", "Day"), hard=Range(date(2026, 1, 1))),
            ("A date, 2026-01-01 or later.",),
        ),
        (
            Blank("law", Kind.STATUTE, Localized("法", "Law"), example=Localized("甲法", "A Law")),
            ("One law by its title, without an article.", "For example: A Law"),
        ),
        (CHOICE, ()),
        (replace(CHOICE, expected_option="one"), ("The company expects “Person”.",)),
        (
            replace(TEXT, hint=Localized("写全称。", "In full."), example=Localized("甲", "A")),
            ("In full.", "For example: A"),
        ),
    ],
)
def test_what_is_said_before_anybody_types(blank, said):
    assert wording.guidance(blank) == said
    assert bool(hint_of(blank, "en")) is bool(said)


def test_answers_are_offered_in_the_language_of_the_pledge():
    blank = replace(
        TEXT,
        default=Localized("现金管理", "Cash management"),
        suggestions=(Localized("托管", "Custody"), Localized("清算", "")),
    )
    made = hint_of(blank, "zh-hans")
    assert made.default == Offer("现金管理", "现金管理")
    assert [offer.value for offer in hint_of(blank, "en").suggestions] == ["Custody", "清算"]


def test_an_offered_option_is_shown_by_its_label_and_an_offered_day_as_it_is_printed():
    made = hint_of(replace(CHOICE, default=Localized("one", "one")), "zh-hans")
    assert made.default == Offer("one", "个人")
    day = Blank("day", Kind.DATE, Localized("日", "Day"), default=Localized("2026-11-23", ""))
    assert hint_of(day, "en").default == Offer("2026-11-23", "23 November 2026")


@pytest.fixture
def rendered(draft):
    def make(**guidance):
        pledge = draft("contract", service_name="")
        pledge.version.blanks = [
            {**each, **(guidance if each["code"] == "service_name" else {})}
            for each in pledge.version.blanks
        ]
        profile = answers.profile_answers(pledge.version, pledge.person)
        form = FillingForm(pledge, profile=profile)
        template = Template("{% load crispy_forms_tags %}{% crispy form %}")
        return str(template.render(Context({"form": form})))

    return make


@pytest.mark.django_db
def test_a_hint_is_tied_to_its_blank_and_stands_under_its_clause(rendered):
    html = rendered(hint={"zh": "写全称。", "en": "In full, <b>please</b>."})
    field = re.search(r'<input[^>]*name="answer-service_name"[^>]*>', html)[0]
    assert 'aria-describedby="hint-service_name"' in field
    hint = re.search(r'<div class="clause-hint" id="hint-service_name".*?</div>', html)[0]
    assert "In full, &lt;b&gt;please&lt;/b&gt;." in hint
    assert html.index("answer-service_name") < html.index('id="hint-service_name"')


@pytest.mark.django_db
def test_a_default_is_offered_and_never_stands_in_the_blank_by_itself(rendered):
    html = rendered(default={"zh": "现金管理", "en": "Cash management"})
    field = re.search(r'<input[^>]*name="answer-service_name"[^>]*>', html)[0]
    assert "现金管理" not in field
    assert 'data-offer="service_name" value="现金管理"' in html


@pytest.mark.django_db
def test_opening_a_draft_puts_no_default_into_it(version, liming, now):
    chosen = version("contract")
    blanks = [replace(each, default=Localized("默认", "default")) for each in chosen.blank_list]
    chosen.__dict__.pop("blank_list", None)
    chosen.blanks = [to_data(each) for each in blanks]
    pledge = answers.open_pledge(chosen, actor=liming, at=now, language="en")
    assert "default" not in str(pledge.answers)
