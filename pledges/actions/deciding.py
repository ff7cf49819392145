"""The second person: accepting what somebody else proposed, or rejecting it."""

from datetime import datetime

from django.db import transaction

from pledges import access, audit
from pledges.access import Act
from pledges.actions import people, proposing, templates
from pledges.core import refusals
from pledges.models import Proposal

Kind = Proposal.Kind


@transaction.atomic
def accept(proposal: Proposal, *, actor: access.Actor, at: datetime) -> Proposal:
    """Make the change, in the name of `actor`, who is not its proposer.

    Raises `ProposalSettled`, `StaleProposal`, and what the change itself raises.
    """
    current = _open(proposal)
    access.require(actor, Act.ACCEPT_PROPOSAL, current)
    if not proposing.who_may(current.kind).filter(pk=current.proposer_id).exists():
        raise refusals.StaleProposal
    if current.kind == Kind.PERSON:
        people.carry_out(current, actor=actor, at=at)
    elif current.kind == Kind.RETENTION:
        templates.carry_out(current, actor=actor, at=at)
    else:
        people.carry_out_alone(current, actor=actor, at=at)
    return _settle(current, Proposal.Outcome.ACCEPTED, "proposal.accepted", actor=actor, at=at)


@transaction.atomic
def reject(proposal: Proposal, *, actor: access.Actor, at: datetime) -> Proposal:
    """Leave everything as it is; whoever proposed it withdraws it so. Raises `ProposalSettled`."""
    current = _open(proposal)
    access.require(actor, Act.REJECT_PROPOSAL, current)
    return _settle(current, Proposal.Outcome.REJECTED, "proposal.rejected", actor=actor, at=at)


def _open(proposal: Proposal) -> Proposal:
    """As it stands now. It is not locked: what it is about comes first in the order of locks."""
    current = Proposal.objects.filter(pk=proposal.pk).first()
    # None: the person whom it was about was erased.
    if current is None or not current.is_open:
        raise refusals.ProposalSettled
    return current


def _settle(
    proposal: Proposal, outcome: str, event: str, *, actor: access.Actor, at: datetime
) -> Proposal:
    still_open = Proposal.objects.filter(pk=proposal.pk, outcome=Proposal.Outcome.OPEN)
    if still_open.update(outcome=outcome, settled_at=at, settled_by=actor.pk) != 1:
        raise refusals.ProposalSettled
    audit.record(event, actor=actor, subject=proposal, at=at)
    return Proposal.objects.get(pk=proposal.pk)
