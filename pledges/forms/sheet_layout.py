"""From a clause tree to the layout of its sheet: which layout object stands for which clause."""

import re
from collections.abc import Iterable, Mapping

from crispy_forms.layout import LayoutObject

from pledges.core.template.blanks import Blank, Kind
from pledges.core.template.clauses import FIELD, Clause, Outline, Run, Text
from pledges.forms.layout import (
    ChoiceBlank,
    ClauseBlock,
    FieldLine,
    GivenBlank,
    InlineBlank,
    InlineWords,
    Line,
    LinesBlank,
    ParagraphBlock,
    SectionBlock,
    Sheet,
    set_narrow,
)
from pledges.rendering.body import is_title

_OPENING = re.compile(r"[（(《「『“‘]+$")
_CLOSING = re.compile(r"^[。；，、．.;,）)》」』”’：:!?！？%％]+")


def sheet_layout(
    outline: Outline, blanks: Iterable[Blank], *, language: str, head: Mapping[str, str]
) -> Sheet:
    """The layout of a pledge text: one block for each clause, one input for each blank."""
    return _Builder({blank.code: blank for blank in blanks}, language).sheet(outline, head)


class _Builder:
    def __init__(self, blanks: Mapping[str, Blank], language: str) -> None:
        self._blanks, self._language = blanks, language

    def sheet(self, outline: Outline, head: Mapping[str, str]) -> Sheet:
        return Sheet(*(self._clause(clause, 1) for clause in outline.clauses), head=head)

    def _clause(self, clause: Clause, level: int) -> ClauseBlock:
        line = self._line(clause.runs)
        if not clause.number:
            block = FieldLine if clause.style == FIELD else ParagraphBlock
            return block(clause, line, *self._below(clause, level))
        if is_title(clause, self._language):
            return SectionBlock(clause, line, *self._below(clause, level + 1), level=level)
        return ClauseBlock(clause, line, *self._below(clause, level + 1))

    def _below(self, clause: Clause, level: int) -> list[ClauseBlock]:
        return [self._clause(child, level) for child in clause.children]

    def _line(self, runs: tuple[Run, ...]) -> Line:
        texts = [run.text if isinstance(run, Text) else "" for run in runs]
        items: list[LayoutObject | None] = [None] * len(runs)
        for place, run in enumerate(runs):
            if isinstance(run, Text):
                continue
            lead = tail = ""
            if place and (match := _OPENING.search(texts[place - 1])):
                lead, texts[place - 1] = match[0], texts[place - 1][: match.start()]
            if place + 1 < len(runs) and (match := _CLOSING.search(texts[place + 1])):
                tail, texts[place + 1] = match[0], texts[place + 1][match.end() :]
            lead, tail = (set_narrow(marks, self._language) for marks in (lead, tail))
            items[place] = _blank_object(self._blanks[run.code], lead, tail)
        # An empty layout object is falsy, so absence is asked for by name.
        return Line(
            *(
                InlineWords(text, self._language) if item is None else item
                for item, text in zip(items, texts, strict=True)
            )
        )


def _blank_object(blank: Blank, lead: str, tail: str) -> LayoutObject:
    if not blank.filled_by_manager:
        return GivenBlank(blank, lead, tail)
    if blank.kind is Kind.CHOICE:
        return ChoiceBlank(blank, lead, tail)
    if blank.kind is Kind.LONG_TEXT:
        return LinesBlank(blank, lead, tail)
    return InlineBlank(blank, lead, tail)
