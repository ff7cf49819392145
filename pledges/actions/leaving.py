"""Leaving the company, and coming back: accounts are deactivated, never deleted."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import people, people_changes, proposing
from pledges.actions.proposing import Kind
from pledges.core import employment_refusals, refusals
from pledges.core.lifecycle import PledgeState, Role
from pledges.core.standings import TaskState
from pledges.models import Department, Organisation, Person, Pledge, TaskMember

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Leaving:
    """What somebody's leaving means; each a list, read when it is asked."""

    ended: list[Pledge]
    awaiting: list[Pledge]
    in_force: list[Pledge]
    roles: frozenset[str]
    departments: list[Department]
    memberships: list[TaskMember]


def preview(person: Person, at: datetime) -> Leaving:
    """What would follow if `person` left now; writes nothing."""
    today = Organisation.current().localdate(at)
    own = Pledge.objects.of(person).select_related("version").order_by("number", "created_at")
    memberships = TaskMember.objects.filter(person=person, task__state=TaskState.RUNNING)
    return Leaving(
        ended=list(own.filter(status__in=people_changes.OPEN)),
        awaiting=list(own.filter(status=PledgeState.SIGNED)),
        in_force=list(own.in_force(today)),
        roles=person.roles,
        departments=list(Department.objects.filter(head=person)),
        memberships=list(memberships.select_related("task").with_standing(today)),
    )


@transactions.atomic
def leave(person: Person, *, last_day: date, actor: access.Actor, at: datetime) -> bool:
    """Note somebody's last day, and deactivate their account where that day is today or past.

    A later one is carried out by `carry_out_due` once the day is over. True where the account was
    deactivated. Raises `AlreadyLeft`, `BeforeEntry` for a day before their entry,
    `AdministratorLeaves` where their role needs two people, and `LastAdministrator`.
    """
    people.lock_administrators()
    headed = Department.objects.select_for_update(no_key=True).filter(head=person).order_by("pk")
    departments = len(headed)
    locked = Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
    access.require(actor, Act.MANAGE_EMPLOYMENT, locked)
    if not locked.is_active:
        raise employment_refusals.AlreadyLeft
    if locked.entered_on and last_day < locked.entered_on:
        raise employment_refusals.BeforeEntry
    if Role.ADMINISTRATOR in locked.roles:
        people.require_another_administrator(locked)
        if locked.pk != actor.pk and proposing.is_second_needed(Kind.PERSON, actor):
            raise employment_refusals.AdministratorLeaves
    locked.left_on, roles = last_day, sorted(locked.roles)
    at_once = last_day <= Organisation.current().localdate(at)
    locked.is_active = not at_once
    locked.save(update_fields=["left_on", "is_active"])
    events: list[audit.Event] = []
    facts: dict[str, object] = {"carried_out": at_once}
    if at_once:
        events = people_changes.left([locked.pk], actor=actor, at=at)
        facts |= {"roles": roles, "departments": departments, "drafts": len(events)}
    audit.record_many([*events, audit.Event("person.left", locked, facts)], actor=actor, at=at)
    return at_once


@transactions.atomic
def stay(person: Person, *, actor: access.Actor, at: datetime) -> None:
    """Take back a leaving that was noted and not carried out. Raises `NotLeft`, `AlreadyLeft`."""
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    access.require(actor, Act.MANAGE_EMPLOYMENT, locked)
    if not locked.is_active:
        raise employment_refusals.AlreadyLeft
    if locked.left_on is None:
        raise employment_refusals.NotLeft
    Person.objects.filter(pk=locked.pk).update(left_on=None)
    facts = {"changed": ["left_on"]}
    audit.record("person.changed", actor=actor, subject=locked, at=at, facts=facts)


@transactions.atomic
def come_back(person: Person, *, entered_on: date, actor: access.Actor, at: datetime) -> None:
    """Open the account of somebody who had left: the same person, without a role or an office.

    An account that was deactivated without leaving is an administrator's to open. Raises
    `NotLeft`, and `DaysReversed` for a day that is not after the last one.
    """
    people.lock_administrators()
    locked = Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
    access.require(actor, Act.MANAGE_EMPLOYMENT, locked)
    if locked.is_active or locked.left_on is None:
        raise employment_refusals.NotLeft
    if entered_on <= locked.left_on:
        raise employment_refusals.DaysReversed
    locked.groups.clear()
    locked.is_active, locked.is_staff = True, False
    locked.entered_on, locked.left_on = entered_on, None
    locked.save(update_fields=["is_active", "is_staff", "entered_on", "left_on"])
    audit.record("person.returned", actor=actor, subject=locked, at=at)


def carry_out_due(at: datetime) -> int:
    """Deactivate everybody whose last day is over, each by themselves; gives how many."""
    today = Organisation.current().localdate(at)
    done = 0
    for person in Person.objects.filter(is_active=True, left_on__lt=today).order_by("pk"):
        try:
            leave(person, last_day=person.left_on or today, actor=access.SYSTEM, at=at)
        except refusals.Refusal as refusal:
            logger.warning("person %d has left and keeps an account: %s", person.pk, refusal.kind)
        else:
            done += 1
    return done
