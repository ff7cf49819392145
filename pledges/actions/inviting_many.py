"""Inviting many people: by mail in the background, whoever of the workers dies, or on paper."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django_tasks import task

from pledges import access, transactions
from pledges.access import Act
from pledges.actions import invitations
from pledges.actions.task_queue import is_queued
from pledges.core import refusals
from pledges.models import Invitation, InvitationItem, InvitationRun, Person

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Outcome = InvitationItem.Outcome

SLICE: Final = 25
MAX_SLIPS: Final = 200
"""So many slips are printed at once: more take longer than anybody waits for a page."""
MAX_DAYS: Final = 30
USUAL_DAYS: Final = 7

DEACTIVATED: Final = "deactivated"
NOT_ALLOWED: Final = "not-allowed"
HAS_PASSWORD: Final = "has-password"
NO_ADDRESS: Final = "no-address"
STILL_OPEN: Final = "still-open"


def why_not(person: Person, actor: Person, *, way: Invitation.Way, invited: bool) -> str:
    """Why `person` is passed over; empty where nothing speaks against it.

    `invited` says whether a link of theirs works at present, and is not to be replaced.
    """
    if not person.is_active:
        return DEACTIVATED
    if invitations.has_chosen(person):
        return HAS_PASSWORD
    if way == Invitation.Way.MAIL and not person.email:
        return NO_ADDRESS
    if not access.allows(actor, Act.INVITE, person):
        return NOT_ALLOWED
    return STILL_OPEN if invited else ""


def sort_out(
    people: Iterable[Person], *, actor: Person, way: Invitation.Way, again: bool, at: datetime
) -> tuple[list[Person], list[tuple[Person, str]]]:
    """Who would be invited, and who not and why; those invited already only `again`."""
    chosen = list(people)
    open_now = Invitation.objects.open_at(at).filter(person__in=[each.pk for each in chosen])
    invited = set() if again else set(open_now.values_list("person_id", flat=True))
    able, unable = [], []
    for person in chosen:
        reason = why_not(person, actor, way=way, invited=person.pk in invited)
        if reason:
            unable.append((person, reason))
        else:
            able.append(person)
    return able, unable


@transactions.atomic
def begin(people: Sequence[Person], *, actor: Person, at: datetime) -> InvitationRun:
    """Write down who is to be invited by mail and queue the work, both or neither.

    Asked for the same again while it is still under way, gives the run that is. The ledger tells
    of each invitation. Raises `Denied` where one of them is not `actor`'s to invite.
    """
    for person in people:
        access.require(actor, Act.INVITE, person)
    Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
    keys = {person.pk for person in people}
    for run in InvitationRun.objects.filter(started_by=actor, finished_at=None):
        if set(run.items.values_list("person_id", flat=True)) == keys:
            return run
    run = InvitationRun.objects.create(started_by=actor, created_at=at, worked_at=at)
    InvitationItem.objects.bulk_create(
        InvitationItem(run=run, person_id=key) for key in sorted(keys)
    )
    invite_slice.enqueue(run.pk)
    return run


def resume(at: datetime) -> int:
    """Queue what waits and nobody is about to take: a worker died at it."""
    resumed = 0
    for run in InvitationRun.objects.filter(finished_at=None):
        if run.is_stalled(at) and not is_queued(invite_slice, run.pk):
            invite_slice.enqueue(run.pk)
            resumed += 1
    return resumed


@task()
def invite_slice(run: int) -> None:
    """What a worker does for a run when its turn has come."""
    work(run, clock=timezone.now)


def work(run_id: int, *, clock: Clock) -> None:
    """Invite the next ones, and queue the rest; what two workers do at once is done once."""
    waiting = InvitationItem.objects.filter(run_id=run_id, outcome=Outcome.WAITING)
    for key in list(waiting.values_list("pk", flat=True)[:SLICE]):
        _settle(key, at=clock())
    run = InvitationRun.objects.filter(pk=run_id)
    if waiting.exists():
        run.update(worked_at=clock())
        invite_slice.enqueue(run_id)
    else:
        run.filter(finished_at=None).update(finished_at=clock(), worked_at=clock())


@transactions.atomic
def _settle(key: int, *, at: datetime) -> None:
    """Invite one, or say why not: the mail, the ledger and the item are of one transaction."""
    item = InvitationItem.objects.select_related("run__started_by").get(pk=key)
    person = Person.objects.select_for_update(no_key=True).get(pk=item.person_id)
    actor, way = item.run.started_by, Invitation.Way.MAIL
    reason = why_not(person, actor, way=way, invited=False)
    mine = InvitationItem.objects.filter(pk=key, outcome=Outcome.WAITING)
    if reason:
        mine.update(outcome=Outcome.LEFT, reason=reason)
    elif mine.update(outcome=Outcome.INVITED):
        invitations.invite(person, actor=actor, at=at)


def print_slips(
    people: Sequence[Person], *, days: int, actor: Person, at: datetime
) -> list[Invitation]:
    """The slips of at most `MAX_SLIPS` people; whoever cannot be invited meanwhile is left out."""
    if not (0 < len(people) <= MAX_SLIPS and 0 < days <= MAX_DAYS):
        raise ValueError(f"{len(people)} slips for {days} days cannot be printed")
    made = []
    for person in people:
        try:
            slip = invitations.print_slip(person, lasts=timedelta(days=days), actor=actor, at=at)
        except (refusals.Refusal, access.Denied) as refused:
            logger.info("person %d gets no slip: %r", person.pk, refused)
        else:
            made.append(slip)
    return made
