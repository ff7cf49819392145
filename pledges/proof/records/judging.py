"""The one function that judges a record, and the one that tells a record from a pledge."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from pledges.proof.fileformat import RECORD_FORMATS, RevisionKind
from pledges.proof.judging import judge, look
from pledges.proof.keys.trust import Trust
from pledges.proof.pdf import attachments, reader, xref_precheck
from pledges.proof.records import contents
from pledges.proof.records.checks import CHECKS, SIGNED, RecordCase, budget_of
from pledges.proof.records.standings import counted
from pledges.proof.records.verdict import AnyVerdict, RecordCheck, RecordSummary, RecordVerdict
from pledges.proof.signatures import signature_dictionaries
from pledges.proof.verdict import Line, Outcome, Rejected


def is_record(pdf: bytes) -> bool:
    """Whether `pdf` says that it is a record, genuine or not; what cannot be read does not."""
    with suppress(Rejected, ValueError, LookupError, TypeError, RecursionError):
        tables = xref_precheck.read(pdf)
        return len(tables) > 1 and signature_dictionaries.is_record(pdf, tables)
    return False


def judge_any(pdf: bytes, *, trust: Trust, at: datetime, proof: bytes | None = None) -> AnyVerdict:
    """The verdict on `pdf` as what it says it is: a record, or else a pledge."""
    if is_record(pdf):
        return judge_record(pdf, trust=trust, at=at, proof=proof)
    return judge(pdf, trust=trust, at=at, proof=proof)


def judge_record(
    pdf: bytes, *, trust: Trust, at: datetime, proof: bytes | None = None
) -> RecordVerdict:
    """The verdict on the record `pdf` as of `at` (aware), reading nothing but the arguments.

    `proof` is the separate proof (JSON) that the ledger records this very file. The checks run in
    the order of `RecordCheck`; the first that fails ends it. Any exception is a rejection.
    """
    case = RecordCase(pdf, trust, at, proof)
    lines: list[Line] = []
    failed = False
    for check in RecordCheck:
        if failed:
            lines.append(Line(check, None, "not-reached"))
            continue
        line = look(check, partial(CHECKS[check], case))
        failed = line.passed is False
        lines.append(line)
    sha256 = hashlib.sha256(pdf).hexdigest()
    if failed:
        return RecordVerdict(Outcome.REJECTED, tuple(lines), sha256)
    return RecordVerdict(Outcome.ACCEPTED, tuple(lines), sha256, _summary(case))


def _summary(case: RecordCase) -> RecordSummary:
    seal, content = case.sealed, case.content
    return RecordSummary(
        kind=content["kind"],
        organisation=content["organisation"],
        language=content["language"],
        sealed_at=seal.stamped_at or seal.made_at,
        sealed_by=seal.subject["common_name"],
        level=seal.level.value,
        file_format=seal.file_format.name,
        content=_of_scan(content) if content["kind"] == contents.SCAN else _of_report(case),
    )


def _of_scan(content: Mapping[str, Any]) -> dict[str, Any]:
    said = ("paper", "template", "signed_on", "ends_on", "upload", "commitment")
    return {**{key: content[key] for key in said}, "pages": len(content["pages"])}


def _of_report(case: RecordCase) -> dict[str, Any]:
    content = case.content
    said = ("task", "template", "due_on", "as_of", "roots")
    return {
        **{key: content[key] for key in said},
        "list": case.identifier,
        "members": len(content["members"]),
        "counts": counted(row[1] for row in content["members"]),
        "entries": list(case.entries),
    }


def content_of(pdf: bytes) -> dict[str, Any]:
    """The JSON of a record of our own, whose seal is not looked at; raises `Rejected`.

    For a file that is known by its SHA-256.
    """
    tables = xref_precheck.read(pdf)
    named = signature_dictionaries.format_of(pdf, tables, RevisionKind.RECORD)
    file_format = RECORD_FORMATS[named.name]
    history = reader.read(pdf, tables, signed=SIGNED, budget=budget_of(file_format))
    data = attachments.only_file(history.at(len(tables) - 1), file_format, history.budget)
    return contents.read(data, file_format)
