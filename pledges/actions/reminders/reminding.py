"""Reminding by hand: whom an officer picks, once a day at most, and who is left out, and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core.standings import REMINDED, TaskState
from pledges.models import NoticeClaim, NoticeSwitch, Organisation, Person, SigningTask, TaskMember
from pledges.notices import tasks
from pledges.notices.kinds import Kind


class LeftOut(StrEnum):
    """Why a member is not reminded; the first that holds.

    Until its first notices leave, a task is not running for this: its launch can still be undone.
    """

    NOT_RUNNING = "not-running"
    NOTHING_TO_SIGN = "nothing-to-sign"
    NO_ADDRESS = "no-address"
    TOLD_TODAY = "told-today"
    SWITCHED_OFF = "switched-off"


@dataclass(frozen=True)
class Reminded:
    """How many members are reminded, and the members who are not, by reason."""

    count: int
    left_out: Mapping[LeftOut, Sequence[TaskMember]]


def foresee(members: Collection[TaskMember], *, at: datetime) -> Reminded:
    """What `remind` would do now; nothing is written."""
    reached, left_out = _sorted(members, at)
    return Reminded(len(reached), left_out)


@transactions.atomic
def remind(members: Collection[TaskMember], *, actor: Person, at: datetime) -> Reminded:
    """Have `members` reminded, in the next working hour; the ledger notes how many of each task."""
    access.require(actor, Act.REMIND_MEMBERS)
    day = Organisation.current().localdate(at)
    reached, left_out = _sorted(members, at)
    tasks.remind(reached, day=day, at=at)
    counts: dict[str, int] = {}
    for member in reached:
        subject = audit.subject_of(member.task)
        counts[subject] = counts.get(subject, 0) + 1
    for subject, count in sorted(counts.items()):
        facts = {"members": count}
        audit.record("task.reminded", actor=actor, subject=subject, at=at, facts=facts)
    return Reminded(len(reached), left_out)


def _sorted(
    members: Collection[TaskMember], at: datetime
) -> tuple[list[TaskMember], dict[LeftOut, list[TaskMember]]]:
    day = Organisation.current().localdate(at)
    keys = [member.pk for member in members]
    known = TaskMember.objects.filter(pk__in=keys).with_standing(day)
    known = known.annotate(told=NoticeClaim.objects.told_members())
    digests = NoticeClaim.objects.filter(
        reason="digest", for_day=day, person__memberships__in=keys
    ).values_list("person", flat=True)
    had_one, reached = set(digests), []
    left_out: dict[LeftOut, list[TaskMember]] = {}
    off = None if NoticeSwitch.is_on(Kind.REMINDERS) else LeftOut.SWITCHED_OFF
    for member in known.select_related("task", "person").order_by("pk"):
        why = None if _is_running(member.task, at) else LeftOut.NOT_RUNNING
        why = why or _why_not(member, member.told, day, had_one, off)
        if why is None:
            reached.append(member)
        else:
            left_out.setdefault(why, []).append(member)
    return reached, left_out


def _is_running(task: SigningTask, at: datetime) -> bool:
    return task.state == TaskState.RUNNING and not task.is_untold(at)


def _why_not(
    member: TaskMember,
    told: date | None,
    day: date,
    had_one: Collection[int],
    off: LeftOut | None,
) -> LeftOut | None:
    if member.standing not in REMINDED:
        return LeftOut.NOTHING_TO_SIGN
    if not member.person.email:
        return LeftOut.NO_ADDRESS
    if (told is not None and told >= day) or member.person_id in had_one:
        return LeftOut.TOLD_TODAY
    return off
