"""What may become what: the transition tables of versions and pledges, as data."""

from dataclasses import dataclass
from enum import StrEnum


class VersionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class PledgeState(StrEnum):
    """Where a pledge stands; `ACCEPTED` is what people call "in force".

    Of an erased one nothing personal is left: its number, version, dates and file hashes stay.
    Of a discarded draft the answers are gone; a number that it was given is never given again.
    A withdrawn one ended before anybody judged it, signed or not (`Why` says how it came to that).
    """

    DRAFT = "draft"
    SIGNED = "signed"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Why(StrEnum):
    """On whose account a pledge was withdrawn."""

    SIGNER = "signer"
    COMPLIANCE = "compliance"
    TASK_CANCELLED = "task-cancelled"
    LEFT = "left"
    VERSION_STEP = "version-step"


class Role(StrEnum):
    """The groups people belong to; made by migration, checked by `pledges.access`."""

    MANAGER = "manager"
    COMPLIANCE = "compliance"
    HR = "hr"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Transition:
    """One allowed step: from any of `sources` to `target`, and the ledger's word for it."""

    name: str
    sources: frozenset[str]
    target: str
    event: str


class Forbidden(Exception):
    """The table has no such step from the present state."""

    def __init__(self, transition: Transition, state: str) -> None:
        super().__init__(f"{transition.name} is not possible from {state}")
        self.transition = transition
        self.state = state


def _step(name: str, source: StrEnum, target: StrEnum, event: str) -> Transition:
    return Transition(name, frozenset({source.value}), target.value, event)


PUBLISH = _step("publish", VersionState.DRAFT, VersionState.PUBLISHED, "version.published")
RETIRE = _step("retire", VersionState.PUBLISHED, VersionState.RETIRED, "version.retired")

SIGN = _step("sign", PledgeState.DRAFT, PledgeState.SIGNED, "pledge.signed")
ACCEPT = _step("accept", PledgeState.SIGNED, PledgeState.ACCEPTED, "pledge.accepted")
RETURN = _step("return", PledgeState.SIGNED, PledgeState.RETURNED, "pledge.returned")
REVOKE = _step("revoke", PledgeState.ACCEPTED, PledgeState.REVOKED, "pledge.revoked")
EXPIRE = _step("expire", PledgeState.ACCEPTED, PledgeState.EXPIRED, "pledge.expired")
DISCARD = _step("discard", PledgeState.DRAFT, PledgeState.DISCARDED, "pledge.discarded")
WITHDRAW = Transition(
    "withdraw",
    frozenset({PledgeState.DRAFT.value, PledgeState.SIGNED.value}),
    PledgeState.WITHDRAWN.value,
    "pledge.withdrawn",
)
# A person's pledges are erased with the person, and told of with them.
ERASE = Transition(
    "erase",
    frozenset(
        state.value
        for state in (
            PledgeState.DRAFT,
            PledgeState.RETURNED,
            PledgeState.REVOKED,
            PledgeState.EXPIRED,
            PledgeState.DISCARDED,
            PledgeState.WITHDRAWN,
        )
    ),
    PledgeState.ERASED.value,
    "person.erased",
)

VERSION_TRANSITIONS = (PUBLISH, RETIRE)
PLEDGE_TRANSITIONS = (SIGN, ACCEPT, RETURN, REVOKE, EXPIRE, DISCARD, WITHDRAW, ERASE)


def require(transition: Transition, state: str) -> None:
    """Raise `Forbidden` unless `transition` may start from `state`."""
    if state not in transition.sources:
        raise Forbidden(transition, state)


def events() -> frozenset[str]:
    """Every transition's event: the part of the ledger's vocabulary that the tables give."""
    return frozenset(step.event for step in VERSION_TRANSITIONS + PLEDGE_TRANSITIONS)
