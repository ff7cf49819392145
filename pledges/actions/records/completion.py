"""Completion reports: taken down in the ledger with the standings, then made, sealed and issued."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from pledges import access, audit, crash_points, rendering, transactions
from pledges.actions.records import issuing
from pledges.core import refusals
from pledges.core.completion_report import CompletionReport
from pledges.models import IssuedRecord, LedgerEntry, SigningTask
from pledges.proof.records import completion, contents
from pledges.proof.records.standings import STANDINGS
from pledges.rendering import ReportDigests
from pledges.rendering.fonts import MissingGlyph


@transactions.atomic
def commit(
    report: CompletionReport, *, task_id: UUID, actor: access.Actor, at: datetime
) -> LedgerEntry:
    """Take the report down in the ledger, best in the transaction that fixed its standings.

    Locks the task, so that nobody joins between this entry and the one that it names as the one
    before. Taking the same list down again gives the entry that there is.
    """
    _require_same(report, task_id)
    SigningTask.objects.select_for_update(no_key=True).get(pk=task_id)
    digest = _list_digest(report)
    chain = list(_chain(task_id))
    for entry in chain:
        told = audit.facts_of(entry)
        if entry.event == completion.REPORTED and told.get("list") == digest:
            return entry
    previous = chain[-1].sequence if chain else 0
    facts = completion.facts_of(report, previous)
    subject = completion.subject_of(task_id)
    return audit.record(completion.REPORTED, actor=actor, subject=subject, at=at, facts=facts)


def issue(
    report: CompletionReport, *, task_id: UUID, actor: access.Actor, at: datetime
) -> IssuedRecord:
    """Make, seal and issue the report; giving the same list again gives the record that there is.

    Takes it down first, where `commit` did not; that it may be made has been asked before. No
    transaction may be open. After a kill it is called again. Raises SealUnavailable, Unmade,
    Unprintable, StorageUnavailable, `audit.LedgerBroken`; then nothing was issued.
    """
    _require_same(report, task_id)
    subject, digest = completion.subject_of(task_id), _list_digest(report)
    known = IssuedRecord.objects.filter(
        kind=contents.COMPLETION, subject=subject, list_digest=digest
    )
    if found := known.first():
        return found
    entry = commit(report, task_id=task_id, actor=actor, at=at)
    crash_points.reach("report:committed")
    content = {
        "kind": contents.COMPLETION,
        **completion.content_of(report),
        "ledger": _ledger(task_id, entry, at),
    }
    sealed = issuing.seal(_pages(report, content), content, at=at)
    return issuing.issue(sealed, kind=contents.COMPLETION, subject=subject, actor=actor, at=at)


def _require_same(report: CompletionReport, task_id: UUID) -> None:
    if report.task_id != task_id:
        raise ValueError("a report is of the task that it is issued for")


def _list_digest(report: CompletionReport) -> str:
    rows = completion.rows_of(report)
    return completion.digest_of_list(str(report.task_id), report.as_of.isoformat(), rows)


def _chain(task_id: UUID) -> Any:
    """The task's entries that each name the one before."""
    return audit.trail(completion.subject_of(task_id)).filter(event__in=completion.CHAIN)


def _ledger(task_id: UUID, last: LedgerEntry, at: datetime) -> dict[str, Any]:
    """The task's entries up to `last`, each with the proof that it is in the ledger."""
    checkpoint = audit.checkpoint(at)
    blocks = []
    shared: dict[str, object] = {}
    for entry in _chain(task_id).filter(sequence__lte=last.sequence):
        proof = audit.proof(entry, checkpoint)
        blocks.append({key: proof[key] for key in ("entry", "index", "inclusion")})
        shared = {key: proof[key] for key in ("checkpoint", "certificate")}
    return {"entries": blocks, **shared}


def _pages(report: CompletionReport, content: dict[str, Any]) -> bytes:
    digests = ReportDigests(
        list_digest=contents.identifier(content),
        members_root=content["roots"]["members"],
        standings_root=content["roots"]["standings"],
    )
    address = settings.PUBLIC_URL.rstrip("/") + reverse("verify_file")
    try:
        return rendering.render_report(report, digests, words=STANDINGS, verify_url=address)
    except MissingGlyph as missing:
        raise refusals.Unprintable(tuple(missing.characters)) from missing
