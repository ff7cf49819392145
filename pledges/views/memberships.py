"""Signing tasks as one of their members sees them: what asks, what excuses, what is closed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from pledges import wording
from pledges.actions.working_calendar import current_calendar
from pledges.core.standings import TO_SIGN, Standing, TaskState
from pledges.core.time_left import TimeLeft, time_left
from pledges.core.working_days import Calendar
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


@dataclass(frozen=True)
class OwnTask:
    """A signing task as one of its members sees it, and how long they have for it.

    `version` is the newest that counts. `others` are tasks due later that one signature serves too.
    """

    member: TaskMember
    left: TimeLeft
    version: TemplateVersion | None = None
    draft: Pledge | None = None
    excuse: Excuse | None = None
    others: tuple["OwnTask", ...] = ()
    earlier: SignedEarlier | None = None

    @property
    def task(self) -> SigningTask:
        return self.member.task

    @property
    def label(self) -> str:
        return self.version.name(wording.language()) if self.version else ""

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
    running = known_to(person, at, today).filter(task__state=TaskState.RUNNING)
    asked = [*TO_SIGN, Standing.EXCUSED]
    found = running.filter(standing__in=[each.value for each in asked]).order_by("due_on", "pk")
    members = list(found)
    if not members:
        return []
    calendar = current_calendar()
    return [as_seen(member, today, calendar) for member in members]


def closed_of(person: Person, at: datetime) -> list[TaskMember]:
    """Memberships of closed tasks of which `person` was told, the newest first."""
    known = known_to(person, at, Organisation.current().localdate(at))
    return list(known.filter(task__state=TaskState.CLOSED).order_by("-task__closed_at", "pk"))


def known_to(person: Person, at: datetime, today: date) -> Any:
    """Memberships of which the person may know: the first notices of the task have left."""
    members = TaskMember.objects.filter(person=person, task__first_notices_at__lte=at)
    members = members.exclude(task__state=TaskState.DRAFT).with_standing(today)
    return members.select_related("task__launched_by", "task__template")


def as_seen(member: TaskMember, today: date, calendar: Calendar) -> OwnTask:
    drafts = Pledge.objects.of(member.person).drafts()
    draft = drafts.filter(version__template=member.task.template_id).first()
    excuses = member.excuses.filter(outcome=Excuse.Outcome.APPROVED, ended_at__isnull=True)
    excuse = excuses.filter(until_on__gte=today).order_by("-until_on").first()
    counting = TemplateVersion.objects.filter(pk__in=member.task.counting.values("version"))
    newest = counting.order_by("-number").first()
    left = time_left(member.due_on, today, calendar)
    asked = member.standing in TO_SIGN and draft is None  # a draft says by itself why it is
    earlier = signed_earlier.found_for(member.person_id, newest, today) if asked else None
    return OwnTask(member, left, newest, draft, excuse, earlier=earlier)


def together(tasks: Iterable[OwnTask]) -> list[OwnTask]:
    """One for those that the same signature serves: the first of them, which names the others."""
    groups: dict[TemplateVersion | None, list[OwnTask]] = {}
    for each in tasks:
        groups.setdefault(each.version, []).append(each)
    return [replace(own[0], others=tuple(own[1:])) for own in groups.values()]


def excused_from(tasks: Iterable[OwnTask]) -> frozenset[int]:
    """The templates (by key) that a task excuses from, and for which none asks."""
    listed = list(tasks)
    asked = {each.task.template_id for each in listed if each.to_sign}
    return frozenset(each.task.template_id for each in listed if not each.to_sign) - asked
