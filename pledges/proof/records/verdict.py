"""What is judged of a record and of a receipt, in which order, and what came of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pledges.proof import verdict_json
from pledges.proof.verdict import Line, Outcome, Verdict


class RecordCheck(StrEnum):
    """What is looked at in a record, in this order; after one that fails nothing more is."""

    FILE = "file"
    SEAL = "seal"
    TIME = "time"
    REVISIONS = "revisions"
    BYTES = "bytes"
    RECORD = "record"
    CONTENT = "content"
    LEDGER = "ledger"
    PROOF = "proof"


class ReceiptCheck(StrEnum):
    """The same of a receipt."""

    RECEIPT = "receipt"
    LEDGER = "ledger"
    MEMBER = "member"
    REPORT = "report"


@dataclass(frozen=True)
class RecordSummary:
    """What a genuine record says: of which kind it is, and who sealed it when.

    `content` is what it says by its kind, see docs/record-format.md. All counts in it were computed
    from the list.
    """

    kind: str
    organisation: str
    language: str
    sealed_at: datetime
    sealed_by: str
    level: str
    file_format: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class RecordVerdict:
    """The judgement on one record; `summary` is there unless it was rejected.

    `receipt` is there where one was judged beside it.
    """

    outcome: Outcome
    lines: tuple[Line, ...]
    sha256: str
    summary: RecordSummary | None = None
    receipt: "ReceiptVerdict | None" = None

    @property
    def failed(self) -> StrEnum | None:
        """The check that rejected the file."""
        return next((line.check for line in self.lines if line.passed is False), None)


AnyVerdict = Verdict | RecordVerdict


@dataclass(frozen=True)
class ReceiptVerdict:
    """The judgement on one receipt; `content` says whose it is and what it shows."""

    outcome: Outcome
    lines: tuple[Line, ...]
    content: Mapping[str, Any] = field(default_factory=dict)


def to_json(verdict: RecordVerdict) -> dict[str, Any]:
    """What `json.dumps` takes; times with their offset."""
    found = {"of": "record", **asdict(verdict)}
    if verdict.receipt is None:
        del found["receipt"]
    if verdict.summary:
        found["summary"]["sealed_at"] = verdict.summary.sealed_at.isoformat()
    return found


def from_json(found: Any) -> RecordVerdict:
    """The verdict that `to_json` gave; raises ValueError for anything else."""
    try:
        lines = tuple(verdict_json.line(each, RecordCheck) for each in found["lines"])
        told = found["summary"]
        summary = (
            RecordSummary(**{**told, "sealed_at": datetime.fromisoformat(told["sealed_at"])})
            if told
            else None
        )
        beside = _receipt_from(found["receipt"]) if "receipt" in found else None
        outcome = Outcome(found["outcome"])
        return RecordVerdict(outcome, lines, str(found["sha256"]), summary, beside)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no verdict") from error


def _receipt_from(found: Any) -> ReceiptVerdict:
    lines = tuple(verdict_json.line(each, ReceiptCheck) for each in found["lines"])
    return ReceiptVerdict(Outcome(found["outcome"]), lines, dict(found["content"]))


def any_to_json(verdict: AnyVerdict) -> dict[str, Any]:
    """What `json.dumps` takes of a verdict, on a record or a pledge."""
    return to_json(verdict) if isinstance(verdict, RecordVerdict) else verdict_json.to_json(verdict)


def any_from_json(found: Any) -> AnyVerdict:
    """The verdict that `any_to_json` gave; raises ValueError for anything else."""
    if isinstance(found, dict) and found.get("of") == "record":
        return from_json(found)
    return verdict_json.from_json(found)
