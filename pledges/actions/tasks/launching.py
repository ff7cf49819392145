"""Launching a task: asked for by an officer, written by a worker in one transaction, or not at all.

Until the first notices leave, within working hours, nobody was told, and the launch can be undone
without a reason. It is cancelled then, not a draft again: the ledger has committed to its list.
"""

import logging
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import task

from pledges import access, audit, crash_points, transactions
from pledges.access import Act
from pledges.actions.task_queue import is_queued
from pledges.actions.tasks import audience, drafting, membership, versions
from pledges.actions.working_calendar import current_calendar
from pledges.core.audiences import AudienceRule
from pledges.core.due_rules import DueRule, due_on
from pledges.core.refusal import Refusal
from pledges.core.standings import Joined, TaskState
from pledges.core.task_refusals import LaunchUnderWay, NobodyInTask, TaskNotDraft, UndoTooLate
from pledges.models import Organisation, Person, SigningTask, TaskVersion, TemplateVersion
from pledges.notices import tasks

logger = logging.getLogger(__name__)

NOTICES_AFTER: Final = timedelta(minutes=15)
# Longer than it takes: whoever is at it is not disturbed.
RESUMED_AFTER: Final = timedelta(minutes=2)


@transactions.atomic
def request_launch(
    task: SigningTask, *, actor: Person, at: datetime, seen: str | None = None
) -> SigningTask:
    """Have a worker write the members of the draft `task`; nobody can edit it from then on.

    `seen` is the `drafting.state_of` what was looked at. Raises `TaskNotDraft`, `TaskChanged`,
    `LaunchUnderWay`, `NobodyInTask`, `NoVersion` and `DueInThePast`.
    """
    locked = SigningTask.objects.select_for_update(no_key=True).filter(pk=task.pk).first()
    if locked is None or locked.state != TaskState.DRAFT:
        raise TaskNotDraft
    access.require(actor, Act.LAUNCH_TASK, locked)
    if locked.launching_since is not None:
        raise LaunchUnderWay
    drafting.require_seen(locked, seen)
    people, _counting = _audience(locked, at)
    if not people.exists():
        raise NobodyInTask
    _due(locked, at)
    asked = SigningTask.objects.filter(
        pk=locked.pk, state=TaskState.DRAFT, launching_since__isnull=True
    )
    if asked.update(launching_since=at, launched_by=actor, launch_fault="") != 1:
        raise LaunchUnderWay
    write_members.enqueue(str(locked.pk))
    locked.refresh_from_db()
    return locked


@task()
def write_members(task_id: str) -> None:
    """What a worker does for a launch that was asked for."""
    launch(task_id, at=timezone.now())


def launch(task_id: str, *, at: datetime) -> bool:
    """Write the members, if that is still to be done; False: it is not, or cannot be.

    What speaks against it by now (nobody is left, the due date has passed) is kept with the draft,
    which can be edited again.
    """
    try:
        done = _launch(task_id, at)
    except Refusal as refusal:
        logger.warning("task %s was not launched: %s", task_id, refusal.kind)
        waiting = SigningTask.objects.filter(pk=task_id, state=TaskState.DRAFT)
        waiting.update(launching_since=None, launched_by=None, launch_fault=refusal.kind)
        return False
    crash_points.reach("launch:committed")
    return done


@transactions.atomic
def _launch(task_id: str, at: datetime) -> bool:
    asked = SigningTask.objects.select_for_update(no_key=True).filter(
        pk=task_id, state=TaskState.DRAFT, launching_since__isnull=False
    )
    locked = asked.first()
    if locked is None:
        return False
    people, counting = _audience(locked, at)
    due = _due(locked, at)
    found = people.values_list("pk", "employee_number", "name")
    joiners = [membership.Joiner(*row) for row in found]
    if not joiners:
        raise NobodyInTask
    membership.write(locked, joiners, why=Joined.LAUNCH, due_on=due, at=at)
    TaskVersion.objects.bulk_create(TaskVersion(task=locked, version=each) for each in counting)
    written = SigningTask.objects.filter(pk=locked.pk, state=TaskState.DRAFT).update(
        state=TaskState.RUNNING,
        launching_since=None,
        launched_at=at,
        first_notices_at=first_notices_at(at),
        due_on=due,
    )
    if written != 1:
        raise TaskNotDraft
    locked.refresh_from_db()
    tasks.queue_first_notices(locked)
    crash_points.reach("launch:written")
    facts = membership.chained(locked) | {
        "template": locked.template.slug,
        "versions": [version.digest for version in counting],
        "due_on": due.isoformat(),
    }
    audit.record(membership.LAUNCHED, actor=locked.launched_by, subject=locked, at=at, facts=facts)
    return True


def resume(at: datetime) -> int:
    """Queue launches again whose worker died at them; gives how many."""
    resumed = 0
    long_ago = at - RESUMED_AFTER
    for each in SigningTask.objects.filter(state=TaskState.DRAFT, launching_since__lte=long_ago):
        if not is_queued(write_members, str(each.pk)):
            write_members.enqueue(str(each.pk))
            resumed += 1
    return resumed


@transactions.atomic
def undo(task: SigningTask, *, actor: Person, at: datetime) -> SigningTask:
    """Call a launch back before anybody was told of it. Raises `TaskNotRunning`, `UndoTooLate`."""
    locked = membership.locked_running(task)
    access.require(actor, Act.LAUNCH_TASK, locked)
    if locked.first_notices_at is None or at >= locked.first_notices_at:
        raise UndoTooLate
    running = SigningTask.objects.filter(pk=locked.pk, state=TaskState.RUNNING)
    # What somebody asked for meanwhile is settled by it: this takes no second person.
    running.update(cancellation_reason="", cancellation_asked_at=None, cancellation_asked_by=None)
    if running.update(state=TaskState.CANCELLED, cancelled_at=at, cancelled_by=actor) != 1:
        raise UndoTooLate
    locked.refresh_from_db()
    facts = {"task": str(locked.pk), "size": locked.members.count()}
    audit.record("task.undone", actor=actor, subject=locked, at=at, facts=facts)
    return locked


def first_notices_at(at: datetime) -> datetime:
    """When the first notices of what is launched at `at` leave: people are written to in hours."""
    hours = Organisation.current().working_hours(current_calendar())
    return hours.next_moment(at + NOTICES_AFTER)


def _audience(task: SigningTask, at: datetime) -> "tuple[QuerySet[Person], list[TemplateVersion]]":
    day = Organisation.current().localdate(at)
    counting = versions.counting(task, day)
    rule = AudienceRule.from_data(task.audience)
    return audience.members_of(rule, task.template, counting, day), counting


def _due(task: SigningTask, at: datetime) -> date:
    day = Organisation.current().localdate(at)
    return due_on(DueRule.from_data(task.due_rule), day, current_calendar())
