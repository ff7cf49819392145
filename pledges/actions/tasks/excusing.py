"""Excuses: asked for by one officer, approved by another, until a day; they end by themselves."""

from datetime import date, datetime

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions.tasks import membership
from pledges.core.standings import ExcuseReason
from pledges.core.task_refusals import ExcuseInThePast, ExcuseSettled, ExcuseWaits
from pledges.models import Excuse, Organisation, Person, TaskMember
from pledges.notices import tasks

Outcome = Excuse.Outcome


@transactions.atomic
def ask(
    member: TaskMember, *, reason: ExcuseReason, until_on: date, actor: Person, at: datetime
) -> Excuse:
    """Ask that `member` need not sign until `until_on`; nothing changes before it is approved.

    Raises `TaskNotRunning`, `ExcuseInThePast`, and `ExcuseWaits` while another one waits.
    """
    locked = _locked(member)
    access.require(actor, Act.EXCUSE, locked)
    if until_on < Organisation.current().localdate(at):
        raise ExcuseInThePast(until_on)
    if locked.excuses.filter(outcome=Outcome.OPEN).exists():
        raise ExcuseWaits
    excuse = Excuse.objects.create(
        member=locked,
        reason=ExcuseReason(reason),
        until_on=until_on,
        asked_by=actor,
        asked_at=at,
    )
    # Why somebody need not sign, and for how long, tells of that person.
    personal: dict[str, object] = {"reason": str(excuse.reason), "until": until_on.isoformat()}
    _record("excuse.asked", excuse, actor=actor, at=at, personal=personal)
    return excuse


def approve(excuse: Excuse, *, actor: Person, at: datetime) -> Excuse:
    """Approve what another officer asked for; it holds from now on, until its day. A mail tells it.

    Raises `TaskNotRunning`, `ExcuseSettled`, `ExcuseInThePast`.
    """
    return _settle(excuse, Outcome.APPROVED, "excuse.approved", actor=actor, at=at)


def reject(excuse: Excuse, *, actor: Person, at: datetime) -> Excuse:
    """Reject what another officer asked for. Raises `TaskNotRunning`, `ExcuseSettled`."""
    return _settle(excuse, Outcome.REJECTED, "excuse.rejected", actor=actor, at=at)


@transactions.atomic
def end(excuse: Excuse, *, actor: Person, at: datetime) -> Excuse:
    """End an approved excuse before its day. Raises `TaskNotRunning`, `ExcuseSettled`."""
    member = _locked(excuse.member)
    access.require(actor, Act.EXCUSE, member)
    day = Organisation.current().localdate(at)
    rows = Excuse.objects.filter(pk=excuse.pk, outcome=Outcome.APPROVED, ended_at__isnull=True)
    if rows.filter(until_on__gte=day).update(ended_at=at) != 1:
        raise ExcuseSettled
    excuse.refresh_from_db()
    _record("excuse.ended", excuse, actor=actor, at=at)
    return excuse


@transactions.atomic
def _settle(
    excuse: Excuse, outcome: Excuse.Outcome, event: str, *, actor: Person, at: datetime
) -> Excuse:
    _locked(excuse.member)
    locked = Excuse.objects.select_for_update(no_key=True, of=("self",)).get(pk=excuse.pk)
    if locked.outcome != Outcome.OPEN:
        raise ExcuseSettled
    access.require(actor, Act.APPROVE_EXCUSE, locked)
    today = Organisation.current().localdate(at)
    if outcome == Outcome.APPROVED and locked.until_on < today:
        raise ExcuseInThePast(locked.until_on)
    settled = Excuse.objects.filter(pk=locked.pk, outcome=Outcome.OPEN).update(
        outcome=outcome, settled_by=actor, settled_at=at
    )
    if settled != 1:
        raise ExcuseSettled
    locked.refresh_from_db()
    if outcome == Outcome.APPROVED:
        tasks.announce_excused(locked, at=at)
    _record(event, locked, actor=actor, at=at)
    return locked


def _locked(member: TaskMember) -> TaskMember:
    membership.locked_running(member.task)
    return TaskMember.objects.select_for_update(no_key=True).get(pk=member.pk)


def _record(
    event: str,
    excuse: Excuse,
    *,
    actor: Person,
    at: datetime,
    personal: dict[str, object] | None = None,
) -> None:
    member = excuse.member
    facts = {"task": str(member.task_id), "member": member.pk}
    audit.record(event, actor=actor, subject=excuse, at=at, facts=facts, personal=personal)
