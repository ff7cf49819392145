"""The rules by which somebody may do something: each is asked of an actor and a subject."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser

from pledges.core.lifecycle import PledgeState, Role
from pledges.models import (
    AcceptanceBatch,
    Excuse,
    Person,
    Pledge,
    Proposal,
    Roster,
    SigningTask,
    TaskMember,
)


class System:
    """The actor of background work and of the set-up commands: nobody, and said so."""

    pk = None
    roles: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return "system"


SYSTEM: Final = System()
Actor = Person | System | AnonymousUser


Rule = Callable[[Any, Any], bool]


def has(*roles: Role) -> Rule:
    return lambda actor, subject: any(role in actor.roles for role in roles)


def system_or(rule: Rule) -> Rule:
    return lambda actor, subject: isinstance(actor, System) or rule(actor, subject)


def only_system(actor: Any, subject: Any) -> bool:
    """Background work and set-up commands alone."""
    return isinstance(actor, System)


def active(actor: Any, subject: Any) -> bool:
    """Every active person signs what is theirs; roles only add offices."""
    return isinstance(actor, Person) and actor.is_active


def own(actor: Any, pledge: Pledge | TaskMember) -> bool:
    return active(actor, pledge) and pledge.person_id == actor.pk


def own_idea(actor: Any, pledge: Pledge) -> bool:
    """What compliance asked for, or returned to be corrected, is not for its signer to drop."""
    return own(actor, pledge) and not (pledge.assigned_at or pledge.corrects_id)


def own_to_withdraw(actor: Any, pledge: Pledge) -> bool:
    """Before it is signed, what was asked for is not for its signer to drop."""
    rule = own_idea if pledge.status == PledgeState.DRAFT else own
    return rule(actor, pledge)


def moves(actor: Any, draft: Pledge | None) -> bool:
    """`None`: many, of anybody's."""
    return Role.COMPLIANCE in actor.roles or (draft is not None and own(actor, draft))


def somebody_elses(actor: Any, pledge: Pledge) -> bool:
    """Separation of duties: nobody judges a pledge of their own."""
    return Role.COMPLIANCE in actor.roles and pledge.person_id != actor.pk


def own_batch(actor: Any, batch: AcceptanceBatch | None) -> bool:
    """Compliance's bulk acceptances are each officer's own; `None`: any of theirs."""
    return Role.COMPLIANCE in actor.roles and (batch is None or batch.officer_id == actor.pk)


def reads_batch(actor: Any, batch: AcceptanceBatch | None) -> bool:
    return Role.AUDITOR in actor.roles or own_batch(actor, batch)


# Who keeps the list of people: by an import, never their roles.
IMPORTERS: Final = (Role.HR, Role.ADMINISTRATOR)

# Who may make, and who may accept, each kind of change that needs two people.
DECIDING: Final[dict[str, Role]] = {
    Proposal.Kind.PERSON: Role.ADMINISTRATOR,
    Proposal.Kind.TWO_PEOPLE: Role.ADMINISTRATOR,
    Proposal.Kind.RETENTION: Role.COMPLIANCE,
    Proposal.Kind.EDITORIAL: Role.COMPLIANCE,
}


def decides(actor: Any, proposal: Any) -> bool:
    return DECIDING.get(getattr(proposal, "kind", "")) in actor.roles


def decides_on_anothers(actor: Any, proposal: Proposal) -> bool:
    """Nobody is the second person of what they proposed themselves."""
    return decides(actor, proposal) and proposal.proposer_id != actor.pk


def reads_proposal(actor: Any, proposal: Proposal | None) -> bool:
    """`None`: any at all."""
    if Role.AUDITOR in actor.roles:
        return True
    if proposal is None:
        return not actor.roles.isdisjoint(DECIDING.values())
    return decides(actor, proposal)


def is_somebody(actor: Any) -> bool:
    """Whoever has to be met themselves is nobody's second person.

    Whoever handed over that account may still be the one who uses it.
    """
    return not getattr(actor, "must_be_met", False)


def confirms_roster(actor: Any, roster: Roster) -> bool:
    """Nobody is the second person of what they asked for themselves."""
    another = has(*IMPORTERS)(actor, roster) and roster.asked_by_id != actor.pk
    return another and is_somebody(actor)


READERS = (Role.COMPLIANCE, Role.HR, Role.AUDITOR)


def reads(actor: Any, pledge: Pledge) -> bool:
    return pledge.person_id == actor.pk or has(*READERS)(actor, pledge)


def oneself(actor: Any, person: Any) -> bool:
    """Also for somebody who has no role yet."""
    is_person = isinstance(actor, Person) and isinstance(person, Person)
    return is_person and actor.is_active and actor.pk == person.pk


def own_passkey(actor: Any, person_id: int | None) -> bool:
    return active(actor, person_id) and person_id == actor.pk


def confirms_cancellation(actor: Any, task: SigningTask) -> bool:
    """Nobody is the second person of what they asked for themselves."""
    another = Role.COMPLIANCE in actor.roles and task.cancellation_asked_by_id != actor.pk
    return another and is_somebody(actor)


def excuses(actor: Any, member: TaskMember) -> bool:
    """Nobody excuses themselves."""
    return Role.COMPLIANCE in actor.roles and member.person_id != actor.pk


def approves_excuse(actor: Any, excuse: Excuse) -> bool:
    another = excuses(actor, excuse.member) and excuse.asked_by_id != actor.pk
    return another and is_somebody(actor)
