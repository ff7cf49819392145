"""Why a change that needs two people did not happen."""

from pledges.core.refusal import Refusal


class AlreadyProposed(Refusal):
    """A change of the same thing waits for its second person already."""

    kind = "already-proposed"


class ProposalSettled(Refusal):
    """Somebody has accepted or rejected the proposal in the meantime."""

    kind = "proposal-settled"


class StaleProposal(Refusal):
    """What the proposal would change has changed since, or its proposer may do it no more."""

    kind = "stale-proposal"
