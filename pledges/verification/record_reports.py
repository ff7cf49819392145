"""A verdict on a record as a page shows it: in one language, everything that it says escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pledges.core.characters import shown
from pledges.proof.messages.wording import explain
from pledges.proof.records import wording
from pledges.proof.records.standings import STANDINGS
from pledges.proof.records.verdict import ReceiptVerdict, RecordSummary, RecordVerdict
from pledges.proof.verdict import Line
from pledges.verification.reports import LOOKS, ReportLine


@dataclass(frozen=True)
class CompletionFacts:
    """What a completion report says; `counts` were computed from its list, as words and numbers."""

    title: str
    task: str
    state: str
    template: str
    versions: str
    due_on: str
    as_of: datetime
    members: int
    counts: Sequence[tuple[str, int]]
    entries: str


@dataclass(frozen=True)
class ScanFacts:
    """What the record of a paper pledge says, by the company's account."""

    template: str
    version: int
    signed_on: str
    ends_on: str
    pages: int


@dataclass(frozen=True)
class ReceiptReport:
    """A verdict on a receipt; whose it is and what it shows, for a genuine one only."""

    headline: str
    look: str
    lines: Sequence[ReportLine]
    name: str = ""
    employee_number: str = ""
    standing: str = ""
    as_of: datetime | None = None
    statements: Sequence[wording.Statement] = ()


@dataclass(frozen=True)
class RecordReport:
    """`look` is `good` or `bad`; all but headline and lines is there for a genuine record only."""

    headline: str
    look: str
    lines: Sequence[ReportLine]
    kind: str = ""
    organisation: str = ""
    sealed_by: str = ""
    sealed_at: datetime | None = None
    completion: CompletionFacts | None = None
    scan: ScanFacts | None = None
    statements: Sequence[wording.Statement] = ()
    receipt: ReceiptReport | None = None


def of(verdict: RecordVerdict, language: str) -> RecordReport:
    """The report on `verdict`."""
    summary = verdict.summary
    lines = _lines(verdict.lines, language)
    headline = wording.headline(summary.kind if summary else None, language)
    receipt = _receipt(verdict.receipt, language) if verdict.receipt else None
    if summary is None:
        return RecordReport(headline, LOOKS[verdict.outcome], lines, receipt=receipt)
    is_scan = summary.kind == "paper-scan"
    return RecordReport(
        headline,
        LOOKS[verdict.outcome],
        lines,
        kind=summary.kind,
        organisation=shown(summary.organisation),
        sealed_by=shown(summary.sealed_by),
        sealed_at=summary.sealed_at,
        completion=None if is_scan else _completion(summary, language),
        scan=_scan(summary) if is_scan else None,
        statements=wording.statements(summary.kind, language),
        receipt=receipt,
    )


def _lines(lines: Sequence[Line], language: str) -> list[ReportLine]:
    return [
        ReportLine(
            name=wording.name_of(line, language),
            passed=line.passed,
            words=wording.say(line, language),
            explanation=explain(line, language),
        )
        for line in lines
    ]


def _receipt(verdict: ReceiptVerdict, language: str) -> ReceiptReport:
    content, lines = verdict.content, _lines(verdict.lines, language)
    headline = wording.headline("receipt" if content else None, language, of="receipt")
    if not content:
        return ReceiptReport(headline, LOOKS[verdict.outcome], lines)
    return ReceiptReport(
        headline,
        LOOKS[verdict.outcome],
        lines,
        name=shown(content["person"]["name"]),
        employee_number=shown(content["person"]["employee_number"]),
        standing=STANDINGS[content["standing"]].in_(language),
        as_of=datetime.fromisoformat(content["as_of"]),
        statements=wording.statements("receipt", language),
    )


def _completion(summary: RecordSummary, language: str) -> CompletionFacts:
    content = summary.content
    versions = (str(each["version"]) for each in content["template"]["versions"])
    return CompletionFacts(
        title=shown(content["task"]["title"]),
        task=shown(content["task"]["id"]),
        state=wording.state_of(content, language),
        template=shown(content["template"]["slug"]),
        versions=(", " if language == "en" else "、").join(versions),
        due_on=content["due_on"] or "",
        as_of=datetime.fromisoformat(content["as_of"]),
        members=content["members"],
        counts=[
            (words.in_(language), content["counts"][code])
            for code, words in STANDINGS.items()
            if content["counts"][code]
        ],
        entries=wording.shortened(content["entries"]),
    )


def _scan(summary: RecordSummary) -> ScanFacts:
    content = summary.content
    return ScanFacts(
        template=shown(content["template"]["slug"]),
        version=content["template"]["version"],
        signed_on=content["signed_on"],
        ends_on=content["ends_on"] or "",
        pages=content["pages"],
    )
