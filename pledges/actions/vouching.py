"""A second person confirms with what somebody signs, having met them and compared the code."""

from datetime import datetime

from django.db import transaction

from pledges import access, audit
from pledges.access import Act
from pledges.actions import enrolling, enrolment, pending
from pledges.actions.enrolment import Enrolled
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.models import EnrolledApp, Person
from pledges.proof.passkeys.enrolment_statements import OFFICER


def is_possible(waiting: Waiting, person: Person) -> bool:
    """Whether a second person may confirm this; who had a passkey before confirms with that."""
    return waiting.is_app or not enrolment.had_any(person)


@transaction.atomic
def vouch(waiting: Waiting, *, actor: Person, at: datetime) -> Enrolled | EnrolledApp:
    """Enrol what waits because `actor` met the person and was told its code.

    Raises `HadPasskey` where an earlier passkey or the operator has to vouch, `NotIntroduced`,
    `PendingGone` or `EnrolmentUnavailable`.
    """
    person, current = pending.lock(waiting, at)
    access.require(actor, Act.CONFIRM_ENROLMENT, person)
    if not is_possible(current, person):
        raise refusals.HadPasskey
    if not enrolling.claim_number(person):
        raise refusals.NotIntroduced
    facts = {"pending": current.digest}
    audit.record("enrolment.confirmed", actor=actor, subject=person, at=at, facts=facts)
    enrolment.note_met(person)
    return enrolling.settle(person, current, OFFICER, actor=actor, at=at)
