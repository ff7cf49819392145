"""What is judged of a pledge's file, in which order, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """`SIGNED_ONLY` is an honest file that the company has not accepted yet."""

    ACCEPTED = "accepted"
    SIGNED_ONLY = "signed, not accepted yet"
    REJECTED = "rejected"


class Check(StrEnum):
    """What is looked at, in this order; after one that fails nothing more is looked at."""

    FILE = "file"
    REVISIONS = "revisions"
    MANAGER = "manager"
    COMPANY = "company"
    TIME = "time"
    BYTES = "bytes"
    EVIDENCE = "evidence"
    AUTHENTICATION = "authentication"
    LEDGER = "ledger"
    PROOF = "proof"


@dataclass(frozen=True)
class Line:
    """What a check found: `passed` is None where there was nothing to be checked.

    `reason` is a code of `core.verdict_words`, `values` what its words are filled with.
    """

    check: Check
    passed: bool | None
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
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


@dataclass(frozen=True)
class Verdict:
    """The judgement on one file; `statement` is there unless it was rejected."""

    outcome: Outcome
    lines: tuple[Line, ...]
    sha256: str
    statement: Statement | None = None

    @property
    def failed(self) -> Check | None:
        """The check that rejected the file."""
        return next((line.check for line in self.lines if line.passed is False), None)


class Rejected(Exception):
    """Raised by a check that fails, with the reason's code and what its words need."""

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values
