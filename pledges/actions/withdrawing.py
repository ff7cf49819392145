"""Withdrawing what nobody has judged yet: one pledge, or all that a task or a leaver had open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pledges import access, audit, notices, transactions
from pledges.access import Act
from pledges.core import lifecycle, refusals
from pledges.core.characters import refused_at
from pledges.core.lifecycle import PledgeState, Why
from pledges.models import Person, Pledge, RenderedAhead, SigningIntent, TaskMember

MAX_REASON_LENGTH: Final = 2_000
DISCARDED: Final = lifecycle.DISCARD.event
# Whoever withdraws one pledge, on whose account. For many, by what concerns them all.
_ACTS: Final[Mapping[Why, Act]] = {
    Why.SIGNER: Act.WITHDRAW_OWN,
    Why.COMPLIANCE: Act.WITHDRAW_ANOTHERS,
}
_OPEN: Final = lifecycle.WITHDRAW.sources


@dataclass(frozen=True)
class Ended:
    """How many were withdrawn, how many drafts without a number went, and what to tell of it."""

    withdrawn: int
    deleted: int
    events: Sequence[audit.Event]


@transactions.atomic
def withdraw(
    pledge: Pledge, *, actor: access.Actor, at: datetime, why: Why, reason: str = ""
) -> Pledge | None:
    """End a draft or a signed pledge before its review; `None` where a draft without number went.

    Whatever was signed stays as it is, and never takes effect. What was asked for and its signer
    withdrew once signed, is a draft of theirs again, with its answers. Raises `ReasonMissing`
    where compliance gives none, `Forbidden` where it was judged or ended meanwhile.
    """
    locked = next(iter(_lock([pledge.pk])), None)
    if locked is None:  # a draft that somebody else withdrew a moment ago
        raise lifecycle.Forbidden(lifecycle.WITHDRAW, "")
    lifecycle.require(lifecycle.WITHDRAW, locked.status)
    access.require(actor, _ACTS.get(why, Act.WITHDRAW_MANY), locked)
    was_signed = locked.status == PledgeState.SIGNED
    if why is Why.COMPLIANCE and not reason.strip():
        raise refusals.ReasonMissing
    again = why is Why.SIGNER and was_signed and bool(locked.assigned_at or locked.corrects_id)
    draft = _begin_again(locked, at) if again else None
    ended = _end([locked], actor=actor, at=at, why=why, reason=reason, draft=draft)
    audit.record_many(ended.events, actor=actor, at=at)
    if why is Why.COMPLIANCE and ended.withdrawn:
        notices.announce(notices.WITHDRAWN, locked)
    return locked if ended.withdrawn else None


@transactions.atomic
def withdraw_many(
    keys: Collection[UUID],
    *,
    actor: access.Actor,
    at: datetime,
    why: Why,
    reason: str = "",
    version_id: int | None = None,
) -> Ended:
    """The same for all of `keys` that are open, in one turn of the ledger; the others stay.

    With `version_id`, so do those that have moved to another version meanwhile. A thousand take
    about a second. Within a transaction of the caller's that has locked persons and tasks before;
    nobody is told, which is the caller's.
    """
    ended = end_many(keys, actor=actor, at=at, why=why, reason=reason, version_id=version_id)
    audit.record_many(ended.events, actor=actor, at=at)
    return ended


def end_many(
    keys: Collection[UUID],
    *,
    actor: access.Actor,
    at: datetime,
    why: Why,
    reason: str = "",
    version_id: int | None = None,
) -> Ended:
    """The same as a part of a greater change: the caller tells the ledger, within its one turn."""
    access.require(actor, Act.WITHDRAW_MANY)
    own = [
        each
        for each in _lock(keys)
        if each.status in _OPEN and version_id in (None, each.version_id)
    ]
    return _end(own, actor=actor, at=at, why=why, reason=reason)


def _lock(keys: Collection[UUID]) -> list[Pledge]:
    """In the order of locks: a draft that goes is let go of by the members of tasks it was for."""
    members = TaskMember.objects.select_for_update(no_key=True).filter(pledge__in=keys)
    list(members.order_by("pk").values_list("pk"))
    own = Pledge.objects.select_for_update(no_key=True).filter(pk__in=keys)
    return list(own.order_by("person_id", "number", "pk"))


def _end(
    pledges: Sequence[Pledge],
    *,
    actor: access.Actor,
    at: datetime,
    why: Why,
    reason: str,
    draft: Pledge | None = None,
) -> Ended:
    """What is locked ends: with a number it is withdrawn, and without one there is nothing left."""
    _check_words(reason)
    numbered = [each for each in pledges if each.number is not None]
    fresh = [each for each in pledges if each.number is None]
    personal = {"reason": reason.strip()} if reason.strip() else {}
    events = []
    for each in numbered:
        facts: dict[str, object] = {"why": why.value, "was": each.status}
        if draft is not None:
            facts["draft"] = str(draft.pk)
        events.append(audit.Event(lifecycle.WITHDRAW.event, each, facts, personal))
    for each in fresh:
        gone = {"numbered": False, "why": why.value}
        events.append(audit.Event(DISCARDED, audit.subject_of(each), gone))
    _write(numbered, actor, at, why, reason)
    RenderedAhead.objects.filter(pledge__in=pledges).delete()
    Pledge.objects.filter(pk__in=[each.pk for each in fresh]).delete()
    return Ended(len(numbered), len(fresh), events)


def _write(
    numbered: Sequence[Pledge], actor: access.Actor, at: datetime, why: Why, reason: str
) -> None:
    step = lifecycle.WITHDRAW
    written = {
        "status": step.target,
        "withdrawn_at": at,
        "withdrawn_by": actor if isinstance(actor, Person) else None,
        "withdrawn_why": why,
        "withdrawal_reason": reason.strip(),
    }
    keys = [each.pk for each in numbered]
    if Pledge.objects.filter(pk__in=keys, status__in=step.sources).update(**written) != len(keys):
        raise lifecycle.Forbidden(step, ", ".join(sorted({each.status for each in numbered})))
    for each in numbered:
        for name, value in written.items():
            setattr(each, name, value)
    unused = SigningIntent.objects.filter(pledge__in=keys, used_at=None, expires_at__gt=at)
    unused.update(expires_at=at)


def _begin_again(withdrawn: Pledge, at: datetime) -> Pledge:
    """The draft in place of a signed pledge that the company had asked for: it still does."""
    asked = ("due_on", "assigned_at", "assigned_by_id", "assignment_note", "language", "answers")
    return Pledge.objects.create(
        person_id=withdrawn.person_id,
        version_id=withdrawn.version_id,
        template_id=withdrawn.template_id,
        saved_at=at,
        created_at=at,
        **{name: getattr(withdrawn, name) for name in asked},
    )


def _check_words(reason: str) -> None:
    if len(reason) > MAX_REASON_LENGTH or refused_at(reason, "\n\r") is not None:
        raise refusals.ReasonMissing
