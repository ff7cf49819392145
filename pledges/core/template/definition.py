"""What one version of a template says, apart from its number and its state."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pledges.core.characters import unified_line_breaks
from pledges.core.languages import Localized
from pledges.core.template import outline
from pledges.core.template.blanks import Blank, to_data
from pledges.core.template.outline import Outline

MAX_TERM_MONTHS = 600
"""Months."""


@dataclass(frozen=True)
class Definition:
    """A template version as it is written, imported and exported.

    `source` holds the two pledge texts, without empty lines around them and spaces at line ends:
    differences that nobody can see must not make another version. `change_note` says what is new
    and why, `effective_on` from which day it may be signed. A pledge on it ends by itself after
    `term_months`, counted from its signing, or not at all.
    """

    slug: str
    title: Localized
    subtitle: Localized
    change_note: Localized
    effective_on: date
    blanks: tuple[Blank, ...]
    source: Localized
    term_months: int | None = None

    def __post_init__(self) -> None:
        tidy = Localized(_tidy(self.source.zh), _tidy(self.source.en))
        object.__setattr__(self, "source", tidy)

    def outline(self, language: str) -> Outline:
        """The clause tree of the text in this language."""
        return outline.parse_in(language, self.source)[0]

    def content(self) -> dict[str, Any]:
        """What a pledge on this version says, as data: the digest of the version covers this."""
        content: dict[str, Any] = {
            "slug": self.slug,
            "title": self.title.to_data(),
            "subtitle": self.subtitle.to_data(),
            "blanks": [to_data(blank) for blank in self.blanks],
            "source": self.source.to_data(),
        }
        # Versions that were published before there were terms keep their digests.
        return content if self.term_months is None else content | {"term_months": self.term_months}


def _tidy(source: str) -> str:
    lines = (line.rstrip() for line in unified_line_breaks(source).split("\n"))
    text = "\n".join(lines).strip("\n")
    return text + "\n" if text else ""
