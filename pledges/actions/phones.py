"""A phone gets a passkey of its own by a QR code; an earlier passkey confirms it, by its number.

The link in the code lets its holder register one passkey, which waits. It signs nobody in. Who
photographed the screen could be first: so what is confirmed has a number that the phone shows
which registered it, and its owner types that number where the code was shown.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.crypto import constant_time_compare

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import enrolling, enrolment, pending
from pledges.actions.enrolment import Enrolled
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.core.digests import sha256_hex
from pledges.models import EnrolledApp, Person, PhoneLink, RequestCount, Session
from pledges.models.phone_links import PHONE_LINK_LASTS
from pledges.proof.passkeys import ceremony
from pledges.proof.passkeys.pending_records import LASTS
from pledges.proof.passkeys.webauthn import ALGORITHMS

HOUR: Final = timedelta(hours=1)
MAX_LINKS: Final = 10  # an hour, of one person
MAX_WRONG: Final = 3


@transactions.atomic
def invite(*, actor: Person, session_key: str, at: datetime) -> PhoneLink:
    """A link for a phone of `actor`'s, shown in the session with this key; ends any other.

    Raises `NoPasskeyYet`, `TooManyAttempts`.
    """
    access.require(actor, Act.ENROL_PASSKEY, actor.pk)
    counted = RequestCount.objects.count_one(f"phone links person:{actor.pk}", HOUR)
    if counted.number > MAX_LINKS:
        raise refusals.TooManyAttempts(counted.left)
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if not enrolment.enrolled(person):
        raise refusals.NoPasskeyYet
    PhoneLink.objects.filter(person=person, pending="", expires_at__gt=at).update(expires_at=at)
    link = PhoneLink.objects.create(
        person=person,
        session_sha256=sha256_hex(session_key.encode()),
        created_at=at,
        expires_at=at + PHONE_LINK_LASTS,
    )
    audit.record("phone.invited", actor=actor, subject=person, at=at, facts={"link": str(link.pk)})
    return link


def find(pk: uuid.UUID, key: str) -> PhoneLink | None:
    """The link with this id and this key, open or not; reads only."""
    link = PhoneLink.objects.select_related("person").filter(pk=pk).first()
    return link if link and link.opens_with(key) else None


def find_own(pk: uuid.UUID, *, person: Person, session_key: str) -> PhoneLink | None:
    """The link that is shown in this session of `person`."""
    digest = sha256_hex(session_key.encode())
    return PhoneLink.objects.filter(pk=pk, person=person, session_sha256=digest).first()


def is_open(link: PhoneLink, at: datetime) -> bool:
    """Whether a passkey may be registered through `link`: once, while its session lasts."""
    return not link.pending and link.created_at <= at < link.expires_at and _session_lasts(link, at)


def _session_lasts(link: PhoneLink, at: datetime) -> bool:
    keys = Session.objects.filter(person_id=link.person_id, expire_date__gt=at)
    digests = (sha256_hex(key.encode()) for key in keys.values_list("session_key", flat=True))
    return any(constant_time_compare(each, link.session_sha256) for each in digests)


@transactions.atomic
def register(link: PhoneLink, answer: object, *, name: str, at: datetime) -> Waiting:
    """Use the link up: the phone's new passkey waits for an earlier one, whatever else there is.

    Raises `PhoneLinkGone`, `PasskeyRefused`, `EnrolmentUnavailable`, `TooManyWaiting`.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=link.person_id)
    access.require(person, Act.ENROL_PASSKEY, person.pk)
    current = PhoneLink.objects.select_for_update(no_key=True).get(pk=link.pk)
    if not is_open(current, at):
        raise refusals.PhoneLinkGone
    try:
        newcomer = ceremony.verify_registration(
            answer, party=enrolment.party(), challenge=current.challenge()
        )
    except ceremony.Refused as refused:
        raise refusals.PasskeyRefused(refused.reason) from refused
    made = enrolling.kept_of(answer, newcomer)
    waiting = pending.register(person, newcomer, made, name=name, at=at)
    current.pending = waiting.digest
    current.save(update_fields=["pending"])
    return waiting


def creation_options(
    link: PhoneLink, *, site: dict[str, Any], user: dict[str, Any]
) -> dict[str, Any]:
    """What the phone's browser is asked to make, as `PublicKeyCredentialCreationOptions` in JSON.

    `site` has id and name; `user` id (bytes), name and display_name. A device that has one of the
    person's passkeys makes no second one.
    """
    known = enrolment.enrolled(link.person, under_any_number=True)
    names = [ceremony.base64(each.credential.id) for each in known]
    return {
        "rp": site,
        "user": {
            "id": ceremony.base64(user["id"]),
            "name": user["name"],
            "displayName": user["display_name"],
        },
        "challenge": ceremony.base64(link.challenge()),
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in ALGORITHMS],
        "excludeCredentials": [{"type": "public-key", "id": each} for each in names],
        "authenticatorSelection": {"userVerification": "required"},
        "timeout": ceremony.PATIENCE,
    }


def link_of(waiting: Waiting) -> PhoneLink | None:
    """The link through which it was registered, if it was: then its number has to be known."""
    return PhoneLink.objects.filter(pending=waiting.digest).first()


def is_enrolled(digest: str, person: Person) -> bool:
    """Whether what waited under this digest signs as `person` now."""
    return any(each.statement.pending == digest for each in enrolment.enrolled(person))


def confirm(
    waiting: Waiting, introduction: object, *, number: str, actor: Person, at: datetime
) -> Enrolled | EnrolledApp:
    """Enrol what waits, as `enrolling.confirm` does; a phone's by the number that it shows.

    Whoever types three wrong ones has no phone that shows it: then it waits no more. Raises
    `WrongNumber`, `TooManyWrongNumbers`, and what `enrolling.confirm` raises.
    """
    if link_of(waiting) and not constant_time_compare(number.strip(), waiting.record.number):
        key = f"phone number {waiting.digest}"
        if RequestCount.objects.count_one(key, LASTS).number >= MAX_WRONG:
            pending.discard(waiting, actor=actor, at=at)
            raise refusals.TooManyWrongNumbers
        raise refusals.WrongNumber
    return enrolling.confirm(waiting, introduction, actor=actor, at=at)
