"""The completion report of a closed task: made, sealed and issued by a worker that has the keys."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone, translation
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from pledges.access import SYSTEM
from pledges.actions import batches
from pledges.actions.records import completion
from pledges.actions.tasks import reporting
from pledges.core.refusal import Refusal
from pledges.core.standings import TaskState
from pledges.models import IssuedRecord, SigningTask

logger = logging.getLogger(__name__)

GIVEN_UP_AFTER: Final = timedelta(hours=1)
"""Much longer than it takes. Being wrong costs nothing: whoever comes second finds it issued."""


def queue(task: SigningTask) -> None:
    """Have the report of `task` issued, in the transaction that closes it."""
    issue_report.enqueue(str(task.pk))


@task(queue_name=batches.QUEUE)
def issue_report(task_id: str) -> None:
    """What a worker with keys does for a task that was closed."""
    issue(task_id, at=timezone.now())


def issue(task_id: str, *, at: datetime) -> IssuedRecord | None:
    """The report as it was committed to, issued once; None where it cannot be made at present.

    Then nothing is issued, and `resume` has it tried again.
    """
    task = SigningTask.objects.select_related("template", "closed_by").get(pk=task_id)
    if task.state != TaskState.CLOSED or task.closed_at is None:
        return None
    stood = reporting.stood_at_close(task)
    language = reporting.language_of(task)
    with translation.override(language):
        report = reporting.report_of(task, stood, as_of=task.closed_at, language=language)
    try:
        return completion.issue(report, task_id=task.pk, actor=task.closed_by or SYSTEM, at=at)
    except Refusal as refusal:
        logger.error("the report of task %s was not issued: %s", task_id, refusal.kind)
        return None


def resume(at: datetime) -> int:
    """Queue the reports that are missing and that nobody is about to make; gives how many."""
    subject = Concat(Value("signingtask:"), Cast(OuterRef("pk"), CharField()))
    issued = IssuedRecord.objects.filter(kind=IssuedRecord.Kind.COMPLETION, subject=subject)
    missing = SigningTask.objects.filter(~Exists(issued), state=TaskState.CLOSED)
    resumed = 0
    for each in missing.order_by(F("closed_at")):
        queued = DBTaskResult.objects.filter(
            task_path=issue_report.module_path, args_kwargs__args__0=str(each.pk)
        )
        # The queue gives a task up that workers died of, and holds it for running ever after.
        alive = Q(status="RUNNING", started_at__gt=at - GIVEN_UP_AFTER)
        if not queued.filter(Q(status="READY") | alive).exists():
            queue(each)
            resumed += 1
    return resumed
