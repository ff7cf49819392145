"""Excuses: asked for on a member's page, decided by a second officer from the list of open ones."""

import uuid
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges import access
from pledges.access import Act
from pledges.actions.tasks import excusing
from pledges.admin.base import actor_of
from pledges.admin.tasks import frames
from pledges.admin.tasks.forms import day_input
from pledges.admin.tasks.member_page import address, find
from pledges.core.standings import ExcuseReason, TaskState
from pledges.models import Excuse, SigningTask

WAITING = "admin:pledges_signingtask_excuses"


class ExcuseForm(forms.ModelForm):
    """Why somebody need not sign, and until when; never a diagnosis."""

    class Meta:
        model = Excuse
        fields = ("reason", "until_on")
        widgets = {"reason": forms.RadioSelect, "until_on": day_input()}
        labels = {"until_on": gettext_lazy("Until and including")}

    def __init__(self, *args: Any, after: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.after = after
        choices = Excuse._meta.get_field("reason").choices
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]

    def clean_until_on(self) -> Any:
        day = self.cleaned_data["until_on"]
        if day < self.after:
            raise forms.ValidationError(_("This date has passed."))
        return day


def ask(page: ModelAdmin, request: HttpRequest, task: SigningTask, member: int) -> HttpResponse:
    """Takes reason and day; the excuse counts once a second officer has approved it."""
    if elsewhere := frames.require_running(request, task):
        return elsewhere
    found = find(task, member)
    access.require(request.user, Act.EXCUSE, found)
    posted = request.method == "POST"
    form = ExcuseForm(request.POST if posted else None, after=frames.today())
    if not (posted and form.is_valid()):
        return frames.show(
            page,
            request,
            task,
            "excuse.html",
            status=422 if posted else 200,
            title=_("Ask for an excuse: %(person)s") % {"person": found.person},
            subtitle=task.title,
            member=found,
            back=address(found),
            form=form,
            errors=form.errors,
        )
    asked = form.cleaned_data
    return frames.carry_out(
        request,
        lambda: excusing.ask(
            found,
            reason=ExcuseReason(asked["reason"]),
            until_on=asked["until_on"],
            actor=actor_of(request),
            at=timezone.now(),
        ),
        _("You asked for the excuse. It counts when a second officer has approved it."),
        address(found),
    )


def end(page: ModelAdmin, request: HttpRequest, task: SigningTask, member: int) -> HttpResponse:
    """End the excuse that holds before its day."""
    if elsewhere := frames.require_running(request, task):
        return elsewhere
    found = find(task, member)
    access.require(request.user, Act.EXCUSE, found)
    holding = [each for each in found.excuses.all() if holds(each)]
    if not holding:
        return redirect(address(found))
    return frames.carry_out(
        request,
        lambda: excusing.end(holding[0], actor=actor_of(request), at=timezone.now()),
        _("The excuse has ended. The member now has to sign."),
        address(found),
    )


def holds(excuse: Excuse) -> bool:
    """Whether it was approved, and its day has not passed."""
    approved = excuse.outcome == Excuse.Outcome.APPROVED and excuse.ended_at is None
    return approved and excuse.until_on >= frames.today()


def open_ones() -> QuerySet[Excuse]:
    """Those that can still be decided: of a task that has ended nothing is."""
    return Excuse.objects.filter(outcome=Excuse.Outcome.OPEN, member__task__state=TaskState.RUNNING)


def waiting(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """All that wait for a second officer, or those of one task, the oldest first."""
    found = open_ones().order_by("asked_at")
    found = found.select_related("member__task", "member__person__department", "asked_by")
    if key := _key(request.GET.get("task", "")):
        found = found.filter(member__task=key)
    listed = [(each, access.allows(request.user, Act.APPROVE_EXCUSE, each)) for each in found]
    return frames.show(
        page, request, None, "excuses.html", title=_("Excuses waiting"), listed=listed
    )


def count_waiting(request: HttpRequest) -> int:
    """How many wait, for those who read of them."""
    if not access.allows(request.user, Act.READ_TASKS):
        return 0
    return open_ones().count()


def settle(page: ModelAdmin, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`decision` is "approve" or "reject"."""
    excuse = Excuse.objects.select_related("member__task").filter(pk=pk).first()
    if excuse is None:
        raise Http404
    access.require(request.user, Act.APPROVE_EXCUSE, excuse)
    actor, at = actor_of(request), timezone.now()
    decision = request.POST.get("decision")
    if decision not in ("approve", "reject"):
        return redirect(WAITING)
    approve = decision == "approve"
    act = excusing.approve if approve else excusing.reject
    done = _("The excuse is approved.") if approve else _("The excuse is rejected.")
    return frames.carry_out(
        request, lambda: act(excuse, actor=actor, at=at), done, reverse(WAITING)
    )


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
