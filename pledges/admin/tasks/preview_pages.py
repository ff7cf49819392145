"""A draft before its launch: what would happen, each number with the list of people behind it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import access
from pledges.access import Act
from pledges.actions.tasks import audience, drafting, previewing
from pledges.actions.tasks.previewing import Preview
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.admin.tasks import frames, launching
from pledges.admin.tasks.asked_elsewhere import elsewhere
from pledges.admin.tasks.figures import Figure
from pledges.admin.tasks.left_out import LeftOut, left_out
from pledges.admin.tasks.member_filters import GROUPS, MAX_QUERY
from pledges.admin.tasks.previewed import foreseen
from pledges.admin.tasks.standing_words import look_of
from pledges.core.audiences import AudienceRule
from pledges.core.refusal import Refusal
from pledges.core.standings import TaskState
from pledges.models import Department, Person, SigningTask
from pledges.models.task_members import STANDINGS

PER_PAGE: Final = 50
KNOWN: Final = ("standing", "told", "left_out", "elsewhere", "department", "q")


def shown(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """The preview with the button that launches; while the worker is at it, how far it is."""
    at, words_of_rule = timezone.now(), audience.in_words(AudienceRule.from_data(task.audience))
    context: dict[str, Any] = {"title": task.title, "audience_words": words_of_rule}
    if launching.is_going_on(task):
        return frames.show(
            page,
            request,
            task,
            "launch_waits.html",
            goes_on=True,
            written=task.members.count(),
            **context,
        )
    try:
        found = previewing.preview(task, actor=actor_of(request), at=at)
    except Refusal as refusal:
        context["refused"] = words.refusal(refusal)
        return frames.show(page, request, task, "preview.html", **context)
    return frames.show(
        page,
        request,
        task,
        "preview.html",
        found=found,
        seen=drafting.state_of(task),
        total=Figure(_("people"), found.size, _address(task)),
        standings=_standings(task, found),
        left_out=[_figure_of(task, number, each) for number, each in _left_out(task, found)],
        elsewhere=list(_elsewhere(task, found)),
        may_launch=access.allows(request.user, Act.LAUNCH_TASK) and found.size > 0,
        without_address=Figure(
            _("people without an email address"),
            found.without_address.count(),
            _address(task, told="no-address"),
        ),
        mailed=Figure(_("first notices"), found.mailed.count(), _address(task, told="mailed")),
        **foreseen(task, found, at),
        **context,
    )


def _standings(task: SigningTask, found: Preview) -> list[Figure]:
    return [
        Figure(label, found.counts[value], _address(task, standing=value), look_of(value))
        for value, label in STANDINGS
        if found.counts.get(value)
    ]


def _left_out(task: SigningTask, found: Preview) -> Iterator[tuple[int, LeftOut]]:
    rule = AudienceRule.from_data(task.audience)
    return enumerate(left_out(rule, task.template, found.versions, found.day))


def _elsewhere(task: SigningTask, found: Preview) -> Iterator[tuple[SigningTask, Figure]]:
    for other, those in elsewhere(task, found):
        yield other, Figure("", those.count(), _address(task, elsewhere=str(other.pk)))


def _figure_of(task: SigningTask, number: int, each: LeftOut) -> Figure:
    return Figure(each.reason, each.people.count(), _address(task, left_out=str(number)))


def _address(task: SigningTask, **asked: str) -> str:
    page = reverse("admin:pledges_signingtask_people", args=[task.pk])
    return f"{page}?{urlencode(asked)}" if asked else page


def people(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """The people of the preview that the address asks for; a launched task has members instead."""
    if task.state != TaskState.DRAFT:
        return redirect(frames.CHANGE, task.pk)
    asked = _asked(request.GET)
    try:
        found = chosen(task, request.GET, actor=actor_of(request), at=timezone.now())
    except Refusal:
        found = Person.objects.none()
    listed = Paginator(found.select_related("department"), PER_PAGE).get_page(request.GET.get("p"))
    each: Any  # takes the words of its row
    for each in listed:
        standing = getattr(each, "standing", "")
        each.label, each.look = _label_of(standing), look_of(standing)
    numbers = listed.paginator.get_elided_page_range(listed.number, on_each_side=2, on_ends=1)
    return frames.show(
        page,
        request,
        task,
        "people.html",
        title=_("People of the preview"),
        subtitle=task.title,
        listed=listed,
        count=listed.paginator.count,
        asked=asked,
        query=urlencode(asked),
        said=_said(task, asked),
        departments=_departments(task, asked),
        all=_address(task),
        pages=[
            (n, _address(task, **asked, p=str(n)) if isinstance(n, int) else "") for n in numbers
        ],
    )


def chosen(
    task: SigningTask, query: Mapping[str, Any], *, actor: access.Actor, at: datetime
) -> QuerySet[Person]:
    """The people of the preview at `at` whom `query` asks for; raises what the preview raises."""
    asked = _asked(query)
    found = _among(task, asked, actor, at)
    if department := asked.get("department"):
        known = department.isascii() and department.isdecimal() and len(department) < 10
        found = found.filter(department=int(department)) if known else found.none()
    for word in asked.get("q", "")[:MAX_QUERY].replace("\x00", " ").split():
        found = found.filter(Q(name__icontains=word) | Q(employee_number__icontains=word))
    return found


def _among(
    task: SigningTask, asked: Mapping[str, str], actor: access.Actor, at: datetime
) -> QuerySet[Person]:
    found = previewing.preview(task, actor=actor, at=at)
    if number := asked.get("left_out"):
        those = dict(_left_out(task, found))
        index = int(number) if number.isascii() and number.isdecimal() else -1
        return those[index].people if index in those else found.people.none()
    if key := asked.get("elsewhere"):
        others = {str(other.pk): people for other, people in elsewhere(task, found)}
        return others.get(key, found.people.none())
    if told := asked.get("told"):
        lists = {"no-address": found.without_address, "mailed": found.mailed}
        return lists.get(told, found.people.none())
    if standing := asked.get("standing"):
        group = GROUPS.get(standing) or {standing}
        return found.people.filter(standing__in=[str(each) for each in group])
    return found.people


def _asked(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: query[name].strip() for name in KNOWN if query.get(name, "").strip()}


def _said(task: SigningTask, asked: Mapping[str, str]) -> str:
    """What the list is of, in words; empty for everybody."""
    if "standing" in asked:
        return _label_of(asked["standing"])
    if "told" in asked:
        own = {"no-address": _("without an email address"), "mailed": _("with a first notice")}
        return own.get(asked["told"], "")
    if "elsewhere" in asked:
        return _("already asked by another task")
    return _("left out by the rule") if "left_out" in asked else ""


def _label_of(standing: str) -> str:
    labels: dict[str, Any] = dict(STANDINGS)
    return str(labels.get(standing, ""))


def _departments(task: SigningTask, asked: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """The departments to choose among, each with the address that leaves only its people."""
    rest = {name: value for name, value in asked.items() if name != "department"}
    now = asked.get("department", "")
    return [
        (str(each), _address(task, **rest, department=str(each.pk)), now == str(each.pk))
        for each in Department.objects.filter(people__isnull=False).distinct()
    ]
