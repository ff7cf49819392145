"""How a task ends: closed, with everything counted, or cancelled by two officers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges import access, audit
from pledges.access import Act
from pledges.actions.tasks import cancelling, closing, reports
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.admin.tasks import frames
from pledges.admin.tasks.figures import Tally
from pledges.core.refusal import Refusal
from pledges.core.standings import TaskState
from pledges.core.task_refusals import CancellationWaits
from pledges.models import Person, SigningTask


class ReasonForm(forms.Form):
    """Why a task is cancelled; its members read it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "prose"}),
        help_text=gettext_lazy("Members read it in the email that tells them."),
    )


def close(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """What will be written down; confirmed, the worker closes the task."""
    if elsewhere := frames.require_running(request, task):
        return elsewhere
    if request.method != "POST":
        tally = Tally(task, frames.today())
        return frames.show(
            page,
            request,
            task,
            "close.html",
            title=_("Close the task"),
            subtitle=task.title,
            standings=tally.standings(),
            total=tally.all(),
            to_sign=tally.group("to-sign"),
            objections=tally.objections(),
        )
    return frames.carry_out(
        request,
        lambda: closing.request_close(task, actor=actor_of(request), at=timezone.now()),
        _("The task is being closed. The completion report appears here when it is sealed."),
        frames.address(task),
    )


def report(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """The completion report, which names nobody."""
    try:
        made = reports.read(task, actor=actor_of(request))
    except Refusal as refusal:
        messages.error(request, words.refusal(refusal))
        return redirect(frames.CHANGE, task.pk)
    if made is None:
        raise Http404
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = reports.name_of(task).disposition("attachment")
    response["Cache-Control"] = "no-store"
    return response


def cancel(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """One officer asks, with a reason; another decides, or the first takes it back."""
    access.require(request.user, Act.CANCEL_TASK, task)
    if task.state != TaskState.RUNNING:
        return redirect(frames.CHANGE, task.pk)
    if task.cancellation_asked_at is None:
        return _ask(page, request, task)
    if request.method != "POST":
        return _asked(page, request, task)
    if request.POST.get("decision") in ("cancel", "take-back"):
        return _settle(request, task)
    # The form asks for a cancellation that waits by now: a second click, or another officer's.
    if task.cancellation_asked_by_id != actor_of(request).pk:
        messages.warning(request, words.refusal(CancellationWaits()))
    return redirect(frames.CHANGE, task.pk)


def _ask(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    posted = request.method == "POST"
    form = ReasonForm(request.POST if posted else None)
    if not (posted and form.is_valid()):
        return _show(page, request, task, status=422 if posted else 200, form=form)
    reason = form.cleaned_data["reason"]
    return frames.carry_out(
        request,
        lambda: cancelling.ask(task, reason, actor=actor_of(request), at=timezone.now()),
        _("You asked to cancel the task. A second officer decides. Until then it keeps running."),
        frames.address(task),
    )


def _asked(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    decides = access.allows(request.user, Act.CONFIRM_CANCELLATION, task)
    return _show(page, request, task, decides=decides, seen=cancelling.request_of(task))


def _show(
    page: ModelAdmin, request: HttpRequest, task: SigningTask, status: int = 200, **extra: Any
) -> HttpResponse:
    form = extra.get("form")
    return frames.show(
        page,
        request,
        task,
        "cancel.html",
        status=status,
        title=_("Cancel the task"),
        subtitle=task.title,
        errors=form.errors if form else None,
        tally=Tally(task, frames.today()),
        **extra,
    )


@dataclass(frozen=True)
class Declined:
    """A request to cancel that another officer did not agree to."""

    asked_by: Person | None
    asked_at: datetime
    declined_by: Person | None
    declined_at: datetime


def declined(task: SigningTask) -> Declined | None:
    """The last request to cancel `task`, where somebody else declined it; of a task that runs.

    Read from the ledger: the task itself keeps no request that is settled.
    """
    if task.state != TaskState.RUNNING or task.cancellation_asked_at is not None:
        return None
    asked, settled = "task.cancellation_asked", "task.cancellation_taken_back"
    entries = list(audit.trail(task).filter(event__in=(asked, settled)))[-2:]
    if [each.event for each in entries] != [asked, settled]:
        return None
    request, answer = entries
    if request.actor_id == answer.actor_id:
        return None
    known = Person.objects.in_bulk([request.actor_id, answer.actor_id])
    return Declined(known.get(request.actor_id), request.at, known.get(answer.actor_id), answer.at)


def _settle(request: HttpRequest, task: SigningTask) -> HttpResponse:
    """`decision` is "cancel" or "take-back"."""
    actor, at = actor_of(request), timezone.now()
    if request.POST.get("decision") == "cancel":
        return frames.carry_out(
            request,
            lambda: cancelling.cancel(task, actor=actor, at=at, seen=request.POST.get("seen")),
            _("The task is cancelled. One email tells those who had not signed."),
            frames.address(task),
        )
    return frames.carry_out(
        request,
        lambda: cancelling.take_back(task, actor=actor, at=at),
        _("The task is not cancelled. It keeps running."),
        frames.address(task),
    )
