"""Answers to blanks: read as typed, judged by their kind and ranges, displayed canonically."""

from collections.abc import Iterable, Mapping

from pledges.core.template.blank_kinds import (
    PROFILE_FIELDS,
    Blank,
    Kind,
    Option,
    Range,
    from_data,
    to_data,
)
from pledges.core.template.statutes import cited
from pledges.core.template.surroundings import NOTHING_AROUND, Surroundings
from pledges.core.template.typed_answers import (
    DEFAULT_LENGTHS,
    OTHER,
    AnswerProblem,
    Flag,
    Gathered,
    Reading,
)
from pledges.core.template.typed_values import read_date, written_date

__all__ = [
    "DEFAULT_LENGTHS",
    "OTHER",
    "PROFILE_FIELDS",
    "AnswerProblem",
    "Blank",
    "Flag",
    "Kind",
    "Option",
    "Range",
    "Reading",
    "display",
    "from_data",
    "read",
    "to_data",
]


def read(
    blanks: Iterable[Blank],
    typed: Mapping[str, str],
    around: Mapping[str, Surroundings] = NOTHING_AROUND,
) -> Reading:
    """Reads what a manager typed into these blanks; `around` is what the text prints around each.

    Only the manager's own blanks are read: whatever is typed for a serial or for a read-only
    profile blank is passed over, and codes that no blank has are ignored.
    """
    own = [blank for blank in blanks if blank.filled_by_manager]
    gathered = Gathered(typed, around)
    for blank in own:
        gathered.take(blank)
    for blank in own:
        gathered.doubt(blank)
    return gathered.reading()


def display(blank: Blank, answers: Mapping[str, str], language: str) -> str:
    """The canonical answer as it is printed, without its unit; "" while the blank is empty.

    A date is written in the language, a choice as its label or as the text of its other option, a
    law with its own 《》 or by its English name.
    """
    answer = answers.get(blank.code, "")
    if blank.kind == Kind.STATUTE and answer:
        return cited(answer, language)
    if blank.kind == Kind.DATE and (day := read_date(answer)):
        return written_date(day, language)
    if blank.kind == Kind.CHOICE:
        other = answers.get(blank.code + OTHER, "")
        if other and answer == blank.other_value:
            return other
        labels = {option.value: option.label.in_(language) for option in blank.options}
        return labels.get(answer, answer)
    return answer
