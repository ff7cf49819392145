"""Launching a task, undoing that while nobody has been told, and how far the worker is."""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import access
from pledges.access import Act
from pledges.actions.tasks import launching
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.admin.tasks import frames
from pledges.core.refusal import Refusal
from pledges.core.standings import TaskState
from pledges.models import SigningTask


def launch(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """Ask for the launch; the worker writes the members, and the task's page says how far it is."""
    access.require(request.user, Act.LAUNCH_TASK)
    try:
        launching.request_launch(
            task, actor=actor_of(request), at=timezone.now(), seen=request.POST.get("seen")
        )
    except Refusal as refusal:
        messages.error(request, words.refusal(refusal))
    return redirect(frames.CHANGE, task.pk)


def undo(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """Call the launch back, as long as the first notices have not left."""
    access.require(request.user, Act.LAUNCH_TASK)
    try:
        launching.undo(task, actor=actor_of(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words.refusal(refusal))
    else:
        messages.success(
            request, _("The launch was undone. Nobody was told. A copy can be launched instead.")
        )
    return redirect(frames.CHANGE, task.pk)


def progress(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """The part of the page that moves while the worker writes the members, or the report."""
    context = {
        "written": task.members.count(),
        "goes_on": is_going_on(task),
        "launched": task.state == TaskState.RUNNING,
    }
    return frames.show(page, request, task, "going_on.html", **context)


def is_going_on(task: SigningTask) -> bool:
    """Whether the worker is at it."""
    if task.state == TaskState.DRAFT:
        return task.launching_since is not None
    return task.state == TaskState.RUNNING and task.closing_since is not None
