"""Making a task in one page, changing it while nobody has launched it, and discarding it."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import access
from pledges.access import Act
from pledges.actions.tasks import drafting
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.admin.tasks import frames
from pledges.admin.tasks.forms import TaskForm
from pledges.core.refusal import Refusal
from pledges.core.standings import TaskState
from pledges.models import SigningTask

UNFINISHED: Final = 422
MAX_PREFILLED: Final = 2_000  # characters of employee numbers in an address


def make(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """A new task; kept, it is previewed."""
    access.require(request.user, Act.MAKE_TASK)
    return _form(page, request, None)


def begin(page: ModelAdmin, request: HttpRequest, numbers: str) -> HttpResponse:
    """The form of a new task for people who were chosen elsewhere."""
    access.require(request.user, Act.MAKE_TASK)
    form = TaskForm(None, today=frames.today(), numbers=numbers)
    return _show(page, request, None, form)


def edit(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """The same page for a draft."""
    access.require(request.user, Act.MAKE_TASK)
    if not _is_free(task):
        messages.error(request, _("This task has been launched and can no longer be changed here."))
        return redirect(frames.CHANGE, task.pk)
    return _form(page, request, task)


def _form(page: ModelAdmin, request: HttpRequest, task: SigningTask | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    numbers = request.GET.get("numbers", "")[:MAX_PREFILLED]
    form = TaskForm(posted, today=frames.today(), task=task, numbers=numbers)
    if posted is not None and form.is_valid():
        try:
            kept = drafting.save_task(
                form.drafted(),
                actor=actor_of(request),
                at=timezone.now(),
                task=task,
                seen=request.POST.get("seen"),
            )
        except Refusal as refusal:
            form.add_error(None, words.refusal(refusal))
        else:
            messages.success(request, _("The task is saved. Please check the preview."))
            return redirect(frames.CHANGE, kept.pk)
    return _show(page, request, task, form)


def _show(
    page: ModelAdmin, request: HttpRequest, task: SigningTask | None, form: TaskForm
) -> HttpResponse:
    return frames.show(
        page,
        request,
        task,
        "edit.html",
        opts=SigningTask._meta,
        status=UNFINISHED if form.errors else 200,
        title=_("Change the signing task") if task else _("New signing task"),
        form=form,
        errors=form.errors,
        # What is typed is about the draft that was opened, also where the form is shown again.
        seen=request.POST.get("seen") or (drafting.state_of(task) if task else ""),
    )


def discard(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """Asks first; posted, the draft is deleted: nobody but its makers saw it."""
    access.require(request.user, Act.MAKE_TASK)
    if not _is_free(task):
        return redirect(frames.CHANGE, task.pk)
    if request.method != "POST":
        return frames.show(
            page, request, task, "discard.html", title=_("Discard the draft"), subtitle=task.title
        )
    return frames.carry_out(
        request,
        lambda: drafting.delete_draft(task, actor=actor_of(request)),
        _("The draft was discarded."),
        frames.LIST,
    )


def copy(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """A new draft with all that this task was made of."""
    access.require(request.user, Act.MAKE_TASK)
    made = drafting.copy(task, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("This draft is a copy. Please check its due date first."))
    return redirect("admin:pledges_signingtask_edit", made.pk)


def _is_free(task: Any) -> bool:
    return task.state == TaskState.DRAFT and task.launching_since is None
