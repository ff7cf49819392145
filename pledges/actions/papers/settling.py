"""What compliance decides about a paper: confirmed under the company's seal, or rejected."""

from datetime import datetime
from typing import Any

from pledges import access, audit, crash_points, transactions
from pledges.access import Act
from pledges.actions.papers import keeping, recording
from pledges.actions.papers.filing import lock
from pledges.actions.records.issuing import KeptRecord, issue_kept
from pledges.core import lifecycle, papers, refusals
from pledges.core.characters import refused_at
from pledges.core.lifecycle import Transition
from pledges.core.papers import MAX_REASON, PaperState
from pledges.models import PaperPledge, Person, organisation_read_once


@organisation_read_once()
def confirm(paper: PaperPledge, *, actor: Person, at: datetime) -> PaperPledge:
    """Set the images into a record of our own and confirm it; confirming it again changes nothing.

    What was uploaded and the images by themselves are removed. Raises what `recording.make` raises;
    then nothing has changed.
    """
    rows = PaperPledge.objects.select_related("person", "version__template", "filed_by")
    seen = rows.get(pk=paper.pk)
    access.require(actor, Act.CONFIRM_PAPER, seen)
    if seen.state == papers.CONFIRM.target and seen.settled_by_id == actor.pk:
        return seen
    lifecycle.require(papers.CONFIRM, seen.state)
    made = recording.make(seen, confirmed_by=actor, at=at)
    crash_points.reach("paper:stored")
    confirmed = _confirm(paper, made, actor=actor, at=at)
    crash_points.reach("paper:committed")
    return confirmed


@transactions.atomic
def _confirm(paper: PaperPledge, made: KeptRecord, *, actor: Person, at: datetime) -> PaperPledge:
    locked = _lock(paper, papers.CONFIRM, Act.CONFIRM_PAPER, actor)
    record = issue_kept(made, subject=audit.subject_of(locked), actor=actor, at=at)
    _settle(
        locked,
        papers.CONFIRM,
        settled_at=at,
        settled_by=actor,
        record=record,
        upload_stored="",
    )
    facts = {"record": str(record.pk), "issued": made.file.sha256, "pages": locked.page_count}
    audit.record(papers.CONFIRM.event, actor=actor, subject=locked, at=at, facts=facts)
    return locked


@transactions.atomic
def reject(paper: PaperPledge, *, actor: Person, at: datetime, reason: str) -> PaperPledge:
    """Turn a paper down, with a reason; its scan is removed. Raises ReasonMissing."""
    return _turn_down(
        paper,
        papers.REJECT,
        Act.CONFIRM_PAPER,
        actor=actor,
        at=at,
        reason=reason,
        written={"settled_at": at, "settled_by": actor},
    )


@transactions.atomic
def withdraw(paper: PaperPledge, *, actor: Person, at: datetime, reason: str) -> PaperPledge:
    """Take back a paper: HR what nobody confirmed yet, compliance what was. Raises ReasonMissing.

    The record of a confirmed one stays; what was not confirmed has none, and its scan is removed.
    """
    return _turn_down(
        paper,
        papers.WITHDRAW,
        Act.WITHDRAW_PAPER,
        actor=actor,
        at=at,
        reason=reason,
        written={"withdrawn_at": at, "withdrawn_by": actor},
    )


def _turn_down(
    paper: PaperPledge,
    step: Transition,
    act: Act,
    *,
    actor: Person,
    at: datetime,
    reason: str,
    written: dict[str, Any],
) -> PaperPledge:
    locked = _lock(paper, step, act, actor)
    words = reason.strip()
    if not words or len(words) > MAX_REASON:
        raise refusals.ReasonMissing
    if (unfit := refused_at(words, "\n\r")) is not None:
        raise refusals.UnfitCharacter(words[unfit])
    _settle(locked, step, reason=words, upload_stored="", **written)
    audit.record(step.event, actor=actor, subject=locked, at=at, personal={"reason": words})
    return locked


def _lock(paper: PaperPledge, step: Transition, act: Act, actor: Person) -> PaperPledge:
    locked = lock(paper)
    lifecycle.require(step, locked.state)
    access.require(actor, act, locked)
    return locked


def _settle(locked: PaperPledge, step: Transition, **written: Any) -> None:
    keeping.forget_unsettled([locked])
    rows = PaperPledge.objects.filter(pk=locked.pk, state=locked.state)
    if not rows.update(state=step.target, **written):
        raise lifecycle.Forbidden(step, locked.state)
    locked.refresh_from_db()
    locked.state = PaperState(step.target)
