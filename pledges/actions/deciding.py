"""The second person: accepting what somebody else proposed, or rejecting it."""

from datetime import datetime

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import people, proposing, publishing, templates
from pledges.core import refusals
from pledges.models import Proposal

Kind = Proposal.Kind


@transactions.atomic
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
    elif current.kind == Kind.EDITORIAL:
        publishing.carry_out(current, actor=actor, at=at)
    else:
        people.carry_out_alone(current, actor=actor, at=at)
    audit.record("proposal.accepted", actor=actor, subject=current, at=at)
    return Proposal.objects.get(pk=current.pk)


@transactions.atomic
def reject(proposal: Proposal, *, actor: access.Actor, at: datetime) -> Proposal:
    """Leave everything as it is; whoever proposed it withdraws it so. Raises `ProposalSettled`."""
    current = _open(proposal)
    access.require(actor, Act.REJECT_PROPOSAL, current)
    proposing.settle(current, Proposal.Outcome.REJECTED, actor=actor, at=at)
    audit.record("proposal.rejected", actor=actor, subject=current, at=at)
    return Proposal.objects.get(pk=current.pk)


def _open(proposal: Proposal) -> Proposal:
    """As it stands now. It is not locked: what it is about comes first in the order of locks."""
    current = Proposal.objects.filter(pk=proposal.pk).first()
    # None: the person whom it was about was erased.
    if current is None or not current.is_open:
        raise refusals.ProposalSettled
    return current
