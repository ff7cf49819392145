"""Applying a confirmed roster in the background: all of it in one transaction, or nothing."""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils import timezone
from django_tasks import task

from pledges import access, audit, crash_points, transactions
from pledges.access import SYSTEM, Act
from pledges.actions import people
from pledges.actions.rosters import current, preparing, writing
from pledges.actions.task_queue import is_queued
from pledges.core import refusals, roster_refusals
from pledges.core.rosters.planning import Plan
from pledges.models import Organisation, Roster

logger = logging.getLogger(__name__)

PATIENCE: Final = timedelta(minutes=3)
"""After so long without a sign of work another worker takes it for lost. Being wrong costs nothing:
the second one waits for the first, and then finds that it is applied."""
NOT_ALLOWED: Final = "not-allowed"


def queue(roster: Roster) -> None:
    """Queue it, in the caller's transaction."""
    apply_roster.enqueue(str(roster.pk))


def plan_now(roster: Roster, at: datetime) -> Plan:
    """The plan as things stand; reads only."""
    return current.make_plan(roster, preparing.rows_of(roster), at)


@task()
def apply_roster(roster: str) -> None:
    """What a worker does for a roster."""
    apply(uuid.UUID(roster), at=timezone.now())


def apply(key: uuid.UUID, *, at: datetime) -> None:
    """Apply it whole; where it cannot be, note why, and nothing is changed."""
    try:
        _apply(key, at=at)
    except refusals.Refusal as refusal:
        _fail(key, refusal.kind)
    except access.Denied:
        _fail(key, NOT_ALLOWED)


def resume(at: datetime) -> int:
    """Queue again what nobody seems to work at any more; gives how many."""
    lost = Roster.objects.filter(state=Roster.State.APPLYING, worked_at__lte=at - PATIENCE)
    resumed = 0
    for roster in lost:
        if not is_queued(apply_roster, str(roster.pk)):
            Roster.objects.filter(pk=roster.pk).update(worked_at=at)
            queue(roster)
            resumed += 1
    return resumed


@transactions.durable
def _apply(key: uuid.UUID, *, at: datetime) -> None:
    """Within the one transaction: plan anew under locks, compare, write, and tell the ledger."""
    people.lock_administrators()
    under_way = Roster.objects.filter(pk=key, state=Roster.State.APPLYING)
    roster = under_way.defer("content").first()
    if roster is None:  # another worker has done it
        return
    actor = _actor_of(roster)
    departments = writing.lock_departments()
    plan = plan_now(roster, at)
    if plan.digest != roster.plan_digest:
        raise roster_refusals.RosterStale
    _tell_progress(key, 10)
    writer = writing.Writer(roster, plan, Organisation.current().localdate(at), at, departments)
    writer.write(actor, lambda percent: _tell_progress(key, percent))
    crash_points.reach("roster:written")
    facts = {
        "counts": dict(plan.counts),
        "departments": len(plan.departments),
        "confirmed_by": audit.subject_of(roster.confirmed_by) if roster.confirmed_by else "system",
    }
    done = Roster.objects.filter(pk=key, state=Roster.State.APPLYING)
    done.update(state=Roster.State.APPLIED, finished_at=at, progress=100)
    writer.change_usernames()
    told = [audit.Event("roster.applied", roster, facts), *writer.events]
    audit.record_many(told, actor=actor, at=at)
    crash_points.reach("roster:told")


def _actor_of(roster: Roster) -> access.Actor:
    """In whose name it is applied; they and the second person must still be allowed to."""
    for person in (roster.asked_by, roster.confirmed_by):
        if person is not None:
            access.require(person, Act.IMPORT_PEOPLE)
    return roster.asked_by or SYSTEM


@transactions.durable
def _fail(key: uuid.UUID, reason: str) -> None:
    Roster.objects.filter(pk=key, state=Roster.State.APPLYING).update(
        state=Roster.State.FAILED, failure=reason, progress=0, takes_two=False
    )


def _tell_progress(key: uuid.UUID, percent: int) -> None:
    """Seen by pages while the transaction is under way, so by a connection of its own."""
    aside = connection.copy()
    try:
        with aside.cursor() as cursor:
            cursor.execute(
                "UPDATE pledges_roster SET progress = %s, worked_at = now() WHERE id = %s",
                [percent, key],
            )
    finally:
        aside.close()
