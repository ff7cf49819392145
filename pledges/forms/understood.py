"""Answers that are shown as they were understood, and no longer as they were typed."""

from collections.abc import Iterable, Mapping

from pledges.core.template.blanks import Blank, Kind, Reading
from pledges.core.template.statutes import name_in


def understood(
    blanks: Iterable[Blank], typed: Mapping[str, str], reading: Reading, language: str
) -> dict[str, str]:
    """What inputs show by code: what the document will print in them («１２ 小时» as 12)."""
    return {
        blank.code: _shown(blank, reading.answers[blank.code], language)
        for blank in blanks
        if blank.code in reading.answers and _may_differ(blank, typed[blank.code], reading)
    }


def _may_differ(blank: Blank, typed: str, reading: Reading) -> bool:
    if blank.kind is Kind.TEXT:
        return reading.answers[blank.code] != typed.strip()
    return blank.kind.is_number or blank.kind is Kind.STATUTE


def _shown(blank: Blank, answer: str, language: str) -> str:
    # The 《》 of a law stand around its input.
    return name_in(answer, language) if blank.kind is Kind.STATUTE else answer
