"""The member's side of a signing task: what they are asked for, opening it, objecting to it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from pledges import access, wording
from pledges.access import Act
from pledges.actions import rate_limiting
from pledges.actions.tasks import objecting, opening, receipts, reports
from pledges.actions.working_calendar import current_calendar
from pledges.core import refusals
from pledges.core.standings import TaskState
from pledges.forms.objections import ObjectionForm
from pledges.models import Organisation, Pledge, TaskMember
from pledges.views import memberships
from pledges.views.accounts import person_of
from pledges.views.memberships import OwnTask

_get_or_post = require_http_methods(["GET", "HEAD", "POST"])
MAX_A_MINUTE = 10
"""Receipts for one person, and as many objections: one costs a report's list, one an entry."""


def _find(request: HttpRequest, pk: uuid.UUID) -> OwnTask | None:
    person, at = person_of(request), timezone.now()
    today = Organisation.current().localdate(at)
    member = memberships.known_to(person, at, today).filter(task=pk).first()
    return memberships.as_seen(member, today, current_calendar()) if member else None


def _not_yours(request: HttpRequest) -> HttpResponse:
    """The same for a task that there is, and for none: whoever asks learns neither."""
    return render(request, "task_not_yours.html", status=404)


@require_safe
def task(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Where a mail leads: to the draft that is open, or to the page with the one button."""
    found = _find(request, pk)
    if found is None:
        return _not_yours(request)
    if found.draft and found.runs and found.to_sign:
        return redirect("pledge", pk=found.draft.pk)
    return render(request, "task.html", {"own": found, **_signed(found)})


def _signed(found: OwnTask) -> dict[str, Any]:
    """The pledge that counts in the task, where there is one."""
    counting = found.task.counting.values("version")
    own = Pledge.objects.of(found.member.person).filter(version__in=counting)
    is_closed = found.task.state == TaskState.CLOSED and bool(found.member.salt)
    has_report = is_closed and reports.of(found.task) is not None
    return {
        "pledge": own.issued().order_by("-signed_at").first(),
        "has_report": has_report,
        "awaits_report": is_closed and not has_report,
    }


@_get_or_post
def open_task(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The member's first click makes the draft; any later one leads to it."""
    found = _find(request, pk)
    if found is None:
        return _not_yours(request)
    if request.method != "POST":
        return redirect("task", pk=pk)
    try:
        draft = opening.open_for(
            found.member,
            actor=person_of(request),
            at=timezone.now(),
            language=wording.language(),
        )
    except refusals.Refusal as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("task", pk=pk)
    return redirect("pledge", pk=draft.pk)


@require_safe
def receipt(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Of a closed task: that its member was in the report, and where they stood; a file."""

    def make(own: TaskMember) -> bytes | None:
        return receipts.make(own, actor=person_of(request))

    return _receipt(request, pk, make, "receipt.json", "application/json")


@require_safe
def receipt_sheet(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same to be printed: what the file shows, and how it is checked."""

    def make(own: TaskMember) -> bytes | None:
        return receipts.print_sheet(own, actor=person_of(request), language=wording.language())

    return _receipt(request, pk, make, "receipt.pdf", "application/pdf")


def _receipt(
    request: HttpRequest,
    pk: uuid.UUID,
    make: Callable[[TaskMember], bytes | None],
    name: str,
    kind: str,
) -> HttpResponse:
    found = _find(request, pk)
    if found is None:
        return _not_yours(request)
    if _is_too_often(request, "receipts"):
        return redirect("task", pk=pk)
    try:
        made = make(found.member)
    except refusals.Refusal as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("task", pk=pk)
    if made is None:
        messages.info(request, _("There is no receipt for you yet."))
        return redirect("task", pk=pk)
    response = HttpResponse(made, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _is_too_often(request: HttpRequest, what: str) -> bool:
    """Counts a request, and says so where there were too many."""
    if not rate_limiting.is_too_often(what, person_of(request), most=MAX_A_MINUTE):
        return False
    messages.warning(request, _("Too many requests. Please wait a minute and try again."))
    return True


@_get_or_post
def objection(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """State an objection, change its words, or take it back; what is due stays due."""
    found = _find(request, pk)
    if found is None:
        return _not_yours(request)
    if not found.runs or not access.allows(request.user, Act.OBJECT, found.member):
        return redirect("task", pk=pk)
    take_back = request.method == "POST" and "take_back" in request.POST
    form = ObjectionForm(
        request.POST if request.method == "POST" and not take_back else None,
        initial={"words": found.member.objection},
    )
    if not take_back and not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "task_objection.html", {"own": found, "form": form}, status=status)
    if _is_too_often(request, "objections"):
        return redirect("task", pk=pk)
    actor, at = person_of(request), timezone.now()
    try:
        if take_back:
            objecting.take_back(found.member, actor=actor, at=at)
        else:
            objecting.object_to(found.member, form.cleaned_data["words"], actor=actor, at=at)
    except refusals.Refusal as refusal:
        messages.error(request, wording.refusal(refusal))
    else:
        done = _("Your objection was taken back.") if take_back else _OBJECTED
        messages.success(request, done)
    return redirect("my_pledges")


_OBJECTED = gettext_lazy(
    "Your objection is recorded, and compliance can read it. No reply appears here. The pledge is "
    "still to be signed by its due date unless compliance gives you more time or excuses you."
)
