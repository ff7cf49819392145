"""One member of a task: where they stand, their pledges, what may be done for them."""

from datetime import date
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from pledges import access
from pledges.access import Act
from pledges.actions.tasks import reports
from pledges.admin.filters import sees_drafts
from pledges.admin.tasks import frames, member_lists, notice_history
from pledges.core.standings import REMINDED, Standing, TaskState
from pledges.models import (
    Excuse,
    Leave,
    PaperPledge,
    Pledge,
    SigningTask,
    TaskMember,
    signed_earlier,
)


def find(task: SigningTask, key: int) -> Any:
    """The member of `task`, as they stand today; raises `Http404`."""
    found = TaskMember.objects.filter(task=task).with_standing(frames.today())
    found = found.select_related("task", "person__department", "pledge")
    member = found.filter(pk=key).prefetch_related("excuses__asked_by").first()
    if member is None:
        raise Http404
    return member


def address(member: TaskMember) -> str:
    return reverse("admin:pledges_signingtask_member", args=[member.task_id, member.pk])


def shown(page: ModelAdmin, request: HttpRequest, task: SigningTask, member: int) -> HttpResponse:
    """What is known of them in this task."""
    found, day = find(task, member), frames.today()
    member_lists.describe(found, task, day, frames.calendar())
    runs = task.state == TaskState.RUNNING and frames.manages(request)
    excuses = list(found.excuses.all())
    open_excuse = next((e for e in excuses if e.outcome == Excuse.Outcome.OPEN), None)
    may_excuse = runs and access.allows(request.user, Act.EXCUSE, found)
    return frames.show(
        page,
        request,
        task,
        "member.html",
        title=str(found.person),
        subtitle=task.title,
        member=found,
        excuses=excuses,
        notices=notice_history.of(found),
        open_excuse=open_excuse,
        pledges=_pledges(request, task, found, day),
        papers=_papers(request, task, found),
        leaves=Leave.objects.filter(person=found.person, until_on__gte=day).order_by("from_on"),
        may_deal=runs,
        may_remind=runs and frames.has_begun(task) and found.standing in REMINDED,
        may_excuse=may_excuse and not open_excuse and found.standing != Standing.EXCUSED,
        may_end_excuse=may_excuse and found.standing == Standing.EXCUSED,
        may_settle=bool(open_excuse)
        and access.allows(request.user, Act.APPROVE_EXCUSE, open_excuse),
        closed=task.state == TaskState.CLOSED,
        cancelled=task.state == TaskState.CANCELLED,
        runs=task.state == TaskState.RUNNING,
        has_receipt=bool(found.salt) and reports.of(task) is not None,
    )


def _pledges(
    request: HttpRequest, task: SigningTask, member: TaskMember, day: date
) -> list[tuple[Pledge, Pledge | None]]:
    """Their pledges of this kind, the newest first, that the reader may open; drafts as such.

    Each with the one on a later version that was signed beside it.
    """
    drafts = sees_drafts(request.user)
    kind = Pledge.objects.filter(person=member.person_id, version__template=task.template_id)
    own = list(kind.select_related("version").order_by("-created_at"))
    return [
        (each, signed_earlier.newer_of(each, own, day))
        for each in own
        if access.allows(request.user, Act.READ_PLEDGE, each) and (drafts or each.signed_at)
    ]


def _papers(request: HttpRequest, task: SigningTask, member: TaskMember) -> list[PaperPledge]:
    """What they signed of this kind on paper, the newest first."""
    if not access.allows(request.user, Act.LIST_PAPERS):
        return []
    own = PaperPledge.objects.of(member.person).filed()
    of_kind = own.filter(version__template=task.template_id)
    return list(of_kind.select_related("version").order_by("-signed_on"))
