"""What follows when somebody has left the company: the one place that carries it out."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import F

from pledges import access, audit
from pledges.core import lifecycle
from pledges.core.lifecycle import PledgeState
from pledges.models import (
    Department,
    Invitation,
    Leave,
    LedgerOpening,
    Organisation,
    Person,
    PhoneLink,
    Pledge,
    Post,
    RenderedAhead,
    Session,
    SigningIntent,
)

OPEN = (PledgeState.DRAFT,)
"""The states that a leaver's pledges do not stay in; what is signed stays with compliance."""


def left(person_ids: Collection[int], *, actor: access.Actor, at: datetime) -> list[audit.Event]:
    """Carry out what follows for people whose accounts were just deactivated, as they have left.

    Their roles, offices and departments are without them, their posts, sessions and links end,
    nobody reports to them, and what they had begun to fill in ends unsigned, whoever had asked for
    it. What they signed stays as it is.

    Part of the caller's transaction: who calls has decided that they may, and has locked
    departments and people. Accounts that are still active are left alone. Gives what the ledger is
    to be told of the drafts: the caller tells it with its own events, within one turn.
    """
    gone = list(
        Person.objects.filter(pk__in=person_ids, is_active=False).values_list("pk", flat=True)
    )
    today = Organisation.current().localdate(at)
    Department.objects.filter(head__in=gone).update(head=None)
    Person.groups.through.objects.filter(person__in=gone).delete()
    Person.objects.filter(pk__in=gone).update(is_staff=False)
    Leave.objects.filter(delegate__in=gone, until_on__gte=today).update(delegate=None)
    _end_posts(gone, today)
    drafts = _end_open(gone, at)
    Invitation.objects.filter(person__in=gone, ended_at=None).update(
        ended_at=at, end=Invitation.End.WITHDRAWN
    )
    PhoneLink.objects.filter(person__in=gone).delete()
    Session.objects.filter(person_id__in=gone).delete()
    return [_told(draft) for draft in drafts]


def _told(draft: Pledge) -> audit.Event:
    facts = {"numbered": draft.number is not None, "left": True}
    return audit.Event(lifecycle.DISCARD.event, draft, facts)


def _end_posts(gone: Collection[int], today: date) -> None:
    """On the last day, but never before they began."""
    posts = list(Post.objects.filter(person__in=gone, until_on=None).select_related("person"))
    for post in posts:
        post.until_on = max(post.from_on, post.person.left_on or today)
    Post.objects.bulk_update(posts, ["until_on"], batch_size=1_000)


def _end_open(gone: Collection[int], at: datetime) -> list[Pledge]:
    """End what they had begun, by the lifecycle: nobody is left who could sign it."""
    locked = list(
        Pledge.objects.filter(person__in=gone, status__in=OPEN)
        .select_for_update(no_key=True)
        .order_by("person", F("number").asc(nulls_last=True), "pk")
    )
    keys = [pledge.pk for pledge in locked]
    step = lifecycle.DISCARD
    changed = Pledge.objects.filter(pk__in=keys, status__in=step.sources)
    if changed.update(status=step.target, answers={}) != len(keys):
        raise lifecycle.Forbidden(step, ", ".join(sorted({each.status for each in locked})))
    SigningIntent.objects.filter(pledge__in=keys).update(
        answers={}, signer={}, content_digest="", expires_at=at
    )
    RenderedAhead.objects.filter(pledge__in=keys).delete()
    subjects = [audit.subject_of(pledge) for pledge in locked]
    LedgerOpening.objects.filter(entry__subject__in=subjects).delete()
    return locked
