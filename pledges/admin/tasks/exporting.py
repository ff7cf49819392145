"""Exactly the rows of a list as a workbook: members of a task, or people of a preview."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.actions.tasks import member_tables
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.admin.tasks import frames, member_lists, preview_pages
from pledges.admin.tasks.member_filters import MemberFilter
from pledges.admin.tasks.member_pledges import find_pledges
from pledges.core.refusal import Refusal
from pledges.core.standings import TaskState
from pledges.core.working_days import Calendar
from pledges.models import SigningTask

KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PEOPLE: Final = (
    gettext_lazy("Employee number"),
    gettext_lazy("Full name"),
    gettext_lazy("Department"),
    gettext_lazy("Position"),
)
MEMBERS: Final = (
    *PEOPLE,
    gettext_lazy("Standing"),
    gettext_lazy("Standing today"),
    gettext_lazy("Due date"),
    gettext_lazy("Working days overdue"),
    gettext_lazy("Why in it"),
    gettext_lazy("Pledge number"),
    gettext_lazy("Former pledge"),
    gettext_lazy("Objection"),
)


def members(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """The members that the address asks for, on all pages of their list."""
    at, day = timezone.now(), frames.today()
    found = MemberFilter.of(request.GET).members(task, day)
    listed = list(found.select_related("person__department", "pledge"))
    find_pledges(listed, task, day)
    calendar = frames.calendar()
    rows = ((each.person_id, _member(each, task, day, calendar)) for each in listed)
    return _file(request, task, [str(each) for each in MEMBERS], rows, at)


def _member(
    member: Any, task: SigningTask, day: date, calendar: Calendar
) -> list[member_tables.Cell]:
    member_lists.describe(member, task, day, calendar)
    closed = task.state == TaskState.CLOSED
    return [
        *_person(member.person),
        str(member.label),
        str(member.today_label if closed else member.label),
        member.due_on.isoformat(),
        member.days_late or None,
        str(member.get_joined_display()),
        _number(member),
        str(member.former_label),
        str(_("yes")) if member.objected_at else "",
    ]


def _number(member: Any) -> str:
    if member.paper:
        return str(_("On paper"))
    return (member.counting.number or "") if member.counting else ""


def people(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """The people of a preview that the address asks for."""
    at = timezone.now()
    if task.state != TaskState.DRAFT:
        return redirect(frames.CHANGE, task.pk)
    try:
        found = preview_pages.chosen(task, request.GET, actor=actor_of(request), at=at)
    except Refusal as refusal:
        messages.error(request, words.refusal(refusal))
        return redirect(frames.CHANGE, task.pk)
    found = found.select_related("department")
    rows = ((each.pk, _person(each)) for each in found)
    return _file(request, task, [str(each) for each in PEOPLE], rows, at)


def _person(person: Any) -> list[member_tables.Cell]:
    return [person.employee_number, person.name, str(person.department), person.position]


def _file(
    request: HttpRequest,
    task: SigningTask,
    heads: list[str],
    rows: Iterator[tuple[int, list[member_tables.Cell]]],
    at: datetime,
) -> HttpResponse:
    made = member_tables.export(task, heads, rows, actor=actor_of(request), at=at)
    response = HttpResponse(made, content_type=KIND)
    name = f"members-{frames.today().isoformat()}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
