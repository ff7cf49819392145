"""A verdict as a page shows it: in one language, with everything that a file says escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pledges.proof.messages import catalogue, wording
from pledges.proof.verdict import Check, Outcome, Summary, Verdict

LOOKS: Final = {Outcome.ACCEPTED: "good", Outcome.SIGNED_ONLY: "open", Outcome.REJECTED: "bad"}


@dataclass(frozen=True)
class ReportLine:
    """What one check found; `passed` is None where there was nothing to be checked."""

    name: str
    passed: bool | None
    words: str
    explanation: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Report:
    """`look` is `good`, `open` or `bad`; `summary` is there unless the file was rejected."""

    headline: str
    look: str
    lines: Sequence[ReportLine]
    summary: Summary | None
    is_only_the_proof_wrong: bool


def of(verdict: Verdict, language: str) -> Report:
    """The report on `verdict`."""
    return Report(
        headline=catalogue.OUTCOMES[verdict.outcome].in_(language),
        look=LOOKS[verdict.outcome],
        lines=[
            ReportLine(
                name=catalogue.CHECKS[line.check].in_(language),
                passed=line.passed,
                words=wording.say(line, language),
                explanation=wording.explain(line, language),
            )
            for line in verdict.lines
        ],
        summary=wording.shown_summary(verdict.summary) if verdict.summary else None,
        is_only_the_proof_wrong=verdict.failed is Check.PROOF,
    )
