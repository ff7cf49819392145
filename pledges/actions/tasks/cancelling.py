"""Cancelling a running task: asked for with a reason, done by a second officer; it stays listed.

Drafts that were opened for it are withdrawn; what was signed stays, and is reviewed as ever.
"""

from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions.tasks import membership
from pledges.actions.withdrawing import withdraw_many
from pledges.core.characters import made_visible, unified_line_breaks
from pledges.core.digests import digest_of
from pledges.core.lifecycle import Why
from pledges.core.refusals import ReasonMissing
from pledges.core.standings import TaskState
from pledges.core.task_refusals import CancellationWaits, NoCancellation, TaskChanged
from pledges.models import Person, Pledge, SigningTask, TaskMember
from pledges.notices import tasks

MAX_REASON: Final = 2_000  # characters


@transactions.atomic
def ask(task: SigningTask, reason: str, *, actor: Person, at: datetime) -> SigningTask:
    """Ask for the cancellation; until a second officer agrees, the task goes on as it is.

    Raises `TaskNotRunning`, `ReasonMissing`, `CancellationWaits`.
    """
    locked = membership.locked_running(task)
    access.require(actor, Act.CANCEL_TASK, locked)
    words = made_visible(unified_line_breaks(reason.strip())[:MAX_REASON], "\n")
    if not words:
        raise ReasonMissing
    unasked = SigningTask.objects.filter(pk=locked.pk, cancellation_asked_at__isnull=True)
    asked = {"cancellation_asked_at": at, "cancellation_asked_by": actor}
    if unasked.update(cancellation_reason=words, **asked) != 1:
        raise CancellationWaits
    locked.refresh_from_db()
    _record("task.cancellation_asked", locked, actor=actor, at=at, personal={"reason": words})
    return locked


@transactions.atomic
def take_back(task: SigningTask, *, actor: Person, at: datetime) -> SigningTask:
    """The task goes on: nobody asks for its cancellation any longer, whoever asked.

    Raises `TaskNotRunning`, `NoCancellation`.
    """
    locked = membership.locked_running(task)
    access.require(actor, Act.CANCEL_TASK, locked)
    asked = SigningTask.objects.filter(pk=locked.pk, cancellation_asked_at__isnull=False)
    nobody = {"cancellation_asked_at": None, "cancellation_asked_by": None}
    if asked.update(cancellation_reason="", **nobody) != 1:
        raise NoCancellation
    locked.refresh_from_db()
    _record("task.cancellation_taken_back", locked, actor=actor, at=at)
    return locked


@transactions.atomic
def cancel(
    task: SigningTask, *, actor: Person, at: datetime, seen: str | None = None
) -> SigningTask:
    """End the task for the reason that another officer gave.

    `seen` is the `request_of` what was looked at. Raises `TaskNotRunning`, `NoCancellation`,
    `TaskChanged` where it was asked for anew, perhaps with another reason.
    """
    locked = membership.locked_running(task)
    if locked.cancellation_asked_at is None:
        raise NoCancellation
    access.require(actor, Act.CONFIRM_CANCELLATION, locked)
    if seen is not None and seen != request_of(locked):
        raise TaskChanged
    # Whoever opens a draft for the task has their own row locked, and then reads its state.
    list(locked.members.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    running = SigningTask.objects.filter(pk=locked.pk, state=TaskState.RUNNING)
    if running.update(state=TaskState.CANCELLED, cancelled_at=at, cancelled_by=actor) != 1:
        raise NoCancellation
    locked.refresh_from_db()
    tasks.announce_cancelled(locked)
    withdrawn = _withdraw_drafts(locked, actor=actor, at=at)
    _record("task.cancelled", locked, actor=actor, at=at, drafts=withdrawn)
    return locked


def request_of(task: SigningTask) -> str:
    """By which a page knows the request that it shows; "" where there is none."""
    if task.cancellation_asked_at is None:
        return ""
    asked_at = task.cancellation_asked_at.isoformat()
    return digest_of([asked_at, task.cancellation_asked_by_id, task.cancellation_reason])


def open_drafts(task: SigningTask) -> "QuerySet[Pledge]":
    """The drafts that members opened for `task`, or correct after a return, for no other one."""
    others = TaskMember.objects.filter(task__state=TaskState.RUNNING).exclude(task=task)
    return (
        Pledge.objects.drafts()
        .filter(Q(memberships__task=task) | Q(corrects__memberships__task=task))
        .exclude(memberships__in=others)
        .distinct()
    )


def _withdraw_drafts(task: SigningTask, *, actor: Person, at: datetime) -> int:
    keys = list(open_drafts(task).values_list("pk", flat=True))
    ended = withdraw_many(keys, actor=actor, at=at, why=Why.TASK_CANCELLED)
    return ended.withdrawn + ended.deleted


def _record(
    event: str,
    task: SigningTask,
    *,
    actor: Person,
    at: datetime,
    personal: dict[str, object] | None = None,
    **counts: int,
) -> None:
    facts = {"task": str(task.pk), "size": task.members.count(), **counts}
    audit.record(event, actor=actor, subject=task, at=at, facts=facts, personal=personal)
