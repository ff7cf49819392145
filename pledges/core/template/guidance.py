"""Whether what a version offers for a blank can be answered there, and laws stand as they must."""

from collections.abc import Iterable, Iterator, Mapping

from pledges.core.languages import Localized
from pledges.core.template.blanks import Blank, Kind, read
from pledges.core.template.problems import Problem
from pledges.core.template.surroundings import Surroundings, surroundings_of

WORDS = (Kind.TEXT, Kind.LONG_TEXT)
"""Kinds whose answers are words of one language; all others are the same in both."""


def faults(placed: Iterable[tuple[Blank, int, int]], source: Localized) -> Iterator[Problem]:
    """What is wrong with the guidance and the laws of these blanks, each at its place."""
    placed = tuple(placed)
    around = surroundings_of(source)
    kinds = {blank.code: blank.kind for blank, _, _ in placed}
    for blank, line, column in placed:
        for found in _no_answers(blank, around):
            yield Problem(line, column, "not-an-answer", "", found)
        if blank.article_of and kinds.get(blank.article_of) != Kind.STATUTE:
            yield Problem(line, column, "not-a-statute", "", blank.article_of)
        if blank.kind == Kind.STATUTE and _is_marked(around.get(blank.code)):
            yield Problem(line, column, "statute-in-marks", "", blank.code)


def _no_answers(blank: Blank, around: Mapping[str, Surroundings]) -> Iterator[str]:
    """Examples, defaults and suggestions that the blank would not take."""
    for words in (blank.example, blank.default, *blank.suggestions):
        if words == Localized():
            continue
        answers = {}
        for text in dict.fromkeys((words.zh, words.en)):
            reading = read([blank], {blank.code: text}, around)
            answers[text] = reading.answers.get(blank.code)
            # An option that takes a text of its own is offered without one.
            if answers[text] is None:
                yield text
        differ = None not in answers.values() and len(set(answers.values())) > 1
        if differ and blank.kind not in WORDS:
            yield " / ".join(answers)


def _is_marked(around: Surroundings | None) -> bool:
    return around is not None and (around.titled or around.quoted)
