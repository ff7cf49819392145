"""The one writer of the clause tree as HTML: for reading, for paper and for filling in.

Where a blank stands, a slot is written by whoever shows the sheet: the answer for reading and on
paper (`answer_writer`), an input for filling in (`pledges.forms.sheet_layout`).

Classes, laid out by static/document/sheet.css and, on a screen, by static/sheet.css:
`sheet-body` the whole; `sheet-head` with `sheet-organisation` and `sheet-title`;
`field` a head line, in a `field-row` where notes belong to it; `paragraph`; `section` + `heading`
a numbered clause that is a title; `clause` + `clause-text` any other numbered clause; `number` its
number as typed and `hang-N` the width of that in half ems; `latin` a Latin run within Chinese;
`unbroken-words` a number with what it counts; `narrow` quotes and dashes in English.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pledges.core.languages import ENGLISH
from pledges.core.sheet import PledgeText
from pledges.core.template.blanks import Blank
from pledges.core.template.clauses import FIELD, Clause, Run, Slot, Text
from pledges.rendering import paper_wording
from pledges.rendering.inline_text import (
    split_after_number,
    split_before_number,
    split_closing,
    split_opening,
    typeset,
)

NEEDS_NO_SPACE = ("、", "）", "．")
SENTENCE_END = tuple("。；;.：:，,、！？!?")
MAX_TITLE_LENGTH = {"zh": 24, "en": 70}
"""Characters; a numbered line that is longer, or ends as a sentence does, is no heading."""
MAX_HANG = 16
"""Half ems; a number that is wider stands in its line and does not hang."""
NO_NOTES: Mapping[str, SafeString] = MappingProxyType({})


class SlotWriter(Protocol):
    """What stands in the blanks."""

    def write(self, blank: Blank, opening: SafeString, closing: SafeString) -> SafeString:
        """The blank as HTML that may stand in a line, between the punctuation that keeps to it."""


def write_clauses(
    text: PledgeText,
    slots: SlotWriter,
    *,
    notes: Mapping[str, SafeString] = NO_NOTES,
    anchors: bool,
) -> SafeString:
    """Heading and clauses, with what `slots` writes where the blanks are.

    `notes` are HTML by the key of the clause under whose line they stand; those under "" stand
    under the heading. `anchors` gives each clause the id `clause-` with its key.
    """
    writer = _Writer(text, {blank.code: blank for blank in text.blanks}, slots, notes, anchors)
    return format_html(
        '<div class="sheet-body" lang="{}"><header class="sheet-head">'
        '<p class="sheet-organisation">{}</p><h1 class="sheet-title">{}</h1></header>'
        "{}{}{}</div>",
        paper_wording.language_tag(text.language),
        typeset(text.organisation, text.language),
        typeset(text.title, text.language),
        notes.get("", ""),
        writer.clauses(text.outline.clauses, level=2),
        _term(text),
    )


def _term(text: PledgeText) -> SafeString:
    if text.term_months is None:
        return SafeString("")
    line = paper_wording.term_line(text.term_months, text.language)
    return format_html('<p class="paragraph">{}</p>', typeset(line, text.language))


def spaced_number(clause: Clause) -> str:
    """The number as typed, with the space between it and its text where it needs one."""
    gap = "" if clause.number.endswith(NEEDS_NO_SPACE) else " "
    return f"{clause.number}{gap}"


def number_width(number: str) -> int:
    """The width to hang a number out by, in half ems: its characters and a gap, at least one em.

    0 for a number that is too wide to hang.
    """
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in number)
    # Chinese punctuation carries its own gap; all else needs 0.6 em.
    gap = 0.0 if number.endswith(NEEDS_NO_SPACE) else 0.6
    width = max(2, round((wide + (len(number) - wide) * 0.55 + gap) * 2 + 0.3))
    return width if width <= MAX_HANG else 0


def is_title(clause: Clause, language: str) -> bool:
    """Whether a numbered clause is set as a heading: short, no sentence, above others."""
    text = clause.text.rstrip()
    longest = MAX_TITLE_LENGTH["en" if language == ENGLISH else "zh"]
    # An ending such as "terms used:" introduces the clauses below; that is a title too.
    ends = text.endswith(SENTENCE_END) and not (clause.children and text.endswith(("：", ":")))
    is_fixed = not any(isinstance(run, Slot) for run in clause.runs)
    leads = bool(clause.children) or (is_fixed and "." not in clause.key)
    return leads and not ends and len(text) <= longest


@dataclass(frozen=True)
class _Writer:
    text: PledgeText
    blanks: Mapping[str, Blank]
    slots: SlotWriter
    notes: Mapping[str, SafeString]
    anchors: bool

    def clauses(self, clauses: Iterable[Clause], level: int) -> SafeString:
        return format_html_join("", "{}", ((self._clause(each, level),) for each in clauses))

    def _clause(self, clause: Clause, level: int) -> SafeString:
        if not clause.number:
            return self._unnumbered(clause) + self.clauses(clause.children, level)
        if is_title(clause, self.text.language):
            return self._section(clause, level)
        return format_html(
            '<div class="clause hang-{}"{}><p class="clause-text">'
            '<span class="number">{}</span>{}</p>{}{}</div>',
            number_width(clause.number),
            self._anchor(clause),
            # The space is for whoever copies or hears the text; the layout gives the gap itself.
            spaced_number(clause),
            self._line(clause.runs),
            self._notes(clause),
            # Headings count by the headings above them: a level may not be left out.
            self.clauses(clause.children, level),
        )

    def _section(self, clause: Clause, level: int) -> SafeString:
        heading = min(level, 6)
        return format_html(
            '<section class="section"{}><h{} class="heading">{}{}</h{}>{}{}</section>',
            self._anchor(clause),
            heading,
            spaced_number(clause),
            self._line(clause.runs),
            heading,
            self._notes(clause),
            self.clauses(clause.children, level + 1),
        )

    def _unnumbered(self, clause: Clause) -> SafeString:
        kind = "field" if clause.style == FIELD else "paragraph"
        line = format_html(
            '<p class="{}"{}>{}</p>', kind, self._anchor(clause), self._line(clause.runs)
        )
        notes = self._notes(clause)
        if notes and clause.style == FIELD:
            # A head line has its notes beside it where there is room.
            return format_html('<div class="field-row">{}{}</div>', line, notes)
        return line + notes

    def _anchor(self, clause: Clause) -> SafeString:
        return format_html(' id="clause-{}"', clause.key) if self.anchors else SafeString("")

    def _notes(self, clause: Clause) -> SafeString:
        return self.notes.get(clause.key, SafeString(""))

    def _line(self, runs: tuple[Run, ...]) -> SafeString:
        texts = [run.text if isinstance(run, Text) else "" for run in runs]
        # One more, so that the last run has a text after it; the first has it before it.
        texts.append("")
        slots: dict[int, SafeString] = {}
        for place, run in enumerate(runs):
            if isinstance(run, Slot):
                blank = self.blanks[run.code]
                texts[place - 1], opening = self._split_before(blank, texts[place - 1])
                closing, texts[place + 1] = self._split_after(blank, texts[place + 1])
                around = self._words(opening), self._words(closing)
                slots[place] = self.slots.write(blank, *around)
        return SafeString(
            "".join(
                slots[place] if place in slots else self._words(text)
                for place, text in enumerate(texts)
            )
        )

    def _split_before(self, blank: Blank, text: str) -> tuple[str, str]:
        return split_before_number(text) if blank.kind.is_number else split_opening(text)

    def _split_after(self, blank: Blank, text: str) -> tuple[str, str]:
        if not blank.kind.is_number:
            return split_closing(text)
        # Of 次/月 the sentence says 次.
        unit = blank.unit.in_(self.text.language).partition("/")[0]
        return split_after_number(text, unit)

    def _words(self, text: str) -> SafeString:
        return typeset(text, self.text.language)
