"""A verdict as JSON, and back: between processes, and for whoever reads the command's output."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any

from pledges.proof.verdict import (
    Check,
    Explanation,
    Line,
    Outcome,
    Summary,
    Verdict,
)


def to_json(verdict: Verdict) -> dict[str, Any]:
    """What `json.dumps` takes; times with their offset."""
    found = asdict(verdict)
    if verdict.summary:
        for name in ("signed_at", "accepted_at"):
            time = getattr(verdict.summary, name)
            found["summary"][name] = time.isoformat() if time else None
    return found


def from_json(found: Any) -> Verdict:
    """The verdict that `to_json` gave; raises ValueError for anything else."""
    try:
        lines = tuple(line(each, Check) for each in found["lines"])
        summary = _summary(found["summary"]) if found["summary"] else None
        return Verdict(Outcome(found["outcome"]), lines, str(found["sha256"]), summary)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no verdict") from error


def line(found: Mapping[str, Any], checks: type[StrEnum]) -> Line:
    """What one check found, from its JSON; raises ValueError and what damaged JSON raises."""
    passed, values = found["passed"], found["values"]
    if passed is not None and not isinstance(passed, bool):
        raise ValueError("passed")
    told = found["explanation"]
    explanation = Explanation(**{name: str(text) for name, text in told.items()}) if told else None
    return Line(checks(found["check"]), passed, str(found["reason"]), dict(values), explanation)


def _summary(found: Mapping[str, Any]) -> Summary:
    accepted_at = found["accepted_at"]
    return Summary(
        **{
            **found,
            "signed_at": datetime.fromisoformat(found["signed_at"]),
            "accepted_at": datetime.fromisoformat(accepted_at) if accepted_at else None,
            "levels": tuple(found["levels"]),
        }
    )
