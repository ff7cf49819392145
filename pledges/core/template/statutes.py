"""Laws as people cite them: a title as typed to the official one, and what a small list knows.

The list (`statutes.yaml`) offers completions and raises doubts; it never refuses a law.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pledges.core.characters import half_width
from pledges.core.languages import ENGLISH, Localized
from pledges.core.template.blank_kinds import Blank, Kind
from pledges.core.template.surroundings import MAX_LAYERS, QUOTES, TITLE_MARKS, unwrapped

UNKNOWN, REPEALED, NO_SUCH_ARTICLE = "unknown-statute", "repealed-statute", "no-such-article"

_LIST = Path(__file__).with_name("statutes.yaml")
_STATE = "中华人民共和国"
# As databases of law write it behind a title: 中华人民共和国公司法（2023修订）.
_WORDING = re.compile(r"[(（] *[0-9]{4} *年?[^()（）]{0,8}[)）]$")
_NUMERAL = "[ 0-9〇零一二三四五六七八九十百千]+"
_ARTICLE_IN_TITLE = re.compile(
    rf"第{_NUMERAL}条(?:之{_NUMERAL})?(?:第{_NUMERAL}[款项])*$|^articles? [0-9]", re.IGNORECASE
)


@dataclass(frozen=True)
class Statute:
    """One law of the list; `articles` is the number of its last article, where it is certain."""

    title: Localized
    short: tuple[str, ...] = ()
    articles: int | None = None
    in_force: date | None = None
    repealed: date | None = None
    replaced_by: str = ""

    def names(self) -> Iterable[str]:
        """Everything by which the law is known."""
        return (self.title.zh, self.title.zh.removeprefix(_STATE), self.title.en, *self.short)


@dataclass(frozen=True)
class Doubt:
    """What gives pause about a cited law: `kind` is UNKNOWN, REPEALED or NO_SUCH_ARTICLE."""

    kind: str
    title: str
    statute: Statute | None = None


@cache
def _read_list() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(_LIST.read_text("utf-8"))
    return data


def as_of() -> date:
    """The day up to which the list is kept."""
    day: date = _read_list()["as_of"]
    return day


@cache
def in_force() -> tuple[Statute, ...]:
    """The laws that are offered, those cited most first."""
    return tuple(
        Statute(
            title=Localized(**each["title"]),
            short=tuple(each["short"]),
            articles=each.get("articles"),
            in_force=each["in_force"],
        )
        for each in _read_list()["in_force"]
    )


@cache
def _by_name() -> Mapping[str, Statute]:
    repealed = (
        Statute(
            title=Localized(**each["title"]),
            repealed=each["until"],
            replaced_by=each["replaced_by"],
        )
        for each in _read_list()["repealed"]
    )
    return {
        _folded(name): statute for statute in (*repealed, *in_force()) for name in statute.names()
    }


def find(name: str) -> Statute | None:
    """The law of the list that goes by this name, official or short, Chinese or English."""
    return _by_name().get(_folded(name))


def _folded(name: str) -> str:
    text = half_width(name).casefold().replace("’", "'").strip()
    return re.sub(" +", " ", text).removeprefix("the ")


def read_title(typed: str) -> str | None:
    """The official title where the list knows it, else the title as typed; None for no one title.

    《》 around it are not part of it; a title within it stands in 〈〉, as they are printed.
    """
    text = typed
    for _layer in range(MAX_LAYERS):
        text = unwrapped(text, QUOTES | TITLE_MARKS)
    if statute := _meant(text):
        return statute.title.zh
    if text.startswith(tuple(TITLE_MARKS)) or _ARTICLE_IN_TITLE.search(half_width(text)):
        return None
    return text.replace("《", "〈").replace("》", "〉")


def _meant(text: str) -> Statute | None:
    without_year = unwrapped(_WORDING.sub("", text).rstrip(" "), TITLE_MARKS)
    # Version 1 of the contract keeps a title without its last word.
    ways = (text, without_year, f"{text}法", f"{text} law")
    return next((statute for way in ways if (statute := find(way))), None)


def name_in(title: str, language: str) -> str:
    """A title as somebody would type it: in English its English name, where it has one.

    Of a title as it is kept. A short one was kept, and printed, before its law was listed.
    """
    statute = find(title) if language == ENGLISH else None
    return statute.title.en if statute and statute.title.zh == title else title


def cited(title: str, language: str) -> str:
    """A title as it is printed: 《…》, or its English name, which stands for itself."""
    name = name_in(title, language)
    return name if name != title else f"《{title}》"


def doubt_about(blank: Blank, answers: Mapping[str, str]) -> Doubt | None:
    """What gives pause about the law, or about the article of a law, that stands in this blank."""
    answer = answers.get(blank.code, "")
    if not answer:
        return None
    if blank.kind == Kind.STATUTE:
        return _doubt_about_title(answer, blank.suggestions)
    statute = find(answers.get(blank.article_of, "")) if blank.article_of else None
    number = int(answer) if answer.isdecimal() else 0
    if statute and statute.articles and number not in range(1, statute.articles + 1):
        return Doubt(NO_SUCH_ARTICLE, statute.title.zh, statute)
    return None


def _doubt_about_title(title: str, offered: Iterable[Localized]) -> Doubt | None:
    if title in {read_title(name) for each in offered for name in (each.zh, each.en)}:
        return None
    statute = find(title)
    if statute is None:
        return Doubt(UNKNOWN, title)
    return Doubt(REPEALED, title, statute) if statute.repealed else None
