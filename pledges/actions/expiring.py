"""A pledge's term: the end that it was given at its signing, noted when the day has passed."""

from contextlib import suppress
from datetime import date, datetime

from django.utils import timezone
from django_tasks import task

from pledges import access, audit, notices, transactions
from pledges.access import SYSTEM, Act
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import Forbidden
from pledges.core.periods import closes
from pledges.models import Organisation, Pledge
from pledges.models.pledges import PledgeQuerySet


def last_day(pledge: Pledge, signed_at: datetime) -> date | None:
    """The last day on which a pledge that is signed at `signed_at` binds; `None`: no term."""
    months = pledge.version.term_months
    return None if months is None else closes(Organisation.current().localdate(signed_at), months)


def schedule(pledge: Pledge) -> None:
    """Queue the end of an accepted pledge's term, in the caller's transaction, if it has one."""
    if pledge.ends_on is not None:
        after = Organisation.current().end_of(pledge.ends_on)
        end_of_term.using(run_after=after).enqueue(str(pledge.pk))


@task()
def end_of_term(pledge_id: str) -> None:
    """What the worker does when a term should have ended: all that are over, whosever they are.

    So one run makes up for others that failed. The company may have moved to another time zone
    since it was queued: then the day of this one is still to come.
    """
    expire_due(timezone.now())
    pledge = Pledge.objects.get(pk=pledge_id)
    if pledge.status in lifecycle.EXPIRE.sources:
        schedule(pledge)


def expire_due(at: datetime, among: PledgeQuerySet | None = None) -> int:
    """Note every end of a term that has passed by `at`, and give their number."""
    every = Pledge.objects.all() if among is None else among
    noted = 0
    for pledge in every.over(Organisation.current().localdate(at)):
        with suppress(Forbidden):  # revoked, or noted by somebody else, a moment ago
            expire(pledge, actor=SYSTEM, at=at)
            noted += 1
    return noted


@transactions.atomic
def expire(pledge: Pledge, *, actor: access.Actor, at: datetime) -> Pledge:
    """Note that the term of a pledge has passed. Raises `TermNotOver` before that."""
    locked = Pledge.objects.select_for_update(no_key=True, of=("self",)).get(pk=pledge.pk)
    lifecycle.require(lifecycle.EXPIRE, locked.status)
    access.require(actor, Act.EXPIRE_PLEDGE, locked)
    today = Organisation.current().localdate(at)
    if locked.ends_on is None or locked.ends_on >= today:
        raise refusals.TermNotOver
    changed = Pledge.objects.filter(pk=locked.pk, status__in=lifecycle.EXPIRE.sources).update(
        status=lifecycle.EXPIRE.target
    )
    if changed != 1:
        raise Forbidden(lifecycle.EXPIRE, locked.status)
    locked.status = lifecycle.EXPIRE.target
    facts = {"ended": locked.ends_on.isoformat()}
    audit.record(lifecycle.EXPIRE.event, actor=actor, subject=locked, at=at, facts=facts)
    if not _followed(locked, today):
        notices.announce(notices.EXPIRED, locked)
    return locked


def _followed(pledge: Pledge, today: date) -> bool:
    """Whether the signer has signed the next pledge of the template already."""
    template = pledge.version.template_id
    others = Pledge.objects.filter(person_id=pledge.person_id, version__template_id=template)
    return (others.awaiting_review() | others.in_force(today)).exists()
