"""A pledge's sheet to be read, on a screen and on paper: its clauses with the answers in place.

Classes, beside those of `clause_writer`: `blank` an answer in the sentence, also `blank-short`
(never broken) and `blank-lines` with one `answer-line` a line; `choice` with an `option` for each,
also `option-chosen`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from pledges.core.languages import ENGLISH
from pledges.core.sheet import Sheet
from pledges.core.template.blanks import OTHER, Blank, Kind, Option, display
from pledges.rendering import paper_wording
from pledges.rendering.clause_writer import NO_NOTES, write_clauses
from pledges.rendering.inline_text import typeset

SHORT_KINDS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT, Kind.DATE, Kind.SERIAL})
NOTHING = SafeString("")


def write_for_screen(sheet: Sheet, *, notes: Mapping[str, SafeString] = NO_NOTES) -> SafeString:
    """The sheet as a page shows it, with `notes` under the clauses of their keys.

    Beyond the paper it has anchors (`clause-1.2`), `data-code` at each answer and words for screen
    readers, and none of this is seen.
    """
    answers = AnswerWriter(sheet.language, sheet.answers, for_screen=True)
    return write_clauses(sheet, answers, notes=notes, anchors=True)


def write_for_paper(sheet: Sheet) -> SafeString:
    """The sheet as it is printed."""
    answers = AnswerWriter(sheet.language, sheet.answers, for_screen=False)
    return write_clauses(sheet, answers, anchors=False)


@dataclass(frozen=True)
class AnswerWriter:
    """Writes the canonical answers in their slots."""

    language: str
    answers: Mapping[str, str]
    for_screen: bool

    def write(self, blank: Blank, opening: SafeString, closing: SafeString) -> SafeString:
        data = format_html(' data-code="{}"', blank.code) if self.for_screen else NOTHING
        shown = display(blank, self.answers, self.language)
        is_marked = shown.startswith("《") if shown else self.language != ENGLISH
        if blank.kind is Kind.STATUTE and is_marked:
            # The marks are those of the sentence, as where the text itself prints them.
            opening, shown = opening + SafeString("《"), shown[1:-1]
            closing = SafeString("》") + closing
        if blank.kind is Kind.CHOICE:
            slot = self._choice(blank, data)
        elif "\n" in shown:
            return self._lines(shown.split("\n"), opening, closing, data)
        elif not shown:
            slot = self._empty(data)
        else:
            kind = " blank-short" if blank.kind in SHORT_KINDS else ""
            slot = format_html('<span class="blank{}"{}>{}</span>', kind, data, self._words(shown))
        return opening + slot + closing

    def _words(self, answer: str) -> SafeString:
        # Latin in a Chinese answer stands for itself: air within the underline would show gaps.
        if self.language == ENGLISH:
            return typeset(answer, ENGLISH)
        return conditional_escape(answer)

    def _empty(self, data: SafeString) -> SafeString:
        spoken = self._spoken(paper_wording.NOT_FILLED.in_(self.language))
        gap = SafeString("&#160;" * 8)
        return format_html('<span class="blank"{}>{}{}</span>', data, gap, spoken)

    def _lines(
        self, lines: list[str], opening: SafeString, closing: SafeString, data: SafeString
    ) -> SafeString:
        answers = [
            format_html('<span class="blank">{}</span>', self._words(line) or "\u00a0")
            for line in lines
        ]
        # No punctuation stands alone, such as the full stop of the sentence.
        answers[0] = opening + answers[0]
        answers[-1] += closing
        marked = format_html_join(
            "", '<span class="answer-line">{}</span>', ((answer,) for answer in answers)
        )
        return format_html('<span class="blank-lines"{}>{}</span>', data, marked)

    def _choice(self, blank: Blank, data: SafeString) -> SafeString:
        options = format_html_join(
            " ", "{}", ((self._option(blank, option),) for option in blank.options)
        )
        return format_html('<span class="choice"{}>{}</span>', data, options)

    def _option(self, blank: Blank, option: Option) -> SafeString:
        chosen = option.value == self.answers.get(blank.code, "")
        state = paper_wording.CHOSEN if chosen else paper_wording.NOT_CHOSEN
        return format_html(
            '<span class="option{}"><span{}>{}</span>{} {}{}</span>',
            " option-chosen" if chosen else "",
            SafeString(' aria-hidden="true"') if self.for_screen else "",
            "■" if chosen else "□",
            self._spoken(state.in_(self.language)),
            typeset(option.label.in_(self.language), self.language),
            self._other(blank, chosen) if option.value == blank.other_value else "",
        )

    def _other(self, blank: Blank, chosen: bool) -> SafeString:
        text = self.answers.get(blank.code + OTHER, "") if chosen else ""
        if not text:
            return self._empty(NOTHING)
        return format_html(' <span class="blank">{}</span>', self._words(text))

    def _spoken(self, words: str) -> SafeString:
        if not self.for_screen:
            return NOTHING
        return format_html('<span class="visually-hidden">{}</span>', words)
