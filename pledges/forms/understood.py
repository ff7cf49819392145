"""Answers that are shown as they were understood, and no longer as they were typed."""

from collections.abc import Iterable

from pledges.core.template.blanks import Blank, Kind, Reading
from pledges.core.template.statutes import name_in


def understood(blanks: Iterable[Blank], reading: Reading, language: str) -> dict[str, str]:
    """What the inputs show by code: what the document will print in them («１２ 小时» as 12)."""
    return {
        blank.code: _shown(blank, reading.answers[blank.code], language)
        for blank in blanks
        if blank.code in reading.answers
        and (blank.kind.is_number or blank.kind in (Kind.TEXT, Kind.STATUTE))
    }


def _shown(blank: Blank, answer: str, language: str) -> str:
    # The 《》 of a law stand around its input.
    return name_in(answer, language) if blank.kind is Kind.STATUTE else answer
