"""Discarding a draft that its person began and nobody asked for."""

from datetime import datetime, timedelta
from typing import Final

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core import lifecycle, refusals
from pledges.models import LedgerOpening, Pledge, RenderedAhead, RequestCount, SigningIntent

HOUR: Final = timedelta(hours=1)
MAX_DISCARDED: Final = 10  # an hour, by one person: each takes a number, and entries of the ledger


@transactions.atomic
def discard(pledge: Pledge, *, actor: access.Actor, at: datetime) -> Pledge:
    """End a draft unsigned; what was typed into it goes, and a number that it had stays taken.

    Files that were made of it name no row any more and are swept within a day. Raises
    `TooManyAttempts`.
    """
    locked = Pledge.objects.select_for_update(no_key=True).get(pk=pledge.pk)
    lifecycle.require(lifecycle.DISCARD, locked.status)
    access.require(actor, Act.DISCARD_DRAFT, locked)
    counted = RequestCount.objects.count_one(f"discarded person:{locked.person_id}", HOUR)
    if counted.number > MAX_DISCARDED:
        raise refusals.TooManyAttempts(counted.left)
    changed = Pledge.objects.filter(pk=locked.pk, status__in=lifecycle.DISCARD.sources).update(
        status=lifecycle.DISCARD.target, answers={}
    )
    if changed != 1:
        raise lifecycle.Forbidden(lifecycle.DISCARD, locked.status)
    locked.status, locked.answers = lifecycle.DISCARD.target, {}
    # Nobody may sign what was prepared of it, nor learn from it what was typed.
    SigningIntent.objects.filter(pledge=locked).update(
        answers={}, signer={}, content_digest="", expires_at=at
    )
    RenderedAhead.objects.filter(pledge=locked).delete()
    LedgerOpening.objects.filter(entry__subject=audit.subject_of(locked)).delete()
    facts = {"numbered": locked.number is not None}
    audit.record(lifecycle.DISCARD.event, actor=actor, subject=locked, at=at, facts=facts)
    return locked
