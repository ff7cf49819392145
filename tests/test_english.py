"""English messages keep to the glossary, and a sentence of a mail begins with a capital."""

import re
from pathlib import Path

import pytest

from pledges.wording import upstream_messages_allauth, upstream_messages_django
from tests import messages
from tests.test_glossary import GLOSSARY
from tests.test_translations import CHINESE

PROJECT = Path(__file__).parent.parent
SECTION = GLOSSARY.split("## Plain English")[1].split("\n## ")[0]
RULED_OUT = [
    word
    for row in SECTION.splitlines()
    if row.startswith("- “")
    for word in re.findall("“([^”]+)”", row.split(": ")[0])
]
UPSTREAM = {
    key
    for module in (upstream_messages_django, upstream_messages_allauth)
    for key, _plural in messages.of_python(Path(module.__file__).read_text("utf-8"))
}


def said() -> list[str]:
    """The English texts of our own: messages, their plurals and the help pages."""
    texts = []
    for key, entry in CHINESE.items():
        if key not in UPSTREAM:
            texts += [entry.id] if isinstance(entry.id, str) else list(entry.id)
    pages = (PROJECT / "templates" / "help" / "en").iterdir()
    return texts + [re.sub(r"{%.*?%}|<[^>]*>", " ", page.read_text("utf-8")) for page in pages]


def test_words_are_ruled_out_at_all():
    assert {"whoever", "human resources", "e-mail", "anew"} <= set(RULED_OUT)


@pytest.mark.parametrize("word", [*RULED_OUT, "!"])
def test_no_message_has_a_word_that_is_ruled_out(word):
    pattern = re.compile(rf"\b{re.escape(word)}\b" if word != "!" else "!", re.IGNORECASE)
    assert [text for text in said() if pattern.search(text)] == []


@pytest.mark.parametrize("path", sorted((PROJECT / "templates" / "notices").glob("*.txt")), ids=str)
def test_a_sentence_of_a_mail_begins_with_a_capital(path):
    begun = [
        text
        for (_context, text), _plural in messages.of_template(path.read_text("utf-8"))
        if re.match("[a-z]", text)
    ]
    assert begun == []
