"""One blank's answer as typed: understood by its kind, judged by its ranges, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pledges.core.characters import code_point, normalized, refused_at, unified_line_breaks
from pledges.core.template import statutes
from pledges.core.template.blank_kinds import Blank, Kind, Range
from pledges.core.template.statutes import Doubt
from pledges.core.template.surroundings import Surroundings
from pledges.core.template.typed_values import read_article, read_date, read_number

OTHER = ".other"
"""Appended to a choice's code, it names the answer that holds the text of its other option."""
DEFAULT_LENGTHS = {
    Kind.TEXT: 200,
    Kind.LONG_TEXT: 5000,
    Kind.PROFILE: 60,
    Kind.CHOICE: 60,
    Kind.STATUTE: 100,
}
"""Characters that an answer may have where its blank sets no maximum."""
_MAX_FOUND = 40
_UNBOUNDED = Range()


@dataclass(frozen=True)
class AnswerProblem:
    """Why an answer is refused, as data.

    `kind` is one of: missing, not-a-number, not-an-integer, too-many-decimals, out-of-range,
    too-short, too-long, not-a-date, not-an-option, other-missing, control-character, line-break,
    not-one-title, another-instrument. `minimum` and `maximum` are the bounds that were passed
    over; `found` is the beginning of what was typed, a code point ("U+202E") for a refused
    character, a length for a text. `printed` is the frame into which another instrument's title
    does not fit: «《…法》».
    """

    code: str
    kind: str
    minimum: str = ""
    maximum: str = ""
    found: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Flag:
    """An accepted answer that is not what is expected, for compliance to look at.

    `doubt` is what gives pause about a law that is cited, and then nothing else is told.
    """

    code: str
    answer: str
    expected_minimum: str = ""
    expected_maximum: str = ""
    expected_option: str = ""
    doubt: Doubt | None = None


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
class Gathered:
    """What has been read so far of what was typed."""

    typed: Mapping[str, str]
    around: Mapping[str, Surroundings]
    answers: dict[str, str] = field(default_factory=dict)
    problems: list[AnswerProblem] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    flags: dict[str, Flag] = field(default_factory=dict)

    def reading(self) -> Reading:
        return Reading(
            self.answers, tuple(self.problems), tuple(self.missing), tuple(self.flags.values())
        )

    def take(self, blank: Blank) -> None:
        """Read the answer to one blank."""
        text = _cleaned(self.typed.get(blank.code, ""), blank.kind)
        if not text:
            self.missing.append(blank.code)
        elif (refused := _refused_character(text, blank.kind)) is not None:
            self._refuse(blank, *refused)
        elif blank.kind == Kind.CHOICE:
            self._take_choice(blank, text)
        elif blank.kind == Kind.DATE:
            self._take_date(blank, text)
        elif blank.kind.is_number:
            self._take_number(blank, text)
        elif blank.kind == Kind.STATUTE:
            self._take_statute(blank, text)
        else:
            self._take_text(blank, text)

    def doubt(self, blank: Blank) -> None:
        """Flag what gives pause about a law, once all answers are read."""
        if doubt := statutes.doubt_about(blank, self.answers):
            self.flags[blank.code] = Flag(blank.code, self.answers[blank.code], doubt=doubt)

    def _refuse(
        self,
        blank: Blank,
        kind: str,
        found: str = "",
        bounds: Range = _UNBOUNDED,
        printed: str = "",
    ) -> None:
        low, high = _written(bounds.minimum), _written(bounds.maximum)
        problem = AnswerProblem(blank.code, kind, low, high, found[:_MAX_FOUND], printed)
        self.problems.append(problem)

    def _take_number(self, blank: Blank, text: str) -> None:
        is_article = blank.article_of or self._around(blank).is_article
        number = read_article(text) if is_article else None
        number = number or read_number(text, blank.unit, percent=blank.kind == Kind.PERCENT)
        if number is None:
            self._refuse(blank, "not-a-number", text)
            return
        decimals = len(number.partition(".")[2])
        allowed = 0 if blank.kind == Kind.INTEGER else blank.decimals
        if blank.kind == Kind.INTEGER and decimals:
            self._refuse(blank, "not-an-integer", number)
        elif decimals > allowed:
            self._refuse(blank, "too-many-decimals", number, Range(maximum=Decimal(allowed)))
        else:
            self._judge(blank, number, Decimal(number))

    def _take_date(self, blank: Blank, text: str) -> None:
        day = read_date(text)
        if day is None:
            self._refuse(blank, "not-a-date", text)
        else:
            self._judge(blank, day.isoformat(), day)

    def _judge(self, blank: Blank, answer: str, value: Decimal | date) -> None:
        if not blank.hard.admits(value):
            self._refuse(blank, "out-of-range", answer, blank.hard)
            return
        self.answers[blank.code] = answer
        self._flag_outside(blank, answer, value)

    def _flag_outside(self, blank: Blank, answer: str, value: Decimal | date) -> None:
        bounds = blank.expected
        if not bounds.admits(value):
            low, high = _written(bounds.minimum), _written(bounds.maximum)
            self.flags[blank.code] = Flag(blank.code, answer, low, high)

    def _take_statute(self, blank: Blank, text: str) -> None:
        title = statutes.read_title(text)
        if title is None:
            self._refuse(blank, "not-one-title", text)
        else:
            self._judge_text(blank, blank.code, title)

    def _take_text(self, blank: Blank, text: str) -> None:
        around = self._around(blank) if blank.kind == Kind.TEXT else Surroundings()
        text = around.trimmed(text)
        if printed := around.unprintable(text):
            self._refuse(blank, "another-instrument", text, printed=printed)
        else:
            self._judge_text(blank, blank.code, text)

    def _judge_text(self, blank: Blank, code: str, text: str) -> None:
        length = Decimal(len(text))
        longest = blank.hard.maximum
        if longest is None:
            longest = Decimal(DEFAULT_LENGTHS[blank.kind])
        bounds = Range(blank.hard.minimum, longest)
        if bounds.admits(length):
            self.answers[code] = text
            self._flag_outside(blank, text, length)
            return
        too_long = not Range(maximum=longest).admits(length)
        self._refuse(blank, "too-long" if too_long else "too-short", str(length), bounds)

    def _take_choice(self, blank: Blank, text: str) -> None:
        chosen = _option_meant(blank, text)
        if chosen is None:
            self._refuse(blank, "not-an-option", text)
            return
        self.answers[blank.code] = chosen
        if blank.expected_option and chosen != blank.expected_option:
            expected = blank.expected_option
            self.flags[blank.code] = Flag(blank.code, chosen, expected_option=expected)
        if chosen != blank.other_value:
            return
        other = _cleaned(self.typed.get(blank.code + OTHER, ""), Kind.CHOICE)
        if not other:
            self._refuse(blank, "other-missing")
        elif (refused := _refused_character(other, Kind.CHOICE)) is not None:
            self._refuse(blank, *refused)
        else:
            self._judge_text(blank, blank.code + OTHER, other)

    def _around(self, blank: Blank) -> Surroundings:
        return self.around.get(blank.code, Surroundings())


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


def _option_meant(blank: Blank, text: str) -> str | None:
    meant = text.casefold()
    for option in blank.options:
        if text == option.value or meant in (option.label.zh, option.label.en.casefold()):
            return option.value
    return None


def _written(bound: Decimal | date | None) -> str:
    return "" if bound is None else str(bound)
