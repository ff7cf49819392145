"""What is judged of a pledge's file, in which order, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """`SIGNED_ONLY` is an honest file that the company has not accepted yet."""

    ACCEPTED = "accepted"
    SIGNED_ONLY = "signed, not accepted yet"
    REJECTED = "rejected"


class Check(StrEnum):
    """What is looked at, in this order; after one that fails nothing more is looked at.

    The signatures come before everything that reads the document itself: whoever has no key gets
    no further than to them.
    """

    FILE = "file"
    MANAGER = "manager"
    COMPANY = "company"
    TIME = "time"
    REVISIONS = "revisions"
    BYTES = "bytes"
    EVIDENCE = "evidence"
    AUTHENTICATION = "authentication"
    LEDGER = "ledger"
    PROOF = "proof"


@dataclass(frozen=True)
class Explanation:
    """Why a check failed, for whoever looks into it: not translated, and never trusted as markup.

    `rule` is what must hold, with its source; `expected` and `found` what that means here; `where`
    the place in the file, an offset or an object. `trace` is there for an exception that no rule
    foresaw.
    """

    rule: str
    expected: str = ""
    found: str = ""
    where: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Line:
    """What a check found: `passed` is None where there was nothing to be checked.

    `reason` is a code of `proof.messages.catalogue`, `values` what its words are filled with;
    `explanation` is there for a check that failed.
    """

    check: StrEnum
    passed: bool | None
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)
    explanation: Explanation | None = None


@dataclass(frozen=True)
class Summary:
    """What an accepted file says: who promised what, when, and who accepted it when."""

    number: str
    template: str
    version: int
    language: str
    signer: str
    employee_number: str
    department: str
    organisation: str
    signed_at: datetime
    accepted_at: datetime | None
    accepted_by: str
    method: str
    levels: tuple[str, ...]
    answers: Mapping[str, str]
    pledge_id: str
    file_format: str


@dataclass(frozen=True)
class Verdict:
    """The judgement on one file; `summary` is there unless it was rejected."""

    outcome: Outcome
    lines: tuple[Line, ...]
    sha256: str
    summary: Summary | None = None

    @property
    def failed(self) -> StrEnum | None:
        """The check that rejected the file."""
        return next((line.check for line in self.lines if line.passed is False), None)


MAX_SHOWN: Final = 200
"""Characters of what was found that an explanation repeats."""


class Rejected(Exception):
    """Raised by a check that fails: the reason's code, what its words need, and the explanation.

    `expected` and `found` may be anything; they are shown cut to `MAX_SHOWN` characters.
    """

    def __init__(
        self,
        reason: str,
        rule: str,
        *,
        expected: object = "",
        found: object = "",
        where: str = "",
        **values: str,
    ) -> None:
        super().__init__(reason, rule)
        self.reason = reason
        self.values = values
        self.explanation = Explanation(rule, _shown(expected), _shown(found), where)


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        value = value.isoformat(sep=" ", timespec="seconds")
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
