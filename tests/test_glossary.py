"""The glossary decides words; those that it rules out stand nowhere in Chinese texts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_translations import CHINESE, words

PROJECT = Path(__file__).parent.parent
GLOSSARY = (PROJECT / "docs" / "glossary.md").read_text("utf-8")
RULED_OUT = sorted(
    word
    for found in re.findall("不用((?:“[^”]+”)+)", GLOSSARY)
    for word in re.findall("“([^”]+)”", found)
)
WRITTEN = [
    *PROJECT.glob("*.zh.md"),
    *(PROJECT / "docs").rglob("*.zh.md"),
    *(path for path in (PROJECT / "templates").rglob("*") if path.is_file()),
    *(PROJECT / "static").rglob("*.js"),
]
# What was signed keeps the words that it had, and lists of people come with headings of others.
KEPT = {"pledges/core/consent.py", "pledges/core/rosters/columns.py"}


def texts() -> Iterator[tuple[str, str]]:
    """What is written outside of the catalogue, by where it stands."""
    for path in WRITTEN:
        yield str(path.relative_to(PROJECT)), path.read_text("utf-8")
    for path in (PROJECT / "pledges").rglob("*.py"):
        if (name := str(path.relative_to(PROJECT))) not in KEPT:
            yield name, "\n".join(constants(path))


def constants(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_words_are_ruled_out_at_all():
    assert {"键入", "账户", "开立", "施行日期", "以往的承诺书", "不作判断"} <= set(RULED_OUT)


@pytest.mark.parametrize("word", RULED_OUT)
def test_no_message_has_a_word_that_is_ruled_out(word):
    said = [text for entry in CHINESE.values() for text in words(entry)]
    assert [text for text in said if word in text] == []


@pytest.mark.parametrize("word", RULED_OUT)
def test_no_page_or_document_has_a_word_that_is_ruled_out(word):
    assert [name for name, text in texts() if word in text] == []


def test_all_kinds_of_texts_are_looked_at():
    chinese = {name for name, text in texts() if re.search("[\u4e00-\u9fff]", text)}
    assert {"README.zh.md", "docs/verify.zh.md", "templates/500.html"} <= chinese
    assert {"templates/help/zh-hans/lost.html", "pledges/rendering/fonts.py"} <= chinese
