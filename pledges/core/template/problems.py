"""A fault in pledge text or in a template file, with its place, as data for others to word."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: where it stands, what kind it is, what was expected and what was found there.

    `line` and `column` count from 1, in characters. `kind` is one of KINDS. `expected` and
    `found` quote the text itself (a number in its own writing, a code, a key); they hold no
    sentence, so that every language can word the fault its own way.
    """

    line: int
    column: int
    kind: str
    expected: str = ""
    found: str = ""

    def moved(self, lines: int) -> "Problem":
        """The same fault where its text begins `lines` lines further down a larger file."""
        return replace(self, line=self.line + lines)


TEXT_KINDS = frozenset(
    {
        "number-skipped",
        "number-repeated",
        "number-misplaced",
        "number-unreadable",
        "malformed-blank",
        "bad-code",
        "control-character",
        "line-too-long",
    }
)
"""Faults that a pledge text can have by itself."""

FILE_KINDS = frozenset(
    {
        "file-too-large",
        "bad-front-matter",
        "bad-yaml",
        "yaml-alias",
        "yaml-tag",
        "too-deep",
        "wrong-type",
        "unknown-key",
        "missing-key",
        "duplicate-key",
        "missing-language",
        "unknown-language",
        "duplicate-language",
        "empty-text",
        "reserved-line",
        "bad-slug",
        "bad-date",
        "bad-number",
        "bad-boolean",
        "bad-range",
        "bad-decimals",
        "bad-term",
        "unknown-kind",
        "unknown-profile-field",
        "unknown-option",
        "duplicate-option",
        "too-few-options",
        "not-for-this-kind",
        "duplicate-code",
        "text-too-long",
        "undeclared-blank",
        "unused-blank",
        "blank-used-twice",
        "structure-differs",
        "blanks-differ",
        "bad-count",
        "not-an-answer",
        "not-a-statute",
        "statute-in-marks",
    }
)
"""Faults of a template file and of its two texts against each other."""

KINDS = TEXT_KINDS | FILE_KINDS
