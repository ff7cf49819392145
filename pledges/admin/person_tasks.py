"""Somebody's signing tasks, on their own page: reminding them, and adding them to one that runs."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges import access
from pledges.access import Act
from pledges.actions.tasks import joining
from pledges.admin import words
from pledges.admin.account_pages import CHANGE
from pledges.admin.base import actor_of
from pledges.admin.employment_pages import ask
from pledges.admin.tasks import frames
from pledges.admin.tasks.standing_words import label_of
from pledges.core import refusals
from pledges.core.standings import REMINDED, TaskState
from pledges.models import Person, SigningTask, TaskMember


class TaskChoiceForm(forms.Form):
    """One of the running tasks that somebody is not a member of."""

    task = forms.ModelChoiceField(
        label=gettext_lazy("Signing task"), queryset=SigningTask.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, person: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["task"].queryset = open_to(person)  # type: ignore[attr-defined]


def open_to(person: Person) -> Any:
    """The running tasks that `person` could be added to."""
    running = SigningTask.objects.filter(state=TaskState.RUNNING)
    return running.exclude(members__person=person)


def _why_none() -> str:
    if SigningTask.objects.filter(state=TaskState.RUNNING).exists():
        return _("This person is already a member of every running signing task.")
    return _("No signing task is running.")


def memberships(request: HttpRequest, person: Person, today: date) -> list[dict[str, Any]]:
    """Each with its standing, and where to remind them of it; the newest first.

    Of a task that was cancelled nothing is due.
    """
    found: Any = TaskMember.objects.filter(person=person).with_standing(today)
    reminds = access.allows(request.user, Act.REMIND_MEMBERS)
    return [
        {
            "member": member,
            "label": label_of(member.standing, member.task),
            "state": frames.state_of(member.task),
            "due_on": None if member.task.state == TaskState.CANCELLED else member.due_on,
            "remind": reminds
            and member.task.state == TaskState.RUNNING
            and frames.has_begun(member.task)
            and member.standing in REMINDED
            and reverse("admin:pledges_signingtask_remind", args=[member.task_id])
            + f"?member={member.pk}",
        }
        for member in found.select_related("task").order_by("-joined_at")
    ]


def add(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponse:
    """Asks which task, and makes the person a member of it."""
    access.require(request.user, Act.RUN_TASK)
    form = TaskChoiceForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        task = form.cleaned_data["task"]
        try:
            joining.add_by_hand(task, [person], actor=actor_of(request), at=timezone.now())
        except refusals.Refusal as refusal:
            form.add_error(None, words.refusal(refusal))
        else:
            text = _("%(person)s is now a member of “%(task)s”. An email tells them.")
            messages.success(request, text % {"person": person, "task": task})
            return redirect(CHANGE, person.pk)
    context = {
        "form": form,
        "button": gettext_lazy("Add to this task"),
        "nothing": "" if open_to(person).exists() else _why_none(),
    }
    return ask(page, request, person, _("Add to a signing task"), context)
