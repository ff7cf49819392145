"""What the mails about signing tasks say, as it stands when they are sent.

Each maker gives the words' facts, or None where there is nothing to tell any more: who has signed
meanwhile is not reminded, and a table of late people lists those who still are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.urls import reverse

from pledges.core.notice_plans import Reason
from pledges.core.standings import DONE, REMINDED, Standing, TaskState
from pledges.core.time_left import TimeLeft, time_left
from pledges.core.working_days import Calendar
from pledges.models import Excuse, NoticeClaim, Person, Pledge, TaskMember, signed_earlier
from pledges.models.signed_earlier import SignedEarlier
from pledges.notices.kinds import Kind

MAX_ROWS: Final = 100
"""Of a table whose page has them all; a mail with more is read by nobody."""


@dataclass(frozen=True)
class Today:
    """The day on which a mail is sent, and the calendar that it counts by."""

    day: date
    calendar: Calendar


@dataclass(frozen=True)
class Item:
    """A task of somebody's, and how long they have."""

    member: TaskMember
    left: TimeLeft
    earlier: SignedEarlier | None = None

    @property
    def title(self) -> str:
        return self.member.task.title

    @property
    def returned(self) -> bool:
        return getattr(self.member, "standing", "") == Standing.RETURNED


def item_of(member: TaskMember, now: Today) -> Item:
    return Item(member, time_left(member.due_on, now.day, now.calendar))


def _asking(member: TaskMember, now: Today) -> Item:
    """An item for whoever has to sign: it says why, where they have signed already."""
    return replace(item_of(member, now), earlier=signed_earlier.found_in_task(member, now.day))


def _first(person: Person, claims: Sequence[NoticeClaim], now: Today) -> dict[str, Any] | None:
    member = _members(claims).with_standing(now.day).filter(standing__in=REMINDED).first()
    if member is None or member.task.state != TaskState.RUNNING:
        return None
    return {"item": _asking(member, now), "task": member.task}


def _reminders(person: Person, claims: Sequence[NoticeClaim], now: Today) -> dict[str, Any] | None:
    """All that somebody has to sign, where anything of what was claimed is still open."""
    running = TaskMember.objects.filter(person=person, task__state=TaskState.RUNNING)
    open_ones = running.with_standing(now.day).filter(standing__in=REMINDED)
    members = list(open_ones.select_related("task").order_by("due_on", "pk"))
    asked = {each.member_id for each in claims if each.member_id}
    if asked.isdisjoint(each.pk for each in members):
        members = []
    pledges = _ending([each.pledge_id for each in claims if each.pledge_id], now.day)
    if not members and not pledges:
        return None
    reasons = {each.reason for each in claims}
    return {
        "items": [_asking(each, now) for each in members],
        "ending": [
            {"pledge": each, "title": each.version.subtitle.in_(person.language)}
            for each in pledges
        ],
        "excuse_ended": Reason.EXCUSE_ENDED in reasons,
        "by_hand": Reason.BY_HAND in reasons,
    }


def _ending(keys: Sequence[Any], day: date) -> list[Pledge]:
    known = Pledge.objects.filter(pk__in=keys).in_force(day).select_related("version")
    return [each for each in known.order_by("ends_on", "pk") if not is_followed(each)]


def is_followed(pledge: Pledge) -> bool:
    """Whether its signer has signed the next one: it waits for review, or lasts longer."""
    same = Pledge.objects.filter(
        person_id=pledge.person_id, version__template=pledge.version.template_id
    )
    return same.issued().filter(signed_at__gt=pledge.signed_at).exclude(status="returned").exists()


def _extended(person: Person, claims: Sequence[NoticeClaim], now: Today) -> dict[str, Any] | None:
    return _first(person, claims, now)


def _excused(person: Person, claims: Sequence[NoticeClaim], now: Today) -> dict[str, Any] | None:
    """Until when somebody need not sign, as the excuse that holds by then says."""
    member = _members(claims).with_standing(now.day).filter(standing=Standing.EXCUSED).first()
    if member is None or member.task.state != TaskState.RUNNING:
        return None
    approved = Excuse.objects.filter(member=member, outcome=Excuse.Outcome.APPROVED)
    holding = approved.filter(ended_at=None, until_on__gte=now.day).order_by("-until_on").first()
    return {"task": member.task, "until": holding.until_on} if holding else None


def _cancelled(person: Person, claims: Sequence[NoticeClaim], now: Today) -> dict[str, Any] | None:
    member = _members(claims).with_standing(now.day).exclude(standing__in=DONE).first()
    if member is None or member.task.state != TaskState.CANCELLED:
        return None
    return {"task": member.task, "said": member.task.cancellation_reason}


def _late(person: Person, claims: Sequence[NoticeClaim], now: Today) -> dict[str, Any] | None:
    """Who is still late of those that the table was claimed with."""
    table = claims[0]
    whom = {"person": table.person_id} if table.reason == Reason.SUPERIOR else {}
    rows = NoticeClaim.objects.filter(
        reason=table.reason, for_day=table.for_day, member__isnull=False, **whom
    )
    members = TaskMember.objects.filter(pk__in=rows.values("member"), task__state=TaskState.RUNNING)
    late = members.late(now.day)
    found = list(late.select_related("task", "person__department").order_by("due_on", "person"))
    if not found:
        return None
    people = len({each.person_id for each in found})
    items = [item_of(each, now) for each in found]
    told: dict[str, Any] = {"items": items, "people": people}
    if table.person_id != person.pk:  # The page is not a delegate's: the mail has all of them.
        return {**told, "instead_of": table.person}
    shown, more = items[:MAX_ROWS], max(0, len(found) - MAX_ROWS)
    return {**told, "items": shown, "more": more, "path": page_of_the_late(to_superior=bool(whom))}


def page_of_the_late(*, to_superior: bool) -> str:
    """Where the button of a table of late people leads."""
    return reverse("my_people" if to_superior else "admin:pledges_signingtask_changelist")


def _members(claims: Sequence[NoticeClaim]) -> Any:
    keys = [each.member_id for each in claims if each.member_id is not None]
    return TaskMember.objects.filter(pk__in=keys).select_related("task")


Maker = Callable[[Person, Sequence[NoticeClaim], Today], dict[str, Any] | None]
MAKERS: Final[Mapping[str, Maker]] = {
    Kind.FIRST: _first,
    Kind.REMINDERS: _reminders,
    Kind.EXTENDED: _extended,
    Kind.EXCUSED: _excused,
    Kind.CANCELLED: _cancelled,
    Kind.LATE: _late,
    Kind.LATE_ALL: _late,
}
