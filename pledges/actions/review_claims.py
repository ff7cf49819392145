"""Claiming a pledge while its review page is open: a lease, which anybody may take over."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from pledges import access
from pledges.access import Act
from pledges.models import Person, Pledge, ReviewClaim

LEASE: Final = timedelta(minutes=10)


def claim(pledge: Pledge, *, actor: Person, at: datetime) -> ReviewClaim | None:
    """Have `actor` hold `pledge` from `at` on, if nobody else does; gives whoever holds it then.

    None where it was released at this very moment. Each statement stands by itself: of two who
    come at once, one holds it, and the other is told who.
    """
    access.require(actor, Act.JUDGE_PLEDGE, pledge)
    held = {"officer": actor, "until": at + LEASE}
    found = ReviewClaim.objects.filter(pledge=pledge)
    if not found.filter(Q(officer=actor) | Q(until__lte=at)).update(**held):
        mine = ReviewClaim(pledge=pledge, **held)
        ReviewClaim.objects.bulk_create([mine], ignore_conflicts=True)
    return found.select_related("officer").first()


def take_over(pledge: Pledge, *, actor: Person, at: datetime) -> ReviewClaim | None:
    """Have `actor` hold `pledge`, whoever held it before."""
    access.require(actor, Act.JUDGE_PLEDGE, pledge)
    ReviewClaim.objects.filter(pledge=pledge).update(officer=actor, until=at + LEASE)
    return claim(pledge, actor=actor, at=at)


def clear(at: datetime) -> int:
    """Remove the claims that have lapsed."""
    return ReviewClaim.objects.filter(until__lte=at).delete()[0]
