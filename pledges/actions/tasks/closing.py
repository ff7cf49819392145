"""Closing a task: where its members stand is written once, and the ledger commits to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils import timezone, translation
from django_tasks import task

from pledges import access, crash_points, transactions
from pledges.access import Act
from pledges.actions.records import completion
from pledges.actions.task_queue import is_queued
from pledges.actions.tasks import issuing_reports, reporting
from pledges.actions.tasks.reporting import Stood
from pledges.core.standings import TaskState
from pledges.core.task_refusals import ClosingUnderWay, TaskNotRunning
from pledges.models import Person, SigningTask, TaskMember

RESUMED_AFTER: Final = timedelta(minutes=2)  # longer than it takes


@transactions.atomic
def request_close(task: SigningTask, *, actor: Person, at: datetime) -> SigningTask:
    """Have a worker close the task; nothing of it can be changed from then on.

    Raises `TaskNotRunning`, `ClosingUnderWay`.
    """
    locked = SigningTask.objects.select_for_update(no_key=True).get(pk=task.pk)
    if locked.state != TaskState.RUNNING:
        raise TaskNotRunning
    access.require(actor, Act.RUN_TASK, locked)
    unasked = SigningTask.objects.filter(
        pk=locked.pk, state=TaskState.RUNNING, closing_since__isnull=True
    )
    if unasked.update(closing_since=at, closed_by=actor) != 1:
        raise ClosingUnderWay
    write_close.enqueue(str(locked.pk))
    locked.refresh_from_db()
    return locked


@task()
def write_close(task_id: str) -> None:
    """What a worker does for a closing that was asked for."""
    close(task_id, at=timezone.now())


def close(task_id: str, *, at: datetime) -> bool:
    """Write where all members stand at `at`, if that is still to be done; False: it is not."""
    done = _close(task_id, at)
    crash_points.reach("close:committed")
    return done


@transactions.atomic
def _close(task_id: str, at: datetime) -> bool:
    asked = SigningTask.objects.select_for_update(no_key=True).filter(
        pk=task_id, state=TaskState.RUNNING, closing_since__isnull=False
    )
    locked = asked.first()
    if locked is None:
        return False
    # Whoever opens a draft for the task has their own row locked, and then reads its state.
    list(locked.members.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    stood = reporting.standing_on(locked, at)
    _write(stood)
    SigningTask.objects.filter(pk=locked.pk).update(
        state=TaskState.CLOSED, closing_since=None, closed_at=at
    )
    locked.refresh_from_db()
    crash_points.reach("close:written")
    language = reporting.language_of(locked)
    with translation.override(language):
        report = reporting.report_of(locked, stood, as_of=at, language=language)
    issuing_reports.queue(locked)
    completion.commit(report, task_id=locked.pk, actor=locked.closed_by or access.SYSTEM, at=at)
    return True


def _write(stood: Sequence[Stood]) -> None:
    """All standings in one statement: thousands of rows, each with a value of its own."""
    table = connection.ops.quote_name(TaskMember._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS kept SET standing_at_close = now.standing,"
            " document_at_close = now.document"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS now (id, standing, document)"
            " WHERE kept.id = now.id AND kept.standing_at_close = ''",
            [
                [each.member_id for each in stood],
                [each.standing for each in stood],
                [each.document for each in stood],
            ],
        )


def resume(at: datetime) -> int:
    """Queue closings again whose worker died at them; gives how many."""
    resumed = 0
    long_ago = at - RESUMED_AFTER
    for each in SigningTask.objects.filter(state=TaskState.RUNNING, closing_since__lte=long_ago):
        if not is_queued(write_close, str(each.pk)):
            write_close.enqueue(str(each.pk))
            resumed += 1
    return resumed
