"""How far a draft is: blanks filled in all, and in each part of the text, for the outline."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges.core.template.blanks import Blank, Reading
from pledges.core.template.clauses import FIELD, Clause, Outline, Slot, Text
from pledges.rendering.clause_writer import is_title, spaced_number

MAX_OUTLINE_LENGTH = 12
"""Entries; beyond it the outline shows the upper parts alone."""


@dataclass(frozen=True)
class OutlineItem:
    """A part of the pledge in the outline; `total` counts the blanks that the manager fills."""

    key: str
    label: str
    depth: int
    filled: int
    total: int

    @property
    def is_done(self) -> bool:
        return self.total > 0 and self.filled == self.total


@dataclass(frozen=True)
class Progress:
    """The whole: filled well, still empty, and to be corrected."""

    entries: tuple[OutlineItem, ...]
    filled: int
    total: int
    empty: int
    wrong: int

    def remaining_words(self) -> str:
        """What is still to do, as a sentence."""
        said = []
        if self.empty:
            sentence = ngettext(
                "%(count)s blank is still empty.", "%(count)s blanks are still empty.", self.empty
            )
            said.append(sentence % {"count": self.empty})
        if self.wrong:
            sentence = ngettext(
                "%(count)s answer needs correcting.",
                "%(count)s answers need correcting.",
                self.wrong,
            )
            said.append(sentence % {"count": self.wrong})
        return " ".join(said) or _("Every blank is filled in.")


def measure(
    outline: Outline, language: str, blanks: tuple[Blank, ...], reading: Reading
) -> Progress:
    """The progress of a draft whose answers read as `reading`."""
    own = {blank.code for blank in blanks if blank.filled_by_manager}
    wrong = {problem.code for problem in reading.problems}
    good = own & set(reading.answers) - wrong
    entries = tuple(_entries(outline, language, own, good, deep=True))
    if len(entries) > MAX_OUTLINE_LENGTH:
        entries = tuple(_entries(outline, language, own, good, deep=False))
    return Progress(entries, len(good), len(own), len(reading.missing), len(wrong))


def _entries(
    outline: Outline, language: str, own: Collection[str], good: Collection[str], *, deep: bool
) -> Iterator[OutlineItem]:
    seen_number = False
    for clause in outline.clauses:
        if clause.number:
            seen_number = True
            below = [c for c in clause.children if deep and c.number and is_title(c, language)]
            codes = _codes(clause, without=below)
            yield _entry(clause, 0, codes, own, good)
            for child in below:
                yield _entry(child, 1, _codes(child), own, good)
        elif clause.style == FIELD:
            yield _entry(clause, 0, _codes(clause), own, good)
        elif codes := _codes(clause):
            label = _("Closing") if seen_number else _("Opening")
            yield _entry(clause, 0, codes, own, good, label)


def _entry(
    clause: Clause,
    depth: int,
    codes: list[str],
    own: Collection[str],
    good: Collection[str],
    label: str = "",
) -> OutlineItem:
    return OutlineItem(
        key=clause.key,
        label=label or _label(clause),
        depth=depth,
        filled=sum(code in good for code in codes),
        total=sum(code in own for code in codes),
    )


def _codes(clause: Clause, without: Collection[Clause] = ()) -> list[str]:
    codes = [run.code for run in clause.runs if isinstance(run, Slot)]
    for child in clause.children:
        if child not in without:
            codes += _codes(child)
    return codes


def _label(clause: Clause) -> str:
    words = "".join(run.text for run in clause.runs if isinstance(run, Text))
    return f"{spaced_number(clause)}{words.strip().rstrip('：:')}".strip()
