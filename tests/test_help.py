"""Help says the same in both languages, in the words of the pages that it speaks of."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from pledges.models import Organisation
from pledges.views import help_pages
from tests import messages
from tests.test_translations import FAULTS
from tests.visible import texts

PROJECT = Path(__file__).parent.parent
FOLDER = PROJECT / "templates" / "help"
LANGUAGES = ("zh-hans", "en")
MAX_LINES = 45
PAGES = [(language, name) for language in LANGUAGES for name in help_pages.TITLES]
LABEL = re.compile(r'{% translate "([^"]+)"(?: context "([^"]+)")? %}')


def source(language, name):
    return (FOLDER / language / f"{name}.html").read_text("utf-8")


def shape(language, name):
    """The elements of a text, its links and branches, the buttons it names, its figures: in order.

    Within a sentence the order is that of the language, so labels and links go by their block.
    """
    blocks = re.split(r"(?=<h2>|<li>|<p>)", source(language, name))
    return [sorted(re.findall(r"</?\w+|{%.*?%}|{{.*?}}", block)) for block in blocks]


@pytest.mark.parametrize("name", help_pages.TITLES)
def test_both_languages_have_the_same_parts(name):
    chinese, english = (shape(language, name) for language in LANGUAGES)
    assert len(chinese) > 8
    assert chinese == english


def test_no_text_is_left_over():
    for language in LANGUAGES:
        assert {path.stem for path in (FOLDER / language).iterdir()} == set(help_pages.TITLES)


def test_help_is_short():
    assert [page for page in PAGES if len(source(*page).splitlines()) > MAX_LINES] == []


def test_every_button_that_is_named_is_on_another_page():
    """A label that a page no longer has would send people looking for it."""
    said = messages.collect(PROJECT / "templates", PROJECT / "pledges", skip={"help"})
    labels = [label for page in PAGES for label in LABEL.findall(source(*page))]
    named = {(context or None, text) for text, context in labels}
    assert len(named) > 12
    assert named - set(said) == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_chinese_is_set_as_chinese(fault):
    for name in help_pages.TITLES:
        text = re.sub(r"<[^>]*>|{%.*?%}|{{.*?}}", "…", source("zh-hans", name))
        assert re.search(FAULTS[fault], text) is None, name


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "name"), PAGES)
def test_everybody_may_read_it_in_their_language(client, language, name):
    client.cookies["django_language"] = language
    page = client.get(reverse(help_pages.address(name))).content.decode()
    others = {reverse(help_pages.address(other)) for other in help_pages.TITLES if other != name}
    assert all(f'href="{other}"' in page for other in others)
    headings = re.findall("<h2>(.*?)</h2>", source(language, name))
    assert len(headings) > 3 and set(headings) <= set(texts(page, language))


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_of_codes_where_codes_sign(client, language):
    client.cookies["django_language"] = language
    before = client.get(reverse("help_signing")).content.decode()
    Organisation.objects.update(signing=Organisation.Signing.PASSKEY)
    after = client.get(reverse("help_signing")).content.decode()
    word = {"zh-hans": "验证码", "en": "password and code"}[language]
    assert word in before and word not in after


@pytest.mark.django_db
def test_figures_are_those_of_the_settings(client, settings):
    settings.SIGNING_INTENT_MINUTES, settings.ATTEMPTS_MINUTES = 47, 53
    assert "47 分钟" in client.get(reverse("help_signing")).content.decode()
    assert "53 分钟" in client.get(reverse("help_lost")).content.decode()
