"""What follows when people have left the company: the one place that carries it out."""

from collections.abc import Collection
from datetime import date, datetime

from pledges import access, audit
from pledges.actions import withdrawing
from pledges.core.lifecycle import PledgeState, Why
from pledges.models import (
    Department,
    Invitation,
    Leave,
    Organisation,
    Person,
    PhoneLink,
    Pledge,
    Post,
    Session,
)

OPEN = (PledgeState.DRAFT,)
"""The states that a leaver's pledges do not stay in; what is signed stays with compliance."""


def left(person_ids: Collection[int], *, actor: access.Actor, at: datetime) -> list[audit.Event]:
    """Carry out what follows for people whose accounts were just deactivated, as they have left.

    Their roles, offices and departments are without them, their posts, sessions and links end,
    nobody reports to them, and what they had begun to fill in is withdrawn. What they signed stays
    as it is.

    Part of the caller's transaction: who calls has decided that they may, has locked departments
    and people, and tells the ledger what this gives, with its own events and within one turn.
    Accounts that are still active are left alone.
    """
    gone = list(
        Person.objects.filter(pk__in=person_ids, is_active=False).values_list("pk", flat=True)
    )
    Department.objects.filter(head__in=gone).update(head=None)
    Person.groups.through.objects.filter(person__in=gone).delete()
    Person.objects.filter(pk__in=gone).update(is_staff=False)
    today = Organisation.current().localdate(at)
    _end_posts(gone, today)
    Leave.objects.filter(delegate__in=gone, until_on__gte=today).update(delegate=None)
    Invitation.objects.filter(person__in=gone, ended_at=None).update(
        ended_at=at, end=Invitation.End.WITHDRAWN
    )
    PhoneLink.objects.filter(person__in=gone).delete()
    Session.objects.filter(person_id__in=gone).delete()
    begun = Pledge.objects.filter(person__in=gone, status__in=OPEN).values_list("pk", flat=True)
    ended = withdrawing.end_many(list(begun), actor=access.SYSTEM, at=at, why=Why.LEFT)
    return list(ended.events)


def _end_posts(gone: Collection[int], today: date) -> None:
    ended = list(Post.objects.filter(person_id__in=gone, until_on=None).select_related("person"))
    for post in ended:
        post.until_on = max(post.from_on, post.person.left_on or today)
    Post.objects.bulk_update(ended, ["until_on"], batch_size=1_000)
