"""The clause tree with its answers as HTML: one markup for the reading page and for the PDF.

Classes, all laid out by static/document/sheet.css:
`sheet-body` the whole; `sheet-head` with `sheet-organisation`, `sheet-title`, `sheet-subtitle`;
`field` a head line; `paragraph`; `section` + `heading` a numbered clause that is a title;
`clause` + `clause-text` any other numbered clause; `number` its number as typed and `hang-N` the
width of that in half ems; `blank` an answer in the sentence, also `blank-empty`, `blank-short`
(never broken) and `blank-lines` with one `answer-line` a line; `choice` with an `option` for each,
also `option-chosen`, each with its `box`; `latin` a Latin run within Chinese; `narrow` quotes and
dashes in English.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from pledges.core.languages import ENGLISH
from pledges.core.sheet import Sheet
from pledges.core.template.blanks import OTHER, Blank, Kind, display
from pledges.core.template.clauses import FIELD, Clause, Run, Slot, Text
from pledges.rendering import paper_wording

NEEDS_NO_SPACE = ("、", "）", "．")
SENTENCE_END = tuple("。；;.：:，,、！？!?")
MAX_TITLE_LENGTH = {"zh": 24, "en": 70}
"""Characters; a numbered line that is longer, or ends as a sentence does, is no heading."""

SHORT_KINDS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT, Kind.DATE, Kind.SERIAL})
LATIN_RUN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .,%/+&'-]*[A-Za-z0-9%])?")
FULL_WIDTH = re.compile("[‘’“”—…]+")
CLOSING = re.compile(r"^[。；，、．.;,）)》」』”’：:!?！？]+")


def body_html(sheet: Sheet, *, for_screen: bool) -> SafeString:
    """Heading and clauses with the answers in place; `for_screen` adds anchors (`clause-1.2`),
    `data-key`, `data-code` and words for screen readers, and changes nothing that is seen."""
    writer = _Writer(sheet, {blank.code: blank for blank in sheet.blanks}, for_screen)
    return format_html(
        '<div class="sheet-body" lang="{}"><header class="sheet-head">'
        '<p class="sheet-organisation">{}</p><h1 class="sheet-title">{}</h1>'
        '<p class="sheet-subtitle">{}</p></header>{}{}</div>',
        paper_wording.language_tag(sheet.language),
        typeset(sheet.organisation, sheet.language),
        typeset(sheet.title, sheet.language),
        typeset(sheet.subtitle, sheet.language),
        writer.clauses(sheet.outline.clauses, level=2),
        _term(sheet),
    )


def _term(sheet: Sheet) -> SafeString:
    if sheet.term_months is None:
        return SafeString("")
    line = paper_wording.term_line(sheet.term_months, sheet.language)
    return format_html('<p class="paragraph">{}</p>', typeset(line, sheet.language))


def number_width(number: str) -> int:
    """The width to hang a number out by, in half ems: its characters and a gap, at least one em."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in number)
    # A Chinese number ends in punctuation that carries its own gap; a Latin one needs 0.6 em.
    gap = 0.0 if wide and unicodedata.east_asian_width(number[-1]) in "WF" else 0.6
    return max(2, round((wide + (len(number) - wide) * 0.55 + gap) * 2 + 0.3))


def typeset(text: str, language: str) -> SafeString:
    """Escaped text in which what is foreign to the language's setting is marked.

    In Chinese, Latin runs (class `latin`) get a little air. In English, quotes and dashes (class
    `narrow`) take their proportional forms: these fonts set them full-width by default.
    """
    foreign, name = (FULL_WIDTH, "narrow") if language == ENGLISH else (LATIN_RUN, "latin")
    pieces: list[str] = []
    end = 0
    for match in foreign.finditer(text):
        pieces.append(conditional_escape(text[end : match.start()]))
        pieces.append(format_html('<span class="{}">{}</span>', name, match[0]))
        end = match.end()
    return SafeString("".join((*pieces, conditional_escape(text[end:]))))


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
    sheet: Sheet
    blanks: Mapping[str, Blank]
    for_screen: bool

    def clauses(self, clauses: Iterable[Clause], level: int) -> SafeString:
        return format_html_join("", "{}", ((self.clause(each, level),) for each in clauses))

    def clause(self, clause: Clause, level: int) -> SafeString:
        text = self.runs(clause.runs)
        if not clause.number:
            kind = "field" if clause.style == FIELD else "paragraph"
            line = format_html('<p class="{}"{}>{}</p>', kind, self._anchor(clause), text)
            return line + self.clauses(clause.children, level)
        # The space is for whoever copies or hears the text; the layout gives the gap itself.
        gap = "" if clause.number.endswith(NEEDS_NO_SPACE) else " "
        number = f"{clause.number}{gap}"
        if is_title(clause, self.sheet.language):
            return format_html(
                '<section class="section section-{}"{}><h{} class="heading">{}{}</h{}>{}</section>',
                level - 1,
                self._anchor(clause),
                min(level, 6),
                number,
                text,
                min(level, 6),
                self.clauses(clause.children, level + 1),
            )
        return format_html(
            '<div class="clause hang-{}"{}><p class="clause-text">'
            '<span class="number">{}</span>{}</p>{}</div>',
            number_width(clause.number),
            self._anchor(clause),
            number,
            text,
            # Headings count by the headings above them: a level may not be left out.
            self.clauses(clause.children, level),
        )

    def _anchor(self, clause: Clause) -> SafeString:
        if not (self.for_screen and clause.key):
            return SafeString("")
        return format_html(' id="clause-{}" data-key="{}"', clause.key, clause.key)

    def runs(self, runs: tuple[Run, ...]) -> SafeString:
        parts: list[SafeString] = []
        for position, run in enumerate(runs):
            if isinstance(run, Text):
                before = runs[position - 1] if position else None
                text = _after(run.text) if self._ends_in_lines(before) else run.text
                parts.append(self._words(text))
            else:
                following = runs[position + 1] if position + 1 < len(runs) else None
                parts.append(self.slot(run.code, following))
        return SafeString("".join(parts))

    def _words(self, text: str) -> SafeString:
        return typeset(text, self.sheet.language)

    def _answer(self, text: str) -> SafeString:
        # Latin in a Chinese answer stands for itself: air within the underline would show gaps.
        return (
            typeset(text, ENGLISH) if self.sheet.language == ENGLISH else conditional_escape(text)
        )

    def _ends_in_lines(self, run: Run | None) -> bool:
        return isinstance(run, Slot) and "\n" in self.sheet.answers.get(run.code, "")

    def slot(self, code: str, following: Run | None) -> SafeString:
        blank = self.blanks[code]
        data = format_html(' data-code="{}"', code) if self.for_screen else SafeString("")
        if blank.kind is Kind.CHOICE:
            return self._choice(blank, data)
        shown = display(blank, self.sheet.answers, self.sheet.language)
        if not shown:
            return self._empty(data)
        if "\n" in shown:
            tail = CLOSING.match(following.text) if isinstance(following, Text) else None
            return self._lines(shown.split("\n"), tail[0] if tail else "", data)
        kind = " blank-short" if blank.kind in SHORT_KINDS else ""
        return format_html('<span class="blank{}"{}>{}</span>', kind, data, self._answer(shown))

    def _empty(self, data: SafeString) -> SafeString:
        spoken = self._spoken(paper_wording.NOT_FILLED.in_(self.sheet.language))
        gap = SafeString("&#160;" * 8)
        return format_html('<span class="blank blank-empty"{}>{}{}</span>', data, gap, spoken)

    def _lines(self, lines: list[str], tail: str, data: SafeString) -> SafeString:
        # The full stop of the sentence stays with the last line instead of standing alone.
        last = len(lines) - 1
        marked = format_html_join(
            "",
            '<span class="answer-line"><span class="blank">{}</span>{}</span>',
            (
                (self._answer(line) or "\u00a0", tail if index == last else "")
                for index, line in enumerate(lines)
            ),
        )
        return format_html('<span class="blank-lines"{}>{}</span>', data, marked)

    def _choice(self, blank: Blank, data: SafeString) -> SafeString:
        answer = self.sheet.answers.get(blank.code, "")
        options = [
            self._option(blank, option.value, option.label.in_(self.sheet.language), answer)
            for option in blank.options
        ]
        return format_html('<span class="choice"{}>{}</span>', data, SafeString(" ".join(options)))

    def _option(self, blank: Blank, value: str, label: str, answer: str) -> SafeString:
        chosen = value == answer
        state = paper_wording.CHOSEN if chosen else paper_wording.NOT_CHOSEN
        other = SafeString("")
        if value == blank.other_value:
            text = self.sheet.answers.get(blank.code + OTHER, "") if chosen else ""
            other = (
                format_html(' <span class="blank">{}</span>', self._answer(text))
                if text
                else self._empty(SafeString(""))
            )
        return format_html(
            '<span class="option{}"><span class="box"{}>{}</span>{} {}{}</span>',
            " option-chosen" if chosen else "",
            SafeString(' aria-hidden="true"') if self.for_screen else "",
            "■" if chosen else "□",
            self._spoken(state.in_(self.sheet.language)),
            label,
            other,
        )

    def _spoken(self, words: str) -> SafeString:
        if not self.for_screen:
            return SafeString("")
        return format_html('<span class="visually-hidden">{}</span>', words)


def _after(text: str) -> str:
    """What is left of the words after an answer of several lines took their punctuation."""
    return CLOSING.sub("", text)
