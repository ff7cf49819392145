"""The member's side of a signing task: what they are asked for, opening it, objecting to it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
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
from pledges.actions.reminders.calendar import current_calendar
from pledges.actions.tasks import objecting, opening, receipts, reports
from pledges.core import refusals
from pledges.core.standings import TO_SIGN, Standing, TaskState
from pledges.core.time_left import TimeLeft, time_left
from pledges.core.working_days import Calendar
from pledges.forms.objections import ObjectionForm
from pledges.models import (
    Excuse,
    Organisation,
    Person,
    Pledge,
    SigningTask,
    TaskMember,
    TemplateVersion,
    signed_earlier,
)
from pledges.models.signed_earlier import SignedEarlier
from pledges.views.accounts import person_of

_get_or_post = require_http_methods(["GET", "HEAD", "POST"])
MAX_A_MINUTE = 10
"""Receipts for one person, and as many objections: one costs a report's list, one an entry."""


@dataclass(frozen=True)
class OwnTask:
    """A signing task as one of its members sees it, and how long they have for it."""

    member: TaskMember
    left: TimeLeft
    label: str = ""
    draft: Pledge | None = None
    excuse: Excuse | None = None
    earlier: SignedEarlier | None = None

    @property
    def task(self) -> SigningTask:
        return self.member.task

    @property
    def to_sign(self) -> bool:
        return self.member.standing in TO_SIGN

    @property
    def overdue(self) -> bool:
        return self.left.overdue

    @property
    def runs(self) -> bool:
        return self.task.state == TaskState.RUNNING


def tasks_of(person: Person, at: datetime) -> list[OwnTask]:
    """What `person` is asked for by tasks that run, and still has to sign or is excused from."""
    today = Organisation.current().localdate(at)
    running = _own(person, at, today).filter(task__state=TaskState.RUNNING)
    asked = [*TO_SIGN, Standing.EXCUSED]
    found = running.filter(standing__in=[each.value for each in asked]).order_by("due_on", "pk")
    members = list(found)
    if not members:
        return []
    calendar = current_calendar()
    return [_as_seen(member, today, calendar) for member in members]


def _own(person: Person, at: datetime, today: date) -> Any:
    """Memberships of which the person may know: the first notices of the task have left."""
    members = TaskMember.objects.filter(person=person, task__first_notices_at__lte=at)
    members = members.exclude(task__state=TaskState.DRAFT).with_standing(today)
    return members.select_related("task__launched_by", "task__template")


def _as_seen(member: TaskMember, today: date, calendar: Calendar) -> OwnTask:
    drafts = Pledge.objects.of(member.person).drafts()
    draft = drafts.filter(version__template=member.task.template_id).first()
    excuses = member.excuses.filter(outcome=Excuse.Outcome.APPROVED, ended_at__isnull=True)
    excuse = excuses.filter(until_on__gte=today).order_by("-until_on").first()
    counting = TemplateVersion.objects.filter(pk__in=member.task.counting.values("version"))
    newest = counting.order_by("-number").first()
    label = newest.name(wording.language()) if newest else ""
    left = time_left(member.due_on, today, calendar)
    asked = member.standing in TO_SIGN and draft is None  # a draft says by itself why it is
    earlier = signed_earlier.found_for(member.person_id, newest, today) if asked else None
    return OwnTask(member, left, label, draft, excuse, earlier)


def _find(request: HttpRequest, pk: uuid.UUID) -> OwnTask | None:
    person, at = person_of(request), timezone.now()
    today = Organisation.current().localdate(at)
    member = _own(person, at, today).filter(task=pk).first()
    return _as_seen(member, today, current_calendar()) if member else None


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
    return {
        "pledge": own.issued().order_by("-signed_at").first(),
        "has_report": bool(found.member.salt) and reports.of(found.task) is not None,
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
