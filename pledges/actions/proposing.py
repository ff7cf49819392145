"""Which changes need two people, and proposing one of them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pledges import access, audit
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import Organisation, Person, PledgeTemplate, Proposal
from pledges.notices import accounts

Kind = Proposal.Kind


def is_second_needed(kind: Kind, actor: access.Actor) -> bool:
    """Whether `actor` only proposes such a change: there is another person who may make it.

    Where only one may, they go on alone. What commands do is the operator's.
    """
    if not isinstance(actor, Person) or not Organisation.current().two_people:
        return False
    return who_may(kind).exclude(pk=actor.pk).exists()


def takes_two(could: Collection[str], may: Collection[str]) -> bool:
    """Whether somebody may do more from now on, or can object no more as an administrator.

    Whatever else is taken away is done at once, also while a proposal waits: it is often urgent.
    """
    disarmed = Role.ADMINISTRATOR in could and Role.ADMINISTRATOR not in may
    return disarmed or not set(may) <= set(could)


def who_may(kind: str) -> Any:
    """The people who may make, and accept, such a change."""
    role = access.DECIDING[kind]
    return Person.objects.filter(groups__name=role, is_active=True).distinct()


def find_open(
    *,
    person: Person | None = None,
    template: PledgeTemplate | None = None,
    kind: Kind | None = None,
) -> Proposal | None:
    """The change that waits for its second person: of a person, of a template, or of neither.

    Of a template, of this kind: there are two.
    """
    waiting = Proposal.objects.filter(
        person=person, template=template, outcome=Proposal.Outcome.OPEN
    )
    if kind is not None:
        waiting = waiting.filter(kind=kind)
    return waiting.select_related("proposer").first()


def propose(
    kind: Kind,
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
    actor: access.Actor,
    at: datetime,
    person: Person | None = None,
    template: PledgeTemplate | None = None,
) -> Proposal:
    """Have a change wait for its second person, in the transaction that would have made it.

    The caller has locked what it is about. Raises `AlreadyProposed`.
    """
    if not isinstance(actor, Person):
        raise TypeError("only people propose: what commands do is done at once")
    if find_open(person=person, template=template, kind=kind) is not None:
        raise refusals.AlreadyProposed
    proposal = Proposal.objects.create(
        kind=kind,
        person=person,
        template=template,
        before=before,
        after=after,
        proposer_id=actor.pk,
        proposed_at=at,
    )
    about = person or template
    facts = {
        "kind": kind.value,
        "about": audit.subject_of(about) if about else "",
        "before": before,
        "after": after,
    }
    audit.record("proposal.made", actor=actor, subject=proposal, at=at, facts=facts)
    for other in who_may(kind).exclude(pk=actor.pk):
        accounts.tell("proposal_made", other, at=at.isoformat())
    return proposal


def settle(
    proposal: Proposal, outcome: Proposal.Outcome, *, actor: access.Actor, at: datetime
) -> None:
    """Close a proposal, in the transaction of what follows from it. Raises `ProposalSettled`.

    The caller has locked what it is about, and tells the ledger after this.
    """
    still_open = Proposal.objects.filter(pk=proposal.pk, outcome=Proposal.Outcome.OPEN)
    if still_open.update(outcome=outcome, settled_at=at, settled_by=actor.pk) != 1:
        raise refusals.ProposalSettled
