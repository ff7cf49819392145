"""Accepting many pledges in the background, shared out among all workers, whoever of them dies."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django_tasks import task

from pledges import access, audit, crash_points, transactions
from pledges.access import Act
from pledges.actions import review
from pledges.actions.task_queue import is_queued
from pledges.core import lifecycle, refusals
from pledges.models import AcceptanceBatch, AcceptanceItem, Person, Pledge
from pledges.models.batches import PATIENCE

logger = logging.getLogger(__name__)

Outcome = AcceptanceItem.Outcome
Clock = Callable[[], datetime]

# A queue of its own: a worker that cannot seal leaves it to others.
QUEUE = "sealing"
MAX_BATCH_SIZE = 1_000
# Short enough that mails between two slices are not kept waiting, and a worker that is asked
# to stop can finish the one it is at.
SLICE = 10
# So many tasks of one batch wait in the queue at most: as many workers share it out.
MAX_TASKS = 8
# A pledge that so often could not be accepted, or under which workers died, is left to a person.
MAX_TRIES = 3
# When a worker that turns out to be unable to seal tries again.
KEYS_LATER = timedelta(seconds=30)
KEYS = (refusals.KeysUnusable, refusals.KeyExpired, refusals.CompanyNotPinned)

FLAGGED = "flagged"
OWN = "own"
NOT_ALLOWED = "not-allowed"
NOT_WAITING = "not-waiting"
FAILED = "failed"


class _NotNow(Exception):
    """The pledge could not be accepted this time, for a reason that may pass."""


@transactions.atomic
def begin(pledges: Sequence[Pledge], *, actor: Person, at: datetime) -> AcceptanceBatch:
    """Write down what is to be accepted and queue the work, both or neither.

    Asked for the same again while it is still under way, gives the batch that is.
    """
    access.require(actor, Act.ACCEPT_MANY)
    keys = {pledge.pk for pledge in pledges}
    if not 0 < len(keys) <= MAX_BATCH_SIZE:
        raise ValueError(f"{len(keys)} pledges cannot be accepted at once")
    # Two clicks at once are decided one after the other.
    Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
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
    _queue(batch.pk, len(keys))
    return batch


def go_on(batch: AcceptanceBatch, *, actor: Person) -> None:
    """Queue the rest of an unfinished batch once more; what others are at stays theirs."""
    access.require(actor, Act.ACCEPT_MANY, batch)
    if waiting := batch.items.waiting().count():
        _queue(batch.pk, waiting)


def resume(at: datetime) -> int:
    """Queue what is free and nobody is about to take, in how many batches: workers died at it."""
    resumed = 0
    for batch in AcceptanceBatch.objects.filter(finished_at=None):
        _finish(batch.pk, at)
        if (free := batch.items.free(at).count()) and not is_queued(accept_slice, batch.pk):
            _queue(batch.pk, free)
            resumed += 1
    return resumed


def _queue(batch_id: int, pledges: int) -> None:
    for _task in range(min(MAX_TASKS, -(-pledges // SLICE))):
        accept_slice.enqueue(batch_id)


@task(queue_name=QUEUE)
def accept_slice(batch: int, turn: int = 0) -> None:
    """What a worker does for a batch when its turn has come; tasks of before named the turn."""
    work(batch, clock=timezone.now)


def work(batch_id: int, *, clock: Clock) -> None:
    """Settle a slice of what nobody has taken, and queue the next one while there is any."""
    for _item in range(SLICE):
        item = _take(batch_id, at=clock())
        if item is None:
            break
        if not _settle(item, at=clock()):
            accept_slice.using(run_after=clock() + KEYS_LATER).enqueue(batch_id)
            return
        crash_points.reach("batch:settled")
    if AcceptanceItem.objects.filter(batch_id=batch_id).free(clock()).exists():
        accept_slice.enqueue(batch_id)
    else:
        _finish(batch_id, clock())


@transactions.atomic
def _take(batch_id: int, *, at: datetime) -> AcceptanceItem | None:
    """Claim the next pledge for this worker, for a while; None where all are taken or settled."""
    free = AcceptanceItem.objects.filter(batch_id=batch_id).free(at)
    free = free.select_for_update(no_key=True, skip_locked=True, of=("self",))
    item = free.select_related("pledge", "batch").first()
    if item is None:
        return None
    item.tries += 1
    item.taken_until = at + PATIENCE
    item.save(update_fields=["tries", "taken_until"])
    AcceptanceBatch.objects.filter(pk=batch_id).update(worked_at=at)
    return item


def _finish(batch_id: int, at: datetime) -> None:
    """Note the end of a batch of which nothing waits any more."""
    waiting = AcceptanceItem.objects.filter(batch=OuterRef("pk")).waiting()
    unfinished = AcceptanceBatch.objects.filter(pk=batch_id, finished_at=None)
    unfinished.filter(~Exists(waiting)).update(finished_at=at)


def _settle(item: AcceptanceItem, *, at: datetime) -> bool:
    """Accept the pledge, or leave it with the reason, or for later; False: nothing is sealed here.

    Nothing that one pledge does stops the others.
    """
    mine = AcceptanceItem.objects.waiting().filter(pk=item.pk)
    try:
        reason = FAILED if item.tries > MAX_TRIES else _try(item, at)
    except (_NotNow, refusals.MakingFailed):
        mine.update(taken_until=at + PATIENCE)
        return True
    except (*KEYS, refusals.Unmade) as error:
        logger.error("This worker cannot seal, and leaves it to others: %r", error)
        mine.update(tries=F("tries") - 1, taken_until=None)
        return False
    outcome = Outcome.LEFT if reason else Outcome.ACCEPTED
    mine.update(outcome=outcome, reason=reason, settled_at=at)
    return True


def _try(item: AcceptanceItem, at: datetime) -> str:
    """Accept the pledge; gives why not, or nothing where it is accepted. Raises KEYS, _NotNow."""
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
    except (*KEYS, refusals.Unmade):
        raise
    except refusals.StorageUnavailable as error:
        # A full disk, a store that does not answer.
        raise _NotNow from error
    except refusals.Refusal as refusal:
        return refusal.kind
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:
        # A file or a service that fails in a way that nobody named.
        logger.exception("pledge %s could not be accepted", item.pledge_id)
        raise _NotNow from error
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
