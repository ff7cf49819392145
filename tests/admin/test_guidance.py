"""Compliance edits what guides whoever fills in a blank."""

import pytest

from pledges.actions import templates
from pledges.core.languages import Localized
from pledges.models import TemplateVersion
from tests import baseline

URL = "/admin/pledges/templateversion/"


@pytest.fixture
def offered(db):
    """Version 2 of the contract as a draft."""
    return baseline.second_version("contract")


@pytest.fixture
def send(as_, chenjing, offered):
    """Saves the form as it came, with `changes`."""

    def save(**changes):
        address = f"{URL}{offered.pk}/edit/"
        form = as_(chenjing).get(address).context["form"]
        sent = {field.html_name: field.value() for field in form}
        sent = {name: "" if value is None else str(value) for name, value in sent.items()}
        return as_(chenjing).post(address, {**sent, **changes})

    return save


def stored(version, code):
    return TemplateVersion.objects.get(pk=version.pk).blank(code)


def test_saving_it_as_it_came_changes_nothing(send, offered):
    before = offered.definition()
    assert send().status_code == 302
    assert TemplateVersion.objects.get(pk=offered.pk).definition() == before


def test_guidance_is_edited_in_both_languages(send, offered):
    response = send(
        service_name__hint_zh="写全称。",
        service_name__hint_en="In full.",
        service_name__default_zh="个人理财",
        service_name__default_en="Wealth",
        service_name__suggestions_zh="甲\r\n\r\n乙",
        service_name__suggestions_en="A\r\nB\r\n",
        governing_article__default_both="509",
        governing_article__suggestions_both="509\r\n577",
        governing_article__example_both="",
    )
    assert response.status_code == 302
    service, article = (stored(offered, code) for code in ("service_name", "governing_article"))
    assert service.hint == Localized("写全称。", "In full.")
    assert service.default == Localized("个人理财", "Wealth")
    assert service.suggestions == (Localized("甲", "A"), Localized("乙", "B"))
    assert article.default == Localized("509", "509")
    assert article.suggestions == (Localized("509", "509"), Localized("577", "577"))
    assert article.example == Localized()
    assert article.article_of == "governing_law"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service_name__hint_en": ""}, "service_name__hint_en"),
        ({"service_name__suggestions_en": "A"}, "service_name__suggestions_en"),
        ({"governing_article__default_both": "2001"}, "governing_article__default_both"),
        ({"governing_article__suggestions_both": "1\nmany"}, "governing_article__suggestions_both"),
        (
            {
                "governing_law__example_zh": "《民法典》和《公司法》",
                "governing_law__example_en": "x",
            },
            "governing_law__example_zh",
        ),
    ],
)
def test_a_fault_is_shown_at_its_field_and_its_blank_is_open(send, offered, changes, field):
    before = offered.definition()
    response = send(**changes)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert response.content.decode().count('<details class="guidance" open>') == 1
    assert TemplateVersion.objects.get(pk=offered.pk).definition() == before


def test_a_choice_has_a_default_from_its_options(as_, chenjing, version, now):
    draft = templates.revise(version(), actor=chenjing, at=now)
    address = f"{URL}{draft.pk}/edit/"
    form = as_(chenjing).get(address).context["form"]
    sent = {field.html_name: "" if field.value() is None else field.value() for field in form}
    note = {"change_note_zh": "默认个人。", "change_note_en": "Individual by default."}
    chosen = {"pledgor_type__default_both": "individual"}
    assert as_(chenjing).post(address, {**sent, **note, **chosen}).status_code == 302
    assert stored(draft, "pledgor_type").default == Localized("个人", "Individual")
    form = as_(chenjing).get(address).context["form"]
    assert form["pledgor_type__default_both"].value() == "individual"


def test_the_overview_shows_hints_and_examples(as_, wuying, offered):
    page = as_(wuying).get(f"{URL}{offered.pk}/change/").content.decode()
    assert "您向客户提供的服务的名称" in page and "产品风险等级" in page
