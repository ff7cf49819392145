"""People: creating accounts, changing their facts and roles; the organisation."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.contrib.auth.models import Group
from django.db import models

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import employment, enrolment, proposing, sessions
from pledges.actions.proposing import Kind
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import Organisation, Person, Proposal
from pledges.models.names import PlainNames
from pledges.notices import accounts

# Facts whose change the ledger names; their values are personal data and stay out of it.
_FACTS = (
    *("username", "email", "name", "employee_number", "position", "department_id", "contact"),
    *("language", "is_active", "entered_on"),
)
# Each asks for a second person beside an administrator, so none is switched off by one alone.
SWITCHES = ("two_people", "meet_invited")
_ORGANISATION_FACTS = (*Organisation.NAMES, *Organisation.RULES, *SWITCHES)
# How somebody signs in is not changed here, least of all by an outdated copy of their row.
_CREDENTIALS = ("password", "must_change_password", "handover")


@transactions.atomic
def save_person(
    person: Person,
    *,
    actor: access.Actor,
    at: datetime,
    roles: Collection[Role] | None = None,
    since: date | None = None,
) -> Person:
    """Create or change a person; with `roles`, these and no others are theirs from now on.

    A changed position is a post from `since` on, or from today.
    Whether somebody may enter the admin follows from their roles alone. Where a second person is
    needed, all is saved but the roles and whether the account is active: that is proposed. Raises
    `LastAdministrator` where nobody would be left to manage people, `UnfitCharacter` for a name
    that is not what it looks like, and `AlreadyProposed`.
    """
    lock_administrators()
    before = Person.objects.select_for_update(no_key=True).filter(pk=person.pk).first()
    access.require(actor, Act.MANAGE_PEOPLE, before or person)
    held = {role.value for role in roles} if roles is not None else held_by(before)
    takes_two = _takes_two(before, person, held, actor)
    if not (takes_two and proposing.is_second_needed(Kind.PERSON, actor)):
        return write(person, before, held, actor=actor, at=at, since=since)
    wanted = _account_of(held, person.is_active)
    if before is not None:
        person.is_active = before.is_active
    write(person, before, held_by(before), actor=actor, at=at, since=since)
    now = _account_of(held_by(before), person.is_active)
    proposing.propose(Kind.PERSON, before=now, after=wanted, actor=actor, at=at, person=person)
    return person


@transactions.atomic
def carry_out(proposal: Proposal, *, actor: access.Actor, at: datetime) -> None:
    """Give the roles, or change the account, as was proposed.

    Raises `StaleProposal`, `ProposalSettled`.
    """
    lock_administrators()
    locked = Person.objects.select_for_update(no_key=True, of=("self",))
    person = locked.filter(proposals=proposal).first()
    if person is None:  # an erasure took the proposal
        raise refusals.ProposalSettled
    if _account_of(held_by(person), person.is_active) != proposal.before or person.erased_at:
        raise refusals.StaleProposal
    access.require(actor, Act.MANAGE_PEOPLE, person)
    proposing.settle(proposal, Proposal.Outcome.ACCEPTED, actor=actor, at=at)
    before = Person.objects.get(pk=person.pk)
    person.is_active = proposal.after["is_active"]
    write(person, before, set(proposal.after["roles"]), actor=actor, at=at)


def _takes_two(
    before: Person | None, person: Person, held: Collection[str], actor: access.Actor
) -> bool:
    """Whether this change of roles or account waits; who steps down asks nobody."""
    may = set(held) if person.is_active else set()
    could = before.roles if before else frozenset()
    return proposing.takes_two(could, may) and not (person.pk == actor.pk and may <= could)


def _account_of(held: Collection[str], is_active: bool) -> dict[str, object]:
    """What a proposal says of a person, before and after."""
    return {"roles": sorted(held), "is_active": is_active}


def write(
    person: Person,
    before: Person | None,
    held: Collection[str],
    *,
    actor: access.Actor,
    at: datetime,
    since: date | None = None,
) -> Person:
    """Save a person whose row as it was is locked, in the caller's transaction, and tell of it.

    A changed position is a post from `since` on, or from today.
    """
    changed = changed_facts(before, person, _FACTS)
    require_fit(person, changed)
    if held != held_by(before):
        changed.append("roles")
    stays = person.is_active and Role.ADMINISTRATOR.value in held
    if before and Role.ADMINISTRATOR in before.roles and not stays:
        require_another_administrator(before)
    _keep_credentials(before, person, changed, actor)
    person.is_superuser = False
    person.is_staff = bool(set(held) - {Role.MANAGER.value})
    person.save()
    person.groups.set(Group.objects.filter(name__in=held))
    person.__dict__.pop("_roles", None)
    if "position" in changed:
        day = since or (person.entered_on if before is None else None)
        employment.note_post(person, day or Organisation.current().localdate(at))
    if not person.is_active:
        sessions.end_all(person)
    if before is not None:
        _tell(before, person, at)
    if changed:
        event = "person.changed" if before else "person.created"
        facts = {"changed": changed, "roles": sorted(held)}
        audit.record(event, actor=actor, subject=person, at=at, facts=facts)
    return person


def _tell(before: Person, person: Person, at: datetime) -> None:
    """What its owner hears of a change to their account; of an address, at both addresses."""
    when = at.isoformat()
    if before.email != person.email:
        accounts.tell("address_changed", person, at=when)
        if before.email:
            accounts.tell("address_changed", person, at=when, to=before.email)


@transactions.atomic
def save_organisation(
    organisation: Organisation, *, actor: access.Actor, at: datetime
) -> Organisation:
    """Change the organisation's names, zone or rules; what was issued keeps what it says.

    What asks for a second person ends only when one accepts it. Raises `AlreadyProposed`.
    """
    access.require(actor, Act.MANAGE_PEOPLE, organisation)
    before = Organisation.objects.select_for_update(no_key=True).get(pk=1)
    off = {name: False for name in SWITCHES if getattr(before, name) > getattr(organisation, name)}
    waits = bool(off) and proposing.is_second_needed(Kind.TWO_PEOPLE, actor)
    for name in off if waits else ():
        setattr(organisation, name, True)
    changed = changed_facts(before, organisation, _ORGANISATION_FACTS)
    require_fit(organisation, changed)
    organisation.pk = 1
    organisation.save()
    record_change("organisation.changed", organisation, changed, actor=actor, at=at)
    if waits:
        on = dict.fromkeys(off, True)
        proposing.propose(Kind.TWO_PEOPLE, before=on, after=off, actor=actor, at=at)
    return organisation


@transactions.atomic
def carry_out_alone(proposal: Proposal, *, actor: access.Actor, at: datetime) -> None:
    """From now on one person is enough, or nobody has to meet the invited, as was proposed.

    Raises `StaleProposal`, `ProposalSettled`.
    """
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=1)
    switched = [name for name in SWITCHES if name in proposal.after]
    if proposal.before != {name: getattr(organisation, name) for name in switched}:
        raise refusals.StaleProposal
    access.require(actor, Act.MANAGE_PEOPLE, organisation)
    proposing.settle(proposal, Proposal.Outcome.ACCEPTED, actor=actor, at=at)
    for name in switched:
        setattr(organisation, name, False)
    organisation.save()
    record_change("organisation.changed", organisation, switched, actor=actor, at=at)


def _keep_credentials(
    before: Person | None, person: Person, changed: list[str], actor: access.Actor
) -> None:
    """Leave the password as it is, and note that somebody else chose where its links go to."""
    if before is None and not person.password:
        person.set_unusable_password()
    for name in _CREDENTIALS if before else ():
        setattr(person, name, getattr(before, name))
    elsewhere = "email" in changed and isinstance(actor, Person) and actor.pk != person.pk
    if elsewhere and not (before and enrolment.signs(before)):
        person.handover = person.handover or Person.Handover.LINK


def held_by(person: Person | None) -> set[str]:
    """The roles a person holds, whether or not they may use them at present."""
    known = {role.value for role in Role}
    return known.intersection(person.groups.values_list("name", flat=True)) if person else set()


def lock_administrators() -> None:
    """Two administrators who demote or erase each other at once are decided one by one."""
    Group.objects.select_for_update(no_key=True).get(name=Role.ADMINISTRATOR)


def require_another_administrator(person: Person) -> None:
    """Raise `LastAdministrator` if nobody but `person` manages people."""
    others = Person.objects.filter(groups__name=Role.ADMINISTRATOR, is_active=True)
    if not others.exclude(pk=person.pk).exists():
        raise refusals.LastAdministrator


def changed_facts(
    before: models.Model | None, after: models.Model, facts: Sequence[str]
) -> list[str]:
    """Which of `facts` are others than before; all of them where there was nothing before."""
    if before is None:
        return list(facts)
    return [fact for fact in facts if getattr(before, fact) != getattr(after, fact)]


def require_fit(thing: PlainNames, changed: Collection[str]) -> None:
    """Refuse what is entered now; what an earlier version let in need not be mended for it."""
    for name, character in thing.unfit_names().items():
        if name in changed:
            raise refusals.UnfitCharacter(character)


def record_change(
    event: str,
    thing: models.Model,
    changed: list[str],
    *,
    actor: access.Actor,
    at: datetime,
) -> None:
    if changed:
        audit.record(event, actor=actor, subject=thing, at=at, facts={"changed": changed})
