"""Answers to blanks: read as typed, judged by their kind and ranges, displayed canonically."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pledges.core.characters import code_point, normalized, refused_at, unified_line_breaks
from pledges.core.template.blank_kinds import (
    PROFILE_FIELDS,
    Blank,
    Kind,
    Option,
    Range,
    from_data,
    to_data,
)
from pledges.core.template.typed_values import (
    read_date,
    read_number,
    written_date,
)

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

OTHER = ".other"
"""Appended to a choice's code, it names the answer that holds the text of its other option."""
DEFAULT_LENGTHS = {Kind.TEXT: 200, Kind.LONG_TEXT: 5000, Kind.PROFILE: 60, Kind.CHOICE: 60}
"""Characters that an answer may have where its blank sets no maximum."""
_MAX_FOUND = 40
_UNBOUNDED = Range()


@dataclass(frozen=True)
class AnswerProblem:
    """Why an answer is refused, as data.

    `kind` is one of: missing, not-a-number, not-an-integer, too-many-decimals, out-of-range,
    too-short, too-long, not-a-date, not-an-option, other-missing, control-character, line-break.
    `minimum` and `maximum` are the bounds that were passed over; `found` is the beginning of what
    was typed, a code point ("U+202E") for a refused character, a length for a text.
    """

    code: str
    kind: str
    minimum: str = ""
    maximum: str = ""
    found: str = ""


@dataclass(frozen=True)
class Flag:
    """An accepted answer that is not what is expected, for compliance to look at."""

    code: str
    answer: str
    expected_minimum: str = ""
    expected_maximum: str = ""
    expected_option: str = ""


@dataclass(frozen=True)
class Reading:
    """Typed answers as read: the good ones in canonical form, the wrong, the missing, the unusual.

    A choice whose other text is missing or wrong keeps its selection among the good answers.
    """

    answers: Mapping[str, str]
    problems: tuple[AnswerProblem, ...]
    missing: tuple[str, ...]
    flags: tuple[Flag, ...]


@dataclass
class _Gathered:
    """What has been read so far."""

    answers: dict[str, str] = field(default_factory=dict)
    problems: list[AnswerProblem] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)

    def refuse(self, blank: Blank, kind: str, found: str = "", bounds: Range = _UNBOUNDED) -> None:
        low, high = _written(bounds.minimum), _written(bounds.maximum)
        self.problems.append(AnswerProblem(blank.code, kind, low, high, found[:_MAX_FOUND]))


def read(blanks: Iterable[Blank], typed: Mapping[str, str]) -> Reading:
    """Reads what a manager typed into these blanks.

    Only the manager's own blanks are read: whatever is typed for a serial or for a read-only
    profile blank is passed over, and codes that no blank has are ignored.
    """
    gathered = _Gathered()
    for blank in blanks:
        if not blank.filled_by_manager:
            continue
        text = _cleaned(typed.get(blank.code, ""), blank.kind)
        if not text:
            gathered.missing.append(blank.code)
        elif (refused := _refused_character(text, blank.kind)) is not None:
            gathered.refuse(blank, *refused)
        elif blank.kind == Kind.CHOICE:
            _read_choice(blank, text, typed, gathered)
        elif blank.kind == Kind.DATE:
            _read_date(blank, text, gathered)
        elif blank.kind.is_number:
            _read_number(blank, text, gathered)
        else:
            _read_text(blank, blank.code, text, gathered)
    return Reading(
        gathered.answers, tuple(gathered.problems), tuple(gathered.missing), tuple(gathered.flags)
    )


def display(blank: Blank, answers: Mapping[str, str], language: str) -> str:
    """The canonical answer as it is printed, without its unit; "" while the blank is empty.

    A date is written in the language, a choice as its label or as the text of its other option.
    """
    answer = answers.get(blank.code, "")
    if blank.kind == Kind.DATE and (day := read_date(answer)):
        return written_date(day, language)
    if blank.kind == Kind.CHOICE:
        other = answers.get(blank.code + OTHER, "")
        if other and answer == blank.other_value:
            return other
        labels = {option.value: option.label.in_(language) for option in blank.options}
        return labels.get(answer, answer)
    return answer


def _cleaned(typed: str, kind: Kind) -> str:
    """NFC, outer spaces off; in long text also the spaces at line ends."""
    # Lone surrogates are kept, to be refused as what they are.
    text = unified_line_breaks(normalized("NFC", typed))
    if kind == Kind.LONG_TEXT:
        text = "\n".join(line.rstrip(" \t\u3000") for line in text.split("\n")).strip("\n")
        return text if text.strip(" \t\u3000\n") else ""
    return text.strip(" \t\u3000\u00a0\n")


def _refused_character(text: str, kind: Kind) -> tuple[str, str] | None:
    index = refused_at(text, allowed="\n" if kind == Kind.LONG_TEXT else "")
    if index is None:
        return None
    if text[index] in "\n\u2028\u2029":
        return "line-break", ""
    return "control-character", code_point(text[index])


def _read_number(blank: Blank, text: str, gathered: _Gathered) -> None:
    number = read_number(text, blank.unit, percent=blank.kind == Kind.PERCENT)
    if number is None:
        gathered.refuse(blank, "not-a-number", text)
        return
    decimals = len(number.partition(".")[2])
    if blank.kind == Kind.INTEGER and decimals:
        gathered.refuse(blank, "not-an-integer", number)
    elif decimals > (allowed := 0 if blank.kind == Kind.INTEGER else blank.decimals):
        gathered.refuse(blank, "too-many-decimals", number, Range(maximum=Decimal(allowed)))
    else:
        _judge(blank, number, Decimal(number), gathered)


def _read_date(blank: Blank, text: str, gathered: _Gathered) -> None:
    day = read_date(text)
    if day is None:
        gathered.refuse(blank, "not-a-date", text)
    else:
        _judge(blank, day.isoformat(), day, gathered)


def _judge(blank: Blank, answer: str, value: Decimal | date, gathered: _Gathered) -> None:
    if not blank.hard.admits(value):
        gathered.refuse(blank, "out-of-range", answer, blank.hard)
        return
    gathered.answers[blank.code] = answer
    _flag_outside(blank, answer, value, gathered)


def _flag_outside(blank: Blank, answer: str, value: Decimal | date, gathered: _Gathered) -> None:
    bounds = blank.expected
    if not bounds.admits(value):
        low, high = _written(bounds.minimum), _written(bounds.maximum)
        gathered.flags.append(Flag(blank.code, answer, low, high))


def _read_text(blank: Blank, code: str, text: str, gathered: _Gathered) -> None:
    length = Decimal(len(text))
    longest = blank.hard.maximum
    if longest is None:
        longest = Decimal(DEFAULT_LENGTHS[blank.kind])
    bounds = Range(blank.hard.minimum, longest)
    if bounds.admits(length):
        gathered.answers[code] = text
        _flag_outside(blank, text, length, gathered)
        return
    too_long = not Range(maximum=longest).admits(length)
    gathered.refuse(blank, "too-long" if too_long else "too-short", str(length), bounds)


def _read_choice(blank: Blank, text: str, typed: Mapping[str, str], gathered: _Gathered) -> None:
    chosen = _option_meant(blank, text)
    if chosen is None:
        gathered.refuse(blank, "not-an-option", text)
        return
    gathered.answers[blank.code] = chosen
    if blank.expected_option and chosen != blank.expected_option:
        gathered.flags.append(Flag(blank.code, chosen, expected_option=blank.expected_option))
    if chosen != blank.other_value:
        return
    other = _cleaned(typed.get(blank.code + OTHER, ""), Kind.CHOICE)
    if not other:
        gathered.refuse(blank, "other-missing")
    elif (refused := _refused_character(other, Kind.CHOICE)) is not None:
        gathered.refuse(blank, *refused)
    else:
        _read_text(blank, blank.code + OTHER, other, gathered)


def _option_meant(blank: Blank, text: str) -> str | None:
    meant = text.casefold()
    for option in blank.options:
        if text == option.value or meant in (option.label.zh, option.label.en.casefold()):
            return option.value
    return None


def _written(bound: Decimal | date | None) -> str:
    return "" if bound is None else str(bound)
