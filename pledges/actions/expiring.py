"""A pledge's term: the end that it was given at its signing, noted when the day comes."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from pledges import access, audit, notices
from pledges.access import SYSTEM, Act
from pledges.core import lifecycle, refusals
from pledges.core.periods import closes
from pledges.models import Organisation, Pledge


def last_day(pledge: Pledge, signed_at: datetime) -> date | None:
    """The last day on which a pledge that is signed at `signed_at` binds; `None`: no term."""
    months = pledge.version.term_months
    return None if months is None else closes(Organisation.current().day(signed_at), months)


def schedule(pledge: Pledge) -> None:
    """Queue the end of an accepted pledge's term, in the caller's transaction, if it has one."""
    if pledge.ends_on is not None:
        end_of_term.using(run_after=_midnight_after(pledge.ends_on)).enqueue(str(pledge.pk))


@task()
def end_of_term(pledge_id: str) -> None:
    """What the worker does when the day has come; a pledge that ended otherwise stays so."""
    pledge = Pledge.objects.get(pk=pledge_id)
    if pledge.status in lifecycle.EXPIRE.sources:
        expire(pledge, actor=SYSTEM, at=timezone.now())


@transaction.atomic
def expire(pledge: Pledge, *, actor: access.Actor, at: datetime) -> Pledge:
    """Note that the term of a pledge has passed. Raises `TermNotOver` before that."""
    locked = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
    lifecycle.require(lifecycle.EXPIRE, locked.status)
    access.require(actor, Act.EXPIRE_PLEDGE, locked)
    if locked.ends_on is None or at < _midnight_after(locked.ends_on):
        raise refusals.TermNotOver
    changed = Pledge.objects.filter(pk=locked.pk, status__in=lifecycle.EXPIRE.sources).update(
        status=lifecycle.EXPIRE.target
    )
    if changed != 1:
        raise lifecycle.Forbidden(lifecycle.EXPIRE, locked.status)
    locked.status = lifecycle.EXPIRE.target
    facts = {"ended": locked.ends_on.isoformat()}
    audit.record(lifecycle.EXPIRE.event, actor=actor, subject=locked, at=at, facts=facts)
    notices.announce(notices.EXPIRED, locked)
    return locked


def _midnight_after(day: date) -> datetime:
    """The end of `day` by the organisation's clock."""
    zone = ZoneInfo(Organisation.current().time_zone)
    return datetime.combine(day + timedelta(days=1), time.min, zone)
