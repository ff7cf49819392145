"""The contract's law on the fill page: what is offered, understood, doubted, and said of it."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from pledges.actions import answers
from pledges.actions.answers import profile_answers
from pledges.core.template import statutes
from pledges.forms.filling import FillingForm
from pledges.forms.notes import FLAG
from pledges.models import TemplateVersion
from tests import baseline

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def contract():
    """Version 2 of the contract, published."""
    return baseline.publish(baseline.second_version("contract"))


@pytest.fixture
def form(contract, liming, now):
    def make(version=None, *, language="zh-hans", **typed):
        pledge = answers.open_pledge(version or contract, actor=liming, at=now, language=language)
        answers.save(pledge, actor=liming, at=now, typed=typed, revision=pledge.answers_revision)
        pledge.refresh_from_db()
        return FillingForm(pledge, profile=profile_answers(pledge.version, pledge.person))

    return make


@pytest.fixture
def version_1():
    return TemplateVersion.objects.get(template__slug="contract", number=1)


def rendered(form) -> str:
    html = Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))
    return str(html)


def value_of(html, code):
    field = re.search(rf'<input[^>]*name="answer-{code}"[^>]*>', html)[0]
    return re.search(r'value="([^"]*)"', field)[1].replace("&#x27;", "'")


def test_a_law_is_shown_as_it_will_be_printed(form):
    html = rendered(form(governing_law="《民法典》", governing_article="第五百零九条"))
    assert value_of(html, "governing_law") == "中华人民共和国民法典"
    assert value_of(html, "governing_article") == "509"
    assert re.search(r"《<input[^>]*governing_law[^>]*>》", html)


def test_in_an_english_pledge_it_has_its_english_name(form):
    html = rendered(form(language="en", governing_law="民法典"))
    assert value_of(html, "governing_law") == "Civil Code of the People's Republic of China"
    assert "《" not in re.sub(r"<datalist.*?</datalist>", "", html)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_laws_of_the_list_are_offered(form, contract, language):
    html = rendered(form(language=language))
    field = re.search(r"<input[^>]*governing_law[^>]*>", html)[0]
    name = re.search(r'list="([^"]+)"', field)[1]
    offered = re.search(rf'<datalist id="{name}">(.*?)</datalist>', html, re.DOTALL)[1]
    values = re.findall(r'<option value="([^"]+)"', offered.replace("&#x27;", "'"))
    assert sorted(values) == sorted(law.title.in_(language) for law in statutes.in_force())
    # What the version suggests comes first, by its official title and once.
    first = [
        statutes.find(words.in_(language)) for words in contract.blank("governing_law").suggestions
    ]
    assert values[: len(first)] == [law.title.in_(language) for law in first]
    # The Chinese title finds a law in an English pledge, a short one in a Chinese pledge.
    assert ("中华人民共和国民法典" if language == "en" else "个保法") in offered


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (
            {"governing_law": "海商法"},
            "governing_law",
            "《海商法》 is not on the list of laws; please check its title.",
        ),
        (
            {"governing_law": "合同法"},
            "governing_law",
            "Contract Law of the People's Republic of China was repealed on 2021-01-01. "
            "Current law: Civil Code of the People's Republic of China.",
        ),
        (
            {"governing_law": "劳动合同法", "governing_article": "99"},
            "governing_article",
            "Labor Contract Law of the People's Republic of China, in force since 2008-01-01, has "
            "98 articles by the list of laws",
        ),
    ],
)
def test_what_gives_pause_has_a_calm_note(form, typed, code, said):
    made = form(**typed)
    (note,) = made.notes.about(code)
    assert note.kind == FLAG
    assert said in note.text and "You may submit it" in note.text
    assert not made.notes.errors()


def test_two_laws_in_one_blank_are_no_title(form):
    (note,) = form(governing_law="《民法典》和《公司法》").notes.errors()
    assert "one law" in note.text


def test_version_1_says_what_it_cannot_print(form, version_1):
    (note,) = form(version_1, governing_law="《民法典》").notes.errors()
    assert "《…法》" in note.text and "民法典" in note.text


def test_version_1_shows_what_it_took_off(form, version_1):
    html = rendered(form(version_1, governing_law="《劳动合同法》", service_name="“理财”"))
    assert value_of(html, "governing_law") == "劳动合同"
    assert value_of(html, "service_name") == "理财"
