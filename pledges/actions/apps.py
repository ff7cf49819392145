"""Authenticator apps: one signs in as soon as it is set up, and signs documents once enrolled."""

from datetime import datetime
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.db.models import QuerySet

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import confirmers, handovers, pending
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.core.digests import sha256_hex
from pledges.models import EnrolledApp, Person
from pledges.notices import accounts
from pledges.proof.passkeys.ceremony import Credential
from pledges.proof.passkeys.enrolment_statements import FIRST

NAME: Final = "app"


def enrolled(person: Person) -> Authenticator | None:
    """The app whose codes sign documents as `person`."""
    return _apps(person).filter(enrolled__isnull=False).first()


def waiting(person: Person, at: datetime) -> Waiting | None:
    """The record with which the app of `person` waits for a voucher, if it does."""
    app = _apps(person).first()
    if app is None:
        return None
    digest = sha256_hex(credential_of(app).public_key)
    found = (each for each in pending.waiting(person, at) if each.is_app)
    return next((each for each in found if each.record.key_sha256 == digest), None)


@transactions.atomic
def register(*, actor: Person, at: datetime) -> EnrolledApp | Waiting:
    """Let somebody's app sign documents; it waits for a voucher where nobody has met them yet.

    Raises `EnrolmentUnavailable`, `TooManyWaiting` or `PendingGone`.
    """
    access.require(actor, Act.ENROL_PASSKEY, actor.pk)
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if (app := _apps(person).first()) is None:
        raise refusals.PendingGone
    if person.must_be_met and enrolled(person) is None:
        if (waits := waiting(person, at)) is not None:
            return waits
        confirmers.tell(person)
        return pending.register(person, credential_of(app), {}, name=NAME, at=at)
    handovers.close(person)
    return enrol(person, introduced_by=FIRST, actor=person, at=at)


def enrol(
    person: Person,
    *,
    introduced_by: str,
    actor: access.Actor,
    at: datetime,
    record: Waiting | None = None,
) -> EnrolledApp:
    """Let the app of `person` sign from now on, in the caller's transaction.

    `record` is what somebody vouched for; raises `PendingGone` unless it is of this very app.
    """
    app, own = _apps(person).first(), waiting(person, at)
    if app is None or (record and (own is None or own.digest != record.digest)):
        raise refusals.PendingGone
    done, new = EnrolledApp.objects.get_or_create(authenticator=app, defaults={"enrolled_at": at})
    if new:
        facts = {"introduced_by": introduced_by, "pending": record.digest if record else ""}
        audit.record("app.enrolled", actor=actor, subject=person, at=at, facts=facts)
        told = {"kind": NAME, "introduced_by": introduced_by}
        accounts.tell("enrolled", person, at=at.isoformat(), **told)
    return done


def credential_of(app: Authenticator) -> Credential:
    """An app as records name it: without an id, by the digest of its secret."""
    return Credential(b"", decrypt(app.data["secret"]).encode())


def _apps(person: Person) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP)
