"""A second person confirms with what somebody signs, having met them and compared the code."""

from datetime import datetime

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import enrolling, enrolment, handovers, pending
from pledges.actions.enrolment import Enrolled
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.models import EnrolledApp, Person
from pledges.proof.passkeys.enrolment_statements import OFFICER


def is_possible(waiting: Waiting, person: Person) -> bool:
    """Whether a second person may confirm this, whoever they are."""
    return not _has_earlier(waiting, person) and not enrolling.number_is_anothers(person)


def _has_earlier(waiting: Waiting, person: Person) -> bool:
    """Who had a passkey before confirms a further one with that."""
    return not waiting.is_app and enrolment.had_any(person)


@transactions.atomic
def vouch(waiting: Waiting, *, actor: Person, at: datetime) -> Enrolled | EnrolledApp:
    """Enrol what waits because `actor` met the person and was told its code.

    Raises `HadPasskey` where an earlier passkey or the operator has to vouch, `NotIntroduced`,
    `PendingGone` or `EnrolmentUnavailable`.
    """
    person, current = pending.lock(waiting, at)
    access.require(actor, Act.CONFIRM_ENROLMENT, person)
    if _has_earlier(current, person):
        raise refusals.HadPasskey
    if not enrolling.claim_number(person):
        raise refusals.NotIntroduced
    handovers.note_met(person)
    facts = {"pending": current.digest}
    audit.record("enrolment.confirmed", actor=actor, subject=person, at=at, facts=facts)
    return enrolling.settle(person, current, OFFICER, actor=actor, at=at)
