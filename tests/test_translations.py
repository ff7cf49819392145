"""Every message has its Chinese words, and the catalogues hold nothing else."""

import re
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.pofile import read_po

from pledges.wording import upstream_messages_allauth, upstream_messages_django
from tests import messages

ROOT = Path(__file__).parent.parent
USED = messages.collect(
    *(ROOT / folder for folder in ("config", "pledges", "templates")), skip={"migrations"}
)


def catalogue(locale):
    path = ROOT / "pledges" / "locale" / locale / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def entries(locale):
    """To each key the entry itself; the header has no message."""
    found = {}
    for entry in catalogue(locale):
        if entry.id:
            singular = entry.id if isinstance(entry.id, str) else entry.id[0]
            found[entry.context, singular] = entry
    return found


CHINESE = entries("zh_Hans")
ENGLISH = entries("en")


def words(entry):
    return [entry.string] if isinstance(entry.string, str) else list(entry.string)


def test_messages_are_found_at_all():
    kinds = {
        (None, "My pledges"),
        ("button", "Sign"),
        (None, "%(filled)s of %(total)s filled in"),
        (None, "This field is required."),
        (None, "“%(expected)s” is missing"),
    }
    assert kinds <= set(USED)
    assert USED[None, "%(days)s working day left"] == "%(days)s working days left"


@pytest.mark.parametrize("held", [CHINESE, ENGLISH], ids=["zh_Hans", "en"])
def test_the_catalogue_holds_the_messages_in_use_and_no_others(held):
    assert set(USED) - set(held) == set(), "run make messages"
    assert set(held) - set(USED) == set(), "run make messages"


def test_nothing_is_obsolete_or_doubtful():
    for locale in ("zh_Hans", "en"):
        assert not catalogue(locale).obsolete
        assert not [entry.id for entry in entries(locale).values() if entry.fuzzy]


def test_every_message_is_translated():
    assert not [key for key, entry in CHINESE.items() if not all(words(entry))]


def test_english_is_the_messages_themselves():
    assert not [key for key, entry in ENGLISH.items() if any(words(entry))]


def test_what_is_filled_in_is_kept():
    # A plural's singular may leave out its number; Chinese has one form, for every number.
    lost = [
        key
        for key, entry in CHINESE.items()
        for text in words(entry)
        if messages.placeholders(text) != messages.placeholders(USED.get(key) or key[1])
    ]
    assert not lost


def test_a_message_has_a_plural_where_the_code_gives_one():
    assert not [key for key, plural in USED.items() if bool(plural) != CHINESE[key].pluralizable]


HAN = "[\u3400-\u9fff]"
FAULTS = {
    "half-width punctuation": rf"{HAN}\s*[,;:!?()]|[,;:!?()]\s*{HAN}|{HAN}\.(?:\s|$)",
    "straight quotes": rf"{HAN}[\"']|[\"']{HAN}",
    "an exclamation": "[!！]",
    "the familiar form": "你",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_chinese_is_set_as_chinese(fault):
    # Markup is no text, and what a message fills in has brackets of its own.
    texts = [
        re.sub(r"<[^>]*>|%\(\w+\)[sd]", "…", text)
        for entry in CHINESE.values()
        for text in words(entry)
    ]
    assert not [text for text in texts if re.search(FAULTS[fault], text)]


LIBRARIES = {
    upstream_messages_django: (
        django,
        ("forms", "core", "db/models", "contrib/auth", "contrib/admin"),
    ),
    upstream_messages_allauth: (allauth, ("account", "mfa", "core", "templates")),
}


@pytest.mark.parametrize("module", LIBRARIES, ids=["django", "allauth"])
def test_an_upstream_message_is_still_said_by_its_library(module):
    library, folders = LIBRARIES[module]
    home = Path(library.__file__).parent
    said = messages.collect(*(home / folder for folder in folders), skip={"tests", "locale"})
    upstream = messages.of_python(Path(module.__file__).read_text("utf-8"))
    assert not [key for key, _plural in upstream if key not in said]
