"""The list of a task's members: filtered, sorted, in pages, each filter with its count."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges import access
from pledges.access import Act
from pledges.actions.reminders import slips
from pledges.admin.filters import sees_drafts
from pledges.admin.tasks import frames
from pledges.admin.tasks.figures import Figure, Tally
from pledges.admin.tasks.member_filters import MemberFilter
from pledges.admin.tasks.member_pledges import find_pledges
from pledges.admin.tasks.standing_words import is_over, label_of, look_of
from pledges.core.standings import LATE, TaskState
from pledges.core.time_left import time_left
from pledges.core.working_days import Calendar
from pledges.models import SigningTask
from pledges.models.pledges import PLEDGE_STATES

PER_PAGE: Final = 50
COLUMNS: Final = (
    ("name", gettext_lazy("person")),
    ("department", gettext_lazy("department")),
    ("standing", gettext_lazy("standing")),
    ("due", gettext_lazy("due")),
)


@dataclass(frozen=True)
class Column:
    """The head of a column: its words, where it sorts by it, and how it does now."""

    name: str
    label: Any
    address: str
    sorted: str = ""


@dataclass(frozen=True)
class FilterGroup:
    """The choices of one filter, each the list that it would leave."""

    title: Any
    choices: list[tuple[Figure, bool]]
    all: str
    chosen: str


def members(page: ModelAdmin, request: HttpRequest, task: SigningTask) -> HttpResponse:
    """The members that the address asks for."""
    wanted, day = MemberFilter.of(request.GET), frames.today()
    calendar = frames.calendar()
    found = wanted.members(task, day).select_related("person__department", "pledge")
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
    drafts = sees_drafts(request.user)
    find_pledges(listed.object_list, task, day)
    member: Any  # takes the words of its row
    for member in listed:
        describe(member, task, day, calendar)
        # Of a draft human resources see that there is one.
        member.opens = member.counting and (drafts or member.counting.signed_at)
    return frames.show(
        page,
        request,
        task,
        "members.html",
        title=_("Members"),
        subtitle=task.title,
        wanted=wanted,
        query=urlencode(wanted.asked),
        listed=listed,
        count=listed.paginator.count,
        columns=[_column(wanted, task, *each) for each in COLUMNS],
        filters=_filters(task, wanted),
        all=MemberFilter().address(task),
        pages=_pages(listed, wanted, task),
        runs=task.state == TaskState.RUNNING,
        begun=frames.has_begun(task),
        slips=_slips(request, wanted, task),
        cancelled=task.state == TaskState.CANCELLED,
    )


def _slips(request: HttpRequest, wanted: MemberFilter, task: SigningTask) -> int:
    """How many of a list of those without an address get a slip: who has signed needs none."""
    offered = wanted.mark == "no-address" and access.allows(request.user, Act.PRINT_SLIPS)
    if not offered or task.state != TaskState.RUNNING or not frames.has_begun(task):
        return 0
    listed = wanted.members(task, frames.today()).order_by().values("pk")
    return slips.without_address(task, timezone.now()).filter(pk__in=listed).count()


def describe(member: Any, task: SigningTask, day: date, calendar: Calendar) -> None:
    """Give a member of a list the words for where they stand, and how late they are."""
    states: dict[str, Any] = dict(PLEDGE_STATES)
    closed = task.state == TaskState.CLOSED
    shown = member.standing_at_close if closed else member.standing
    member.label = label_of(shown, task)
    member.look = "" if is_over(shown, task) else look_of(shown)
    member.today_label = label_of(member.standing, task) if closed else ""
    member.former_label = states.get(member.former or "", "")
    late = time_left(member.due_on, day, calendar).late
    counts = member.standing in LATE and not is_over(member.standing, task)
    member.days_late = late if counts else 0


def _column(wanted: MemberFilter, task: SigningTask, name: str, label: Any) -> Column:
    now = wanted.o.lstrip("-") == name
    down = wanted.o == name
    order = f"-{name}" if down else name
    way = ("ascending" if down else "descending") if now else ""
    return Column(name, label, wanted.but(o=order).address(task), way)


def _filters(task: SigningTask, wanted: MemberFilter) -> list[FilterGroup]:
    """Counted over the whole task: what each choice would show by itself."""
    tally = Tally(task, frames.today())
    groups = [
        (
            _("standing at close") if tally.closed else _("standing"),
            "standing",
            [*tally.standings(), *tally.groups()],
        ),
        (_("working days overdue"), "late", [each for each in tally.late() if each.count]),
        (_("department"), "department", [row.total for row in tally.departments()]),
        (_("also"), "mark", tally.marked()),
    ]
    if tally.closed:
        groups.insert(1, (_("standing today"), "today", tally.today()))
    return [_group(task, wanted, *each) for each in groups if each[2]]


def _group(
    task: SigningTask, wanted: MemberFilter, title: Any, name: str, figures: list[Figure]
) -> FilterGroup:
    own = getattr(wanted, name)
    choices = [(each, f"{name}={own}" in each.address.split("?")[1].split("&")) for each in figures]
    now = next((str(each.label) for each, chosen in choices if chosen), "") if own else ""
    return FilterGroup(title, choices, wanted.but(**{name: ""}).address(task), now)


def _pages(listed: Page, wanted: MemberFilter, task: SigningTask) -> list[tuple[Any, str]]:
    """The numbers of pages to go to, each with its address; "…" leads nowhere."""
    numbers = listed.paginator.get_elided_page_range(listed.number, on_each_side=2, on_ends=1)
    return [
        (each, wanted.address(task, p=each) if isinstance(each, int) else "") for each in numbers
    ]
