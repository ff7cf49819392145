"""A verdict as JSON, and back: between processes, and for whoever reads the command's output."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pledges.proof.verdict import (
    Check,
    Explanation,
    Line,
    Outcome,
    Statement,
    Verdict,
)


def to_json(verdict: Verdict) -> dict[str, Any]:
    """What `json.dumps` takes; times with their offset."""
    found = asdict(verdict)
    if verdict.statement:
        for name in ("signed_at", "accepted_at"):
            time = getattr(verdict.statement, name)
            found["statement"][name] = time.isoformat() if time else None
    return found


def from_json(found: Any) -> Verdict:
    """The verdict that `to_json` gave; raises ValueError for anything else."""
    try:
        lines = tuple(_line(each) for each in found["lines"])
        statement = _statement(found["statement"]) if found["statement"] else None
        return Verdict(Outcome(found["outcome"]), lines, str(found["sha256"]), statement)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no verdict") from error


def _line(found: Mapping[str, Any]) -> Line:
    passed, values = found["passed"], found["values"]
    if passed is not None and not isinstance(passed, bool):
        raise ValueError("passed")
    told = found["explanation"]
    explanation = Explanation(**{name: str(text) for name, text in told.items()}) if told else None
    return Line(Check(found["check"]), passed, str(found["reason"]), dict(values), explanation)


def _statement(found: Mapping[str, Any]) -> Statement:
    accepted_at = found["accepted_at"]
    return Statement(
        **{
            **found,
            "signed_at": datetime.fromisoformat(found["signed_at"]),
            "accepted_at": datetime.fromisoformat(accepted_at) if accepted_at else None,
            "levels": tuple(found["levels"]),
        }
    )
