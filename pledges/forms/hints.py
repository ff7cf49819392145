"""What stands ready under a clause for each of its blanks: what it takes, and answers offered."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from pledges import wording
from pledges.core.languages import Localized
from pledges.core.template.blanks import Blank, display, read
from pledges.core.template.clauses import Outline, Slot


@dataclass(frozen=True)
class Offer:
    """An answer that one press puts into its blank.

    None ever stands in a draft by itself: what somebody undertakes, they have put there.
    """

    value: str
    shown: str


@dataclass(frozen=True)
class Hint:
    """The hint of one blank: sentences, and the answers that the template offers."""

    code: str
    label: str
    said: tuple[str, ...]
    default: Offer | None = None
    suggestions: tuple[Offer, ...] = ()

    @property
    def element_id(self) -> str:
        return element_id(self.code)

    def __bool__(self) -> bool:
        return bool(self.said or self.default or self.suggestions)


def element_id(code: str) -> str:
    """The id of the hint about the blank of that code."""
    return f"hint-{code}"


def hint_of(blank: Blank, language: str) -> Hint:
    """The hint of `blank` in a pledge that is written in `language`."""
    offered = (_offer(blank, each, language) for each in blank.suggestions)
    return Hint(
        blank.code,
        wording.label(blank),
        wording.guidance(blank),
        _offer(blank, blank.default, language),
        tuple(offer for offer in offered if offer),
    )


def _offer(blank: Blank, answer: Localized, language: str) -> Offer | None:
    value = wording.in_language(answer, language)
    if not value:
        return None
    read_as = {blank.code: value, **read([blank], {blank.code: value}).answers}
    return Offer(value, display(blank, read_as, language))


def hints_of(blanks: Iterable[Blank], language: str) -> dict[str, Hint]:
    """The hints that say anything, by the codes of their blanks."""
    own = (hint_of(blank, language) for blank in blanks if blank.filled_by_manager)
    return {hint.code: hint for hint in own if hint}


def write_hints(outline: Outline, hints: dict[str, Hint], language: str) -> dict[str, SafeString]:
    """The hints as HTML, by the keys of the clauses in which their blanks stand."""
    written = {}
    for _depth, clause in outline.walk():
        codes = [run.code for run in clause.runs if isinstance(run, Slot)]
        if here := [hints[code] for code in codes if code in hints]:
            context = {"hints": here, "pledge_language": language}
            written[clause.key] = SafeString(render_to_string("sheet/hints.html", context).strip())
    return written
