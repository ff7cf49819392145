"""What may be wrong with a row of a roster, as data: at which cell, and what it would take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pledges.core.rosters.columns import Field

MISSING = "missing"
UNFIT = "unfit"
TOO_LONG = "too-long"
BAD_NUMBER = "bad-number"
SCIENTIFIC = "scientific"
BAD_EMAIL = "bad-email"
BAD_USERNAME = "bad-username"
BAD_DATE = "bad-date"
BAD_CHOICE = "bad-choice"
LEFT_BEFORE_ENTERED = "left-before-entered"
FORMULA = "formula"
MERGED = "merged"
CELL_ERROR = "cell-error"
ROUNDED = "rounded"
A_DATE = "a-date"
ZEROS_LOST = "zeros-lost"
HEADS_AGAIN = "heads-again"
TWICE = "twice"
TAKEN = "taken"
CYCLE = "cycle"
TWO_PARENTS = "two-parents"
TWO_HEADS = "two-heads"
HEAD_UNKNOWN = "head-unknown"
ELSEWHERE = "elsewhere"
OUTSIDE = "outside"
ANOTHERS_NUMBER = "anothers-number"
ANOTHER_PERSON = "another-person"
KNOWN_AS = "known-as"
OFFICERS_ADDRESS = "officers-address"
OFFICER_RETURNS = "officer-returns"
NEVER_LEFT = "never-left"
OFFICER_LEAVES = "officer-leaves"
ADMINISTRATOR_LEAVES = "administrator-leaves"
YOURSELF = "yourself"

KINDS = frozenset(
    value for name, value in vars().copy().items() if name.isupper() and isinstance(value, str)
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a row: at the cell of `field`, or of the row where that is None.

    `about` is what the sentence names beside the cell: another row, a name, a limit, a value that
    would be right (`suggested` is that value, where there is one).
    """

    kind: str
    field: Field | None = None
    about: str = ""
    suggested: str = ""

    def to_json(self) -> dict[str, Any]:
        told = {"kind": self.kind, "field": self.field, "about": self.about}
        return {**told, "suggested": self.suggested} if self.suggested else told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Fault":
        field = Field(told["field"]) if told["field"] else None
        return cls(told["kind"], field, told["about"], told.get("suggested", ""))
