"""Asking to apply a roster, and the second person where many would leave."""

from datetime import datetime
from typing import Any

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import people
from pledges.actions.rosters import applying, preparing
from pledges.core import roster_refusals
from pledges.core.rosters import planning
from pledges.core.rosters.people import Fate
from pledges.models import Person, Roster


@transactions.atomic
def confirm(
    roster: Roster,
    *,
    leavers: int | None,
    actor: access.Actor,
    at: datetime,
    seen: str | None = None,
) -> Roster:
    """Have the plan applied as it was shown, or ask for a second person where many would leave.

    `leavers` is the number that was typed; asked for where they are many. `seen` is the digest of
    the plan that was looked at, as somebody may have mended the list since. Whether the plan is
    still the one that would be made is found when it is applied, under locks. Raises
    `RosterClosed`, `RosterColumnsMissing`, `RosterStale` where that failed before, `RosterFaulty`,
    `RosterEmpty`, `RosterNumberWrong`, `RosterBusy`, `RosterChanged`.
    """
    people.lock_administrators()
    locked = preparing.lock_open(roster, actor)
    _require_ready(locked)
    _require_seen(locked, seen)
    leaving = locked.counts.get(Fate.LEFT, 0)
    many = planning.are_many(leaving, locked.within)
    if many and leavers != leaving:
        raise roster_refusals.RosterNumberWrong(leaving)
    second = many and is_second_needed(actor)
    locked.asked_by_id, locked.asked_at = actor.pk, at
    locked.takes_two = second
    if second:
        locked.state = Roster.State.WAITING
        locked.save()
        facts = {"leavers": leaving, "within": locked.within}
        audit.record("roster.asked", actor=actor, subject=locked, at=at, facts=facts)
    else:
        _begin(locked, actor=actor, at=at)
    return locked


@transactions.atomic
def confirm_second(
    roster: Roster, *, actor: access.Actor, at: datetime, seen: str | None = None
) -> Roster:
    """The second person has it applied. Raises as `confirm` does."""
    people.lock_administrators()
    access.require(actor, Act.IMPORT_PEOPLE)
    found = Roster.objects.select_for_update(no_key=True).defer("content").filter(pk=roster.pk)
    locked = found.first()
    if locked is None or locked.state != Roster.State.WAITING:
        raise roster_refusals.RosterClosed
    access.require(actor, Act.CONFIRM_ROSTER, locked)
    _require_seen(locked, seen)
    _begin(locked, actor=actor, at=at)
    return locked


def is_second_needed(actor: access.Actor) -> bool:
    """Whether another person has to confirm: there is one, and it is no command of the operator."""
    if not isinstance(actor, Person):
        return False
    return who_may_confirm().exclude(pk=actor.pk).exists()


def who_may_confirm() -> Any:
    """Those who may be the second person."""
    roles = [role.value for role in access.IMPORTERS]
    return Person.objects.filter(groups__name__in=roles, is_active=True).distinct()


def _require_ready(roster: Roster) -> None:
    if roster.state == Roster.State.UPLOADED:
        raise roster_refusals.RosterColumnsMissing
    if roster.state == Roster.State.FAILED:
        raise roster_refusals.RosterStale
    if roster.counts.get(Fate.FAULTY):
        raise roster_refusals.RosterFaulty
    if not roster.moves and not roster.counts.keys() - {Fate.UNCHANGED, Fate.OMITTED}:
        raise roster_refusals.RosterEmpty


def _require_seen(roster: Roster, seen: str | None) -> None:
    if seen is not None and seen != roster.plan_digest:
        raise roster_refusals.RosterChanged


def _begin(roster: Roster, *, actor: access.Actor, at: datetime) -> None:
    if Roster.objects.filter(state=Roster.State.APPLYING).exists():
        raise roster_refusals.RosterBusy
    roster.confirmed_by_id, roster.confirmed_at = actor.pk, at
    roster.state, roster.progress, roster.worked_at = Roster.State.APPLYING, 0, at
    roster.failure = ""
    roster.save()
    facts = {"counts": roster.counts, "within": roster.within}
    audit.record("roster.confirmed", actor=actor, subject=roster, at=at, facts=facts)
    applying.queue(roster)
