"""The page of a task that was launched: how far it is, who is late, and what may be done next."""

from datetime import datetime
from typing import Any, Final

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pledges.actions.tasks import audience, reports, versions, versions_following
from pledges.admin.tasks import ending, frames
from pledges.admin.tasks.figures import Tally
from pledges.admin.tasks.previewed import first_notice
from pledges.core.audiences import AudienceRule
from pledges.core.standings import TaskState
from pledges.models import Excuse, SigningTask

MAX_DEPARTMENTS_OPEN: Final = 12  # the others are folded under these


def shown(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """The whole page; every number on it is the list that its link opens."""
    tally, at = Tally(task, frames.today()), timezone.now()
    departments, marked = tally.departments(), tally.marked()
    return frames.show(
        page,
        request,
        task,
        "overview.html",
        title=task.title,
        tally=tally,
        total=tally.all(),
        signed=tally.group("signed"),
        to_sign=tally.group("to-sign"),
        overdue=tally.overdue(),
        standings=tally.standings(),
        today=tally.today() if tally.closed else [],
        late=[each for each in tally.late() if each.count],
        marked=marked,
        other_dates=next((each for each in marked if each.address.endswith("other-date")), None),
        state=frames.state_of(task),
        declined=ending.declined(task),
        departments=departments[:MAX_DEPARTMENTS_OPEN],
        more_departments=departments[MAX_DEPARTMENTS_OPEN:],
        whole_bar=tally.bar(),
        report=reports.of(task) if tally.closed else None,
        versions=versions.counting(task, frames.today()),
        followed=versions_following.history(task),
        asked_again=tally.asked_again() if task.state == TaskState.RUNNING else None,
        audience_words=audience.in_words(AudienceRule.from_data(task.audience)),
        excuses_waiting=_excuses_waiting(task),
        **first_notice(task),
        **_offered(request, task, at),
    )


def _offered(request: HttpRequest, task: SigningTask, at: datetime) -> dict[str, Any]:
    """Which acts the page offers to this reader, as the task stands at `at`."""
    runs = frames.manages(request) and task.state == TaskState.RUNNING
    untold = task.is_untold(at)
    asked = task.cancellation_asked_at is not None
    return {
        "may_undo": runs and untold and not task.closing_since,
        "may_deal": runs and not task.closing_since,
        "may_remind": runs and not untold and not task.closing_since,
        "may_cancel": runs and not untold and not task.closing_since,
        "cancellation_waits": asked and task.state == TaskState.RUNNING,
        "asked_by_reader": asked and task.cancellation_asked_by_id == request.user.pk,
        "closing": task.state == TaskState.RUNNING and task.closing_since is not None,
        "runs": task.state == TaskState.RUNNING,
        "closed": task.state == TaskState.CLOSED,
        "cancelled": task.state == TaskState.CANCELLED,
        "undone": frames.is_undone(task),
    }


def _excuses_waiting(task: SigningTask) -> int:
    return Excuse.objects.filter(member__task=task, outcome=Excuse.Outcome.OPEN).count()
