"""E-mails about signing tasks: what the actions of a task ask for, and the sending of each.

What concerns thousands of members is claimed by the worker, in slices: the action queues one task
with its own change, and a worker that dies at it is followed by another one, which finds by the
claims what is done.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django_tasks import task

from pledges.core.notice_plans import Reason, Told
from pledges.core.standings import DONE, REMINDED, Standing, TaskState
from pledges.models import (
    CalendarDay,
    Excuse,
    NoticeClaim,
    NoticeSwitch,
    Organisation,
    Person,
    SigningTask,
    TaskMember,
)
from pledges.notices import claiming, sending, task_mails
from pledges.notices.kinds import Kind

TO_STOP: Final = (*DONE, Standing.IN_REVIEW, Standing.LEFT)
"""Who has signed, or left, is not written to because a task was cancelled."""


def queue_first_notices(task: SigningTask) -> None:
    """Have the members of a launched task told of it at `first_notices_at`, in the transaction."""
    later = (
        tell_first.using(run_after=task.first_notices_at) if task.first_notices_at else tell_first
    )
    later.enqueue(str(task.pk))


def announce_cancelled(task: SigningTask) -> None:
    """Have those told who were asked to sign, in the transaction of the cancellation."""
    tell_cancelled.enqueue(str(task.pk))


def announce_extended(members: Iterable[TaskMember]) -> None:
    """Have `members` told of their new due date, in the transaction that gives it."""
    for some in claiming.slices(each.pk for each in members):
        tell_extended.enqueue(some)


def announce_excused(excuse: Excuse, *, at: datetime) -> None:
    """Have its member told until when they need not sign, in the transaction of the approval.

    Not before the first notices leave: until then the launch can be undone, and nobody knows of it.
    """
    member, day = excuse.member, Organisation.current().localdate(at)
    if not NoticeSwitch.is_on(Kind.EXCUSED) or not member.person.email:
        return
    told = Told(Reason.EXCUSED, excuse.until_on, day)
    claim = claiming.claim_of(told, member.person_id, day=day, at=at, member=member)
    begins = member.task.first_notices_at
    later = send.using(run_after=begins) if begins and member.task.is_untold(at) else send
    claiming.queue_each(later, Kind.EXCUSED, [claim])


# --- Claimed by the worker -----------------------------------------------------------------------
@task()
def tell_first(task_id: str) -> None:
    """The first notices; whom this one leaves the chore `notices` finds later."""
    at = timezone.now()
    organisation = Organisation.current()
    hours = organisation.working_hours(CalendarDay.objects.as_calendar())
    if not hours.includes(at):
        tell_first.using(run_after=hours.next_moment(at)).enqueue(task_id)
        return
    found = SigningTask.objects.filter(pk=task_id, state=TaskState.RUNNING).first()
    # This worker's clock may be behind: then the chore `notices` tells them a little later.
    early = found is None or found.first_notices_at is None or found.first_notices_at > at
    if found is None or early or not found.notice_plan.get("start", True):
        return
    members = _with_standing(found.members.all(), organisation.localdate(at))
    queue_first(list(members.filter(standing__in=REMINDED, told__isnull=True)), at=at)


@task()
def tell_cancelled(task_id: str) -> None:
    """One mail to whoever was asked to sign and has not."""
    at = timezone.now()
    found = SigningTask.objects.get(pk=task_id)
    if found.state != TaskState.CANCELLED or found.cancelled_at is None:
        return
    organisation = Organisation.current()
    members = _with_standing(found.members.all(), organisation.localdate(at))
    told = members.filter(told__isnull=False).exclude(standing__in=TO_STOP)
    for_day = organisation.localdate(found.cancelled_at)
    _queue(Kind.CANCELLED, Reason.CANCELLED, told, at=at, for_day=for_day)


@task()
def tell_extended(members: list[int]) -> None:
    """One mail to whoever was told of an earlier due date; the first notice tells all others."""
    at = timezone.now()
    open_ones = TaskMember.objects.filter(pk__in=members, task__state=TaskState.RUNNING)
    known = _with_standing(open_ones, Organisation.current().localdate(at))
    told = known.filter(told__isnull=False, standing__in=REMINDED)
    _queue(Kind.EXTENDED, Reason.EXTENDED, told, at=at)


def _with_standing(members: Any, day: date) -> Any:
    """Those who can be written to; `told`: the last day on which they were told anything."""
    reached = members.exclude(person__email="").filter(person__is_active=True)
    return reached.with_standing(day).annotate(told=NoticeClaim.objects.told_members())


def queue_first(members: Collection[TaskMember], *, at: datetime) -> int:
    """One first notice for each of `members` who had none; gives their number."""
    organisation = Organisation.current()
    days = {each.pk: organisation.localdate(each.joined_at) for each in members}
    return _queue(Kind.FIRST, Reason.START, members, at=at, for_days=days)


def _queue(
    kind: Kind,
    reason: Reason,
    members: Iterable[TaskMember],
    *,
    at: datetime,
    for_day: date | None = None,
    for_days: dict[int, date] | None = None,
) -> int:
    """One mail of its own for each member; `for_day` is their due date unless it is told."""
    if not NoticeSwitch.is_on(kind):
        return 0
    day, count = Organisation.current().localdate(at), 0
    for some in claiming.slices(members):
        told = {each: (for_days or {}).get(each.pk) or for_day or each.due_on for each in some}
        claims = [
            claiming.claim_of(Told(reason, that, day), each.person_id, day=day, at=at, member=each)
            for each, that in told.items()
        ]
        count += claiming.queue_each(send, kind, claims)
    return count


def remind(members: Iterable[TaskMember], *, day: date, at: datetime) -> int:
    """Remind `members` by hand who were told nothing on `day`; gives how many people get a mail."""
    picks: dict[int, list[NoticeClaim]] = {}
    for each in members:
        told = Told(Reason.BY_HAND, day, day)
        claim = claiming.claim_of(told, each.person_id, day=day, at=at, member=each)
        picks.setdefault(each.person_id, []).append(claim)
    return queue_digests(picks, day=day, at=at)


def queue_digests(picks: dict[int, list[NoticeClaim]], *, day: date, at: datetime) -> int:
    """The one mail of reminders of `day` for each person of `picks`; gives how many get it."""
    if not NoticeSwitch.is_on(Kind.REMINDERS):
        return 0
    return sum(
        claiming.queue_digests(
            send, Kind.REMINDERS, {key: picks[key] for key in some}, day=day, at=at
        )
        for some in claiming.slices(sorted(picks))
    )


# --- Sent by the worker --------------------------------------------------------------------------
@task()
def send(
    person_id: int, kind: str, claims: list[int], *, tries: int = 0, message_id: str = ""
) -> None:
    """Send one mail within working hours, where what it tells is still so; else it waits, or ends.

    One of reminders that waited for another day becomes the one of that day, or ends if there is
    a newer one.
    """
    person, at = Person.objects.get(pk=person_id), timezone.now()
    organisation = Organisation.current()
    again = sending.Again(send, (person_id, kind, claims), tries, message_id)
    calendar = CalendarDay.objects.as_calendar()
    hours = organisation.working_hours(calendar)
    if not hours.includes(at):
        again.postpone(hours.next_moment(at))
        return
    day = organisation.localdate(at)
    known = list(NoticeClaim.objects.filter(pk__in=claims).select_related("person").order_by("pk"))
    if not known or not NoticeSwitch.is_on(kind):
        return
    about = task_mails.MAKERS[kind](person, known, task_mails.Today(day, calendar))
    if about is None or (kind == Kind.REMINDERS and _is_outdated(person_id, day, at, message_id)):
        return
    NoticeClaim.objects.tell_on(claims, day)
    sending.send_mail(kind, person, about, at=at, again=again)


def _is_outdated(person_id: int, day: date, at: datetime, message_id: str) -> bool:
    return not claiming.is_the_mail_of(person_id, day, at, message_id)


def queue_table(
    kind: Kind, table: NoticeClaim, rows: Collection[NoticeClaim], receiver: Person
) -> int:
    """The week's table for `receiver`; 0 where it was claimed before."""
    return claiming.queue_table(send, kind, table, list(rows), receiver.pk)
