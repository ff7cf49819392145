"""A pledge's sheet to be read, on a screen and on paper: its clauses with the answers in place.

Classes, beside those of `clause_writer`: `blank` an answer in the sentence, also `blank-short`
(never broken); `blank-lines` an answer as prose with one `answer-line` a line, `answer-gap` an
empty one; `choice` with an `option` for each, on paper with a `tick` or an empty box. What
was chosen or filled in is `b`, in the paper's bold face, but for prose.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from pledges.core.languages import ENGLISH, Localized
from pledges.core.sheet import Sheet
from pledges.core.template.blanks import OTHER, Blank, Kind, Option, display
from pledges.rendering import paper_wording
from pledges.rendering.clause_writer import NO_NOTES, write_clauses
from pledges.rendering.inline_text import typeset, unbroken

SHORT_KINDS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT, Kind.DATE, Kind.SERIAL})
MAX_LENGTH_IN_SENTENCE = 40
"""Characters of a long text; a longer one stands by itself, as prose."""
MAX_PARTICULAR = 40
"""Characters: two lines above a box."""
NOTHING = SafeString("")
BOX, TICKED = SafeString("<span>□</span>"), SafeString('<b class="tick">✓</b>')


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


def write_signer(sheet: Sheet) -> SafeString:
    """Who signs, each particular on a line: on paper above the box, so that it is read first."""
    return _particulars(
        sheet.language,
        (paper_wording.PLEDGOR, sheet.signer_name),
        (paper_wording.EMPLOYEE_NUMBER, sheet.signer_employee_number),
        (paper_wording.DEPARTMENT, sheet.signer_department),
    )


def write_company(sheet: Sheet) -> SafeString:
    """Who confirms, above the other box."""
    return _particulars(sheet.language, (paper_wording.COMPANY, sheet.organisation))


def _particulars(language: str, *particulars: tuple[Localized, str]) -> SafeString:
    # Of many lines, smaller ones: boxes that fill a page leave the one before them empty.
    is_long = any(len(value) > MAX_PARTICULAR for _, value in particulars)
    lines = ((paper_wording.labelled(label, language), value) for label, value in particulars)
    return format_html(
        '<div class="signer{}" lang="{}">{}</div>',
        " signer-long" if is_long else "",
        paper_wording.language_tag(language),
        format_html_join("", "<p>{}<b>{}</b></p>", lines),
    )


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
            return opening + self._choice(blank, data) + closing
        if "\n" in shown or (blank.kind is Kind.LONG_TEXT and len(shown) > MAX_LENGTH_IN_SENTENCE):
            return self._prose(shown.split("\n"), opening, closing, data)
        short = " blank-short" if blank.kind in SHORT_KINDS else ""
        words = self._words(shown) or self._gap()
        slot = opening + format_html('<b class="blank{}"{}>{}</b>', short, data, words) + closing
        return unbroken(slot) if blank.kind.is_number else slot

    def _words(self, answer: str) -> SafeString:
        # Latin in a Chinese answer stands for itself: air within the underline would show gaps.
        if self.language == ENGLISH:
            return typeset(answer, ENGLISH)
        return conditional_escape(answer)

    def _gap(self) -> SafeString:
        spoken = self._spoken(paper_wording.NOT_FILLED.in_(self.language))
        return SafeString("&#160;" * 8) + spoken

    def _prose(
        self, lines: list[str], opening: SafeString, closing: SafeString, data: SafeString
    ) -> SafeString:
        # Their space at the beginning would stand beside that of the layout.
        answers = [self._words(line.strip(" \u3000")) for line in lines]
        # No punctuation stands alone, such as the full stop of the sentence.
        answers[0] = opening + answers[0]
        answers[-1] += closing
        marked = format_html_join(
            "",
            '<span class="answer-line{}">{}</span>',
            (("" if answer else " answer-gap", answer) for answer in answers),
        )
        return format_html('<span class="blank-lines"{}>{}</span>', data, marked)

    def _choice(self, blank: Blank, data: SafeString) -> SafeString:
        options = format_html_join(
            " ", "{}", ((self._option(blank, option),) for option in blank.options)
        )
        return format_html('<span class="choice"{}>{}</span>', data, options)

    def _option(self, blank: Blank, option: Option) -> SafeString:
        answer = self.answers.get(blank.code, "")
        chosen = option.value == answer
        state = paper_wording.CHOSEN if chosen else paper_wording.NOT_CHOSEN
        label = typeset(option.label.in_(self.language), self.language)
        words = format_html(
            "{}{} {}",
            self._box(chosen),
            self._spoken(state.in_(self.language)),
            format_html("<b>{}</b>", label) if chosen else label,
        )
        # Where another one is chosen, its line would be read as something left out.
        takes_text = option.value == blank.other_value and (chosen or not answer)
        other = self._other(blank) if takes_text else ""
        return format_html('<span class="option">{}{}</span>', unbroken(words), other)

    def _box(self, chosen: bool) -> SafeString:
        if not self.for_screen:
            return TICKED if chosen else BOX
        # Screens have a ticked box; the selector keeps it from being shown as a picture.
        return format_html('<span aria-hidden="true">{}</span>', "☑\ufe0e" if chosen else "☐")

    def _other(self, blank: Blank) -> SafeString:
        text = self.answers.get(blank.code + OTHER, "")
        return format_html(' <b class="blank">{}</b>', self._words(text) or self._gap())

    def _spoken(self, words: str) -> SafeString:
        if not self.for_screen:
            return NOTHING
        return format_html('<span class="visually-hidden">{}</span>', words)
