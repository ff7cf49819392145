"""Whatever is to be told today: first notices, reminders, ends of terms, and who is late.

Asked every few minutes within working hours. What was told is found by its claims, so it does not
matter how often it is asked, by how many workers, or for how long nobody asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q

from pledges.actions.reminders import late_tables, member_changes
from pledges.actions.working_calendar import current_calendar
from pledges.core import notice_plans
from pledges.core.notice_plans import TERM_DAYS, Facts, Plan, Reason, Told
from pledges.core.standings import REMINDED, TaskState
from pledges.core.working_days import Calendar
from pledges.models import (
    NoticeClaim,
    NoticeSwitch,
    Organisation,
    Pledge,
    SigningTask,
    TaskMember,
)
from pledges.notices import claiming, task_mails, tasks
from pledges.notices.kinds import Kind


@dataclass(frozen=True)
class Now:
    """The moment that is asked about, as the organisation counts it."""

    at: datetime
    day: date
    organisation: Organisation
    calendar: Calendar


def send_due(at: datetime) -> int:
    """Claim what is due at `at` and queue its mails; gives their number, 0 outside the hours."""
    organisation, calendar = Organisation.current(), current_calendar()
    if not organisation.working_hours(calendar).includes(at):
        return 0
    now = Now(at, organisation.localdate(at), organisation, calendar)
    running = list(
        SigningTask.objects.filter(state=TaskState.RUNNING, closing_since=None)
        .filter(Q(first_notices_at__isnull=True) | Q(first_notices_at__lte=at))
        .order_by("launched_at", "pk")
    )
    firsts: list[TaskMember] = []
    picks: dict[int, list[NoticeClaim]] = {}
    for task in running:
        for member, told in _told_members(task, now):
            if told.reason == Reason.START:
                firsts.append(member)
            else:
                claim = _claim(told, member.person_id, now, member=member)
                picks.setdefault(member.person_id, []).append(claim)
    for pledge, told in _told_terms(now):
        claim = _claim(told, pledge.person_id, now, pledge=pledge)
        picks.setdefault(pledge.person_id, []).append(claim)
    queued = tasks.queue_first(firsts, at=at)
    queued += tasks.queue_digests(picks, day=now.day, at=at)
    return queued + late_tables.queue(running, day=now.day, calendar=calendar, at=at)


def _claim(told: Told, person_id: int, now: Now, **about: Any) -> NoticeClaim:
    return claiming.claim_of(told, person_id, day=now.day, at=now.at, **about)


def _told_members(task: SigningTask, now: Now) -> Iterator[tuple[TaskMember, Told]]:
    """The members of `task` to whom something new is to be told, and what."""
    plan = Plan.from_data(task.notice_plan)
    # Who gets no first notice, because that kind is switched off, is still reminded.
    plan = replace(plan, start=plan.start and NoticeSwitch.is_on(Kind.FIRST))
    changed = member_changes.last_of_each(task, now.organisation, now.day)
    reached = TaskMember.objects.filter(task=task, person__is_active=True, joined_at__lte=now.at)
    reached = reached.exclude(person__email="").annotate(told=NoticeClaim.objects.told_members())
    asked = reached.filter(_may_be_told(task, plan, changed, now)).with_standing(now.day)
    for member in asked.filter(standing__in=REMINDED).order_by("pk").select_related("task"):
        facts = Facts(
            due_on=member.due_on,
            standing=member.standing,
            joined_on=now.organisation.localdate(member.joined_at),
            told_on=member.told,
            changed=changed.get(member.pk),
        )
        told = notice_plans.strongest(plan, facts, now.day, now.calendar)
        if told is not None:
            yield member, told


def _may_be_told(task: SigningTask, plan: Plan, changed: dict[int, Told], now: Now) -> Q:
    """Asked of the database, so that of thousands only those are read whose day has come.

    Who was told nothing, who was told something before the last reason that the plan has, and for
    whom something has changed since.
    """
    found = Q(told__isnull=True)
    for day in {each.planned_on for each in changed.values()}:
        keys = [key for key, each in changed.items() if each.planned_on == day]
        found |= Q(pk__in=keys, told__lt=day)
    for due_on in task.members.order_by("due_on").values_list("due_on", flat=True).distinct():
        last = notice_plans.planned(plan, due_on, now.day, now.calendar)
        if last is not None:
            found |= Q(due_on=due_on, told__lt=last.planned_on)
    return found


def _told_terms(now: Now) -> Iterator[tuple[Pledge, Told]]:
    """The pledges whose signer is to be told that the term ends, and may sign the next one."""
    last = now.day + timedelta(days=max(TERM_DAYS))
    told = NoticeClaim.objects.told_on(pledge=OuterRef("pk"))
    ending = Pledge.objects.in_force(now.day).filter(ends_on__lte=last, person__is_active=True)
    ending = ending.exclude(person__email="").annotate(told=told)
    for pledge in ending.select_related("version").order_by("pk"):
        if pledge.ends_on is None:
            continue
        found = notice_plans.term_ends(pledge.ends_on, pledge.told, now.day, now.calendar)
        if found is None or not pledge.may_be_followed_on(now.day, now.organisation):
            continue
        if not task_mails.is_followed(pledge):
            yield pledge, found
