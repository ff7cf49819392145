"""Accepting many pledges in the background: slice by slice, whoever dies on the way."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from pledges import access, audit, crash_points
from pledges.access import Act
from pledges.actions import review
from pledges.core import lifecycle, refusals
from pledges.models import AcceptanceBatch, AcceptanceItem, Person, Pledge
from pledges.models.batches import PATIENCE

logger = logging.getLogger(__name__)

Outcome = AcceptanceItem.Outcome
Clock = Callable[[], datetime]

MAX_BATCH_SIZE = 1_000
# Short enough that mails between two slices are not kept waiting, and a worker that is asked
# to stop can finish the one it is at.
SLICE = 10
# A pledge under which a worker died this often is left to a person.
MAX_TRIES = 3

FLAGGED = "flagged"
OWN = "own"
NOT_ALLOWED = "not-allowed"
NOT_WAITING = "not-waiting"
FAILED = "failed"


@transaction.atomic
def begin(pledges: Sequence[Pledge], *, actor: Person, at: datetime) -> AcceptanceBatch:
    """Write down what is to be accepted and queue the work, both or neither.

    Asked for the same again while it is still under way, gives the batch that is.
    """
    access.require(actor, Act.ACCEPT_MANY)
    keys = {pledge.pk for pledge in pledges}
    if not 0 < len(keys) <= MAX_BATCH_SIZE:
        raise ValueError(f"{len(keys)} pledges cannot be accepted at once")
    # Two clicks at once are decided one after the other.
    Person.objects.select_for_update().get(pk=actor.pk)
    for batch in AcceptanceBatch.objects.filter(officer=actor, finished_at=None):
        if set(batch.items.values_list("pledge_id", flat=True)) == keys:
            return batch
    batch = AcceptanceBatch.objects.create(officer=actor, created_at=at, worked_at=at)
    ordered = sorted(pledges, key=lambda pledge: (pledge.signed_at or at, str(pledge.pk)))
    AcceptanceItem.objects.bulk_create(
        AcceptanceItem(batch=batch, pledge_id=key)
        for key in dict.fromkeys(pledge.pk for pledge in ordered)
    )
    audit.record(
        "acceptance.begun", actor=actor, subject=batch, at=at, facts={"pledges": len(keys)}
    )
    accept_slice.enqueue(batch.pk, batch.turn)
    return batch


def go_on(batch: AcceptanceBatch, *, actor: Person) -> None:
    """Queue an unfinished batch once more; where somebody works at it, they pass it on."""
    access.require(actor, Act.ACCEPT_MANY, batch)
    now = AcceptanceBatch.objects.get(pk=batch.pk)
    if now.finished_at is None:
        accept_slice.enqueue(now.pk, now.turn)


@task()
def accept_slice(batch: int, turn: int) -> None:
    """What the worker does when a turn of a batch has come."""
    work(batch, turn, clock=timezone.now)


def work(batch_id: int, turn: int, *, clock: Clock) -> None:
    """Settle a slice of the batch and queue the next one; does nothing in anybody else's turn."""
    mine = _take_turn(batch_id, turn, at=clock())
    if mine is None:
        return
    waiting = AcceptanceItem.objects.filter(batch_id=batch_id, outcome=Outcome.WAITING)
    for item in list(waiting.select_related("pledge", "batch")[:SLICE]):
        if not _still_at_it(batch_id, mine, at=clock()) or not _settle(item, at=clock()):
            return  # the turn that waits for the case of our death goes on with it
        crash_points.reach("batch:settled")
    if waiting.exists():
        accept_slice.enqueue(batch_id, mine)
    else:
        AcceptanceBatch.objects.filter(pk=batch_id, finished_at=None).update(finished_at=clock())


@transaction.atomic
def _take_turn(batch_id: int, turn: int, *, at: datetime) -> int | None:
    """Claim this turn, and queue the next one for the case that this worker does not live."""
    claimed = AcceptanceBatch.objects.filter(pk=batch_id, turn=turn, finished_at=None).update(
        turn=turn + 1, worked_at=at
    )
    if not claimed:
        return None
    accept_slice.using(run_after=at + PATIENCE).enqueue(batch_id, turn + 1)
    return turn + 1


def _still_at_it(batch_id: int, turn: int, *, at: datetime) -> bool:
    return bool(AcceptanceBatch.objects.filter(pk=batch_id, turn=turn).update(worked_at=at))


def _settle(item: AcceptanceItem, *, at: datetime) -> bool:
    """Accept the pledge or leave it with the reason; nothing that one does stops the others.

    False, with nothing settled, where this machine cannot seal just now.
    """
    waiting = AcceptanceItem.objects.filter(pk=item.pk, outcome=Outcome.WAITING)
    waiting.update(tries=F("tries") + 1)
    try:
        reason = FAILED if item.tries >= MAX_TRIES else _try(item, at)
    except refusals.MakingFailed:
        return True  # it has lost a try, as if this worker had died under it
    except refusals.Unmade:
        waiting.update(tries=F("tries") - 1)
        return False
    outcome = Outcome.LEFT if reason else Outcome.ACCEPTED
    waiting.update(outcome=outcome, reason=reason, settled_at=at)
    return True


def _try(item: AcceptanceItem, at: datetime) -> str:
    """Accept the pledge; gives why not, or nothing where it is accepted."""
    # Read anew for each: an officer may be deactivated while their batch is under way.
    officer = Person.objects.get(pk=item.batch.officer_id)
    if _accepted_by(officer, item.pledge):
        return ""
    if reason := why_not(officer, item.pledge):
        return reason
    try:
        review.accept(item.pledge, actor=officer, at=at)
    except lifecycle.Forbidden:
        return "" if _accepted_by(officer, item.pledge) else NOT_WAITING
    except access.Denied:
        return NOT_ALLOWED
    except refusals.Unmade:
        raise
    except refusals.Refusal as refusal:
        return refusal.kind
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        # A file that cannot be read, a full disk: this pledge stays as it is, for a person.
        logger.exception("pledge %s could not be accepted", item.pledge_id)
        return FAILED
    return ""


def _accepted_by(officer: Person, pledge: Pledge) -> bool:
    """Whether it is done already: by a worker that died before it could say so."""
    return Pledge.objects.filter(
        pk=pledge.pk, status=lifecycle.ACCEPT.target, reviewed_by=officer
    ).exists()


def why_not(officer: Person, pledge: Pledge) -> str:
    """Why `officer` cannot accept `pledge` along with others; empty: nothing speaks against it."""
    if not access.allows(officer, Act.ACCEPT_MANY):
        return NOT_ALLOWED
    if pledge.status not in lifecycle.ACCEPT.sources:
        return NOT_WAITING
    if not access.allows(officer, Act.JUDGE_PLEDGE, pledge):
        return OWN if pledge.person_id == officer.pk else NOT_ALLOWED
    return FLAGGED if pledge.flagged else ""
