"""What the pages about one task share: their frame, who may do what, and how an act ends."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import access
from pledges.access import Act
from pledges.actions.working_calendar import current_calendar
from pledges.admin import words
from pledges.core.refusal import Refusal
from pledges.core.standings import TaskState
from pledges.core.working_days import Calendar
from pledges.models import Organisation, SigningTask

CHANGE = "admin:pledges_signingtask_change"
LIST = "admin:pledges_signingtask_changelist"


def today() -> date:
    """The organisation's date."""
    return Organisation.current().localdate(timezone.now())


def calendar() -> Calendar:
    """By which days are counted; read it once for a page."""
    return current_calendar()


def address(task: SigningTask) -> str:
    """Where the page of `task` is."""
    return reverse(CHANGE, args=[task.pk])


def manages(request: HttpRequest) -> bool:
    """Whether somebody makes tasks and deals with their members; others read."""
    return access.allows(request.user, Act.RUN_TASK)


def has_begun(task: SigningTask) -> bool:
    """Whether its first notices have left: before, nobody is reminded of what they do not know."""
    return task.first_notices_at is not None and task.first_notices_at <= timezone.now()


def is_undone(task: SigningTask) -> bool:
    """Whether its launch was called back before anybody was told: that took no reason."""
    return task.state == TaskState.CANCELLED and task.cancellation_asked_at is None


def state_of(task: SigningTask) -> str:
    """The word for where a task stands, the same on every page."""
    return _("Launch undone") if is_undone(task) else str(task.get_state_display())


def require_running(request: HttpRequest, task: SigningTask) -> HttpResponse | None:
    """None where the reader may deal with the members of a task that runs; else its page."""
    access.require(request.user, Act.RUN_TASK)
    return None if task.state == TaskState.RUNNING else redirect(CHANGE, task.pk)


def show(
    page: ModelAdmin,
    request: HttpRequest,
    task: SigningTask | None,
    template: str,
    *,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """A page about `task`, or about none yet."""
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "task": task,
        "manages": manages(request),
        "media": page.media,
        **extra,
    }
    return TemplateResponse(request, f"admin/tasks/{template}", context, status=status)


def carry_out(
    request: HttpRequest, act: Callable[[], Any], done: str | Callable[[Any], str], then: str
) -> HttpResponse:
    """Do it; then, on the page `then`, say what was done, or why it was not."""
    try:
        result = act()
    except Refusal as refusal:
        messages.error(request, words.refusal(refusal))
    else:
        messages.success(request, done(result) if callable(done) else done)
    return redirect(then)
