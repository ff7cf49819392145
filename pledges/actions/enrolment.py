"""Whose passkey it is: statements signed with the ledger's key, kept outside the database.

Whoever can write the database could swap a public key there, or pretend that a person never had
a passkey. So each enrolment is a signed, write-once file; a first one is possible once for each
person and employee number, a later one needs a passkey enrolled before, or the operator.
"""

import json
import logging
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from pledges import access, audit
from pledges.access import Act
from pledges.actions import permits
from pledges.actions.ledger_signing import ledger_key, signed_by_ledger, signed_by_present_key
from pledges.core import refusals
from pledges.core.digests import canonical_json, digest_of, sha256_hex
from pledges.gateways import enrolments, passkeys, storage
from pledges.gateways.enrolments import FIRST, OPERATOR, Statement
from pledges.gateways.passkeys import Assertion, Credential, Party
from pledges.models import Person

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enrolled:
    """A passkey that signs: its row, and the signed statement that the row agrees with."""

    authenticator: Authenticator
    statement: Statement
    signed: dict[str, Any]

    @property
    def credential(self) -> Credential:
        return self.statement.credential


def party() -> Party:
    """Who asks for passkeys: the site at `settings.PUBLIC_URL`, whatever a request says."""
    return Party.at(settings.PUBLIC_URL)


def enrolled(person: Person, *, under_any_number: bool = False) -> list[Enrolled]:
    """The passkeys with which `person` can sign at present."""
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    found = [each for row in rows.order_by("pk") if (each := _enrolled(row)) is not None]
    return [
        each
        for each in found
        if under_any_number or each.statement.employee_number == person.employee_number
    ]


def _enrolled(authenticator: Authenticator) -> Enrolled | None:
    """The row with its statement, if it has one that says the same and was not withdrawn."""
    try:
        credential = _credential(authenticator)
        name = _name(authenticator.user_id, credential)
        if storage.has_record(_removed(name)):
            return None
        kept = json.loads(storage.get_record(name))
        statement = enrolments.read(kept, signed_by_ledger)
    except (passkeys.Refused, storage.Missing, ValueError, KeyError, TypeError):
        return None
    whose = (statement.person_id, statement.credential, statement.rp_id)
    if whose != (authenticator.user_id, credential, party().id):
        logger.error("The row of passkey %s contradicts its statement", authenticator.pk)
        return None
    signed = {name: kept[name] for name in ("statement", "signature")}
    return Enrolled(authenticator, statement, signed)


@transaction.atomic
def enrol(
    authenticator: Authenticator,
    *,
    actor: Person,
    at: datetime,
    introduction: object = None,
) -> Enrolled:
    """Make a registered passkey one that signs; `introduction` is another one's answer for it.

    Enrolling it again changes nothing. Raises `PasskeyRefused`, `NotIntroduced` where somebody
    has to vouch for it, or `EnrolmentUnavailable`.
    """
    access.require(actor, Act.ENROL_PASSKEY, authenticator)
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if already := _enrolled(authenticator):
        return already
    try:
        newcomer = passkeys.registered(authenticator.data["credential"], party=party())
        voucher = _voucher(person, newcomer, introduction, at)
    except passkeys.Refused as refused:
        raise refusals.PasskeyRefused(refused.reason) from refused
    signed = _state(person, newcomer, voucher, at)
    facts = {
        "credential": sha256_hex(newcomer.id),
        "statement": digest_of(signed),
        "introduced_by": voucher if voucher in (FIRST, OPERATOR) else "passkey",
    }
    audit.record("passkey.enrolled", actor=actor, subject=person, at=at, facts=facts)
    kept: dict[str, Any] = {**signed}
    if introduction is not None:
        kept["introduction"] = Assertion.from_browser(introduction).as_block()
    storage.put_record(_name(person.pk, newcomer), canonical_json(kept))
    return Enrolled(authenticator, enrolments.read(signed, signed_by_ledger), signed)


def _state(person: Person, newcomer: Credential, voucher: str, at: datetime) -> dict[str, Any]:
    statement = Statement.of(
        newcomer,
        person_id=person.pk,
        employee_number=person.employee_number,
        rp_id=party().id,
        at=at,
        introduced_by=voucher,
    )
    return enrolments.sign(statement, ledger_key().sign)


def for_evidence(used: Enrolled) -> dict[str, Any]:
    """The signed statement as evidence bears it: under the ledger's present certificate.

    The key that signed it at the enrolment may have been replaced since; who holds a file has
    the one certificate that stands in it.
    """
    try:
        enrolments.read(used.signed, signed_by_present_key)
    except passkeys.Refused:
        return enrolments.sign(used.statement, ledger_key().sign)
    return used.signed


def introduction_options(authenticator: Authenticator) -> dict[str, Any] | None:
    """What the browser asks a passkey that is to vouch for this one; `None` without any."""
    person = authenticator.user
    vouching = enrolled(person, under_any_number=True)
    if not vouching:
        return None
    return passkeys.request_options(
        passkeys.introduction_challenge(person.pk, _credential(authenticator)),
        rp_id=party().id,
        credential_ids=[each.credential.id for each in vouching],
    )


def _voucher(person: Person, newcomer: Credential, introduction: object, at: datetime) -> str:
    """Who vouches for the new passkey, in the words of its statement."""
    if permits.use(person, newcomer, at):
        _claim_number(person, anew=True)
        return OPERATOR
    if introduction is None:
        if storage.list_records(f"enrolments/{person.pk}"):
            raise refusals.NotIntroduced
        _claim_number(person)
        return FIRST
    assertion = Assertion.from_browser(introduction)
    vouching = {each.credential.id: each for each in enrolled(person, under_any_number=True)}
    if assertion.credential_id not in vouching:
        raise passkeys.Refused(passkeys.Reason.UNKNOWN_CREDENTIAL)
    passkeys.verify(
        assertion,
        challenge=passkeys.introduction_challenge(person.pk, newcomer),
        party=party(),
        credential=vouching[assertion.credential_id].credential,
    )
    _claim_number(person)
    return passkeys.base64(assertion.credential_id)


def _claim_number(person: Person, *, anew: bool = False) -> None:
    """One employee number is one person's: nobody enrols under a number that was another's.

    Otherwise a second account with somebody's number would pass for them on paper.
    """
    plain = "".join(unicodedata.normalize("NFKC", person.employee_number).split()).casefold()
    name = f"enrolments/numbers/{sha256_hex(plain.encode())}.json"
    try:
        storage.put_record(name, canonical_json({"person_id": person.pk}))
    except storage.Taken as taken:
        if not anew:
            raise refusals.NotIntroduced from taken


@transaction.atomic
def withdraw(authenticator: Authenticator, *, actor: access.Actor, at: datetime) -> None:
    """Note for good that a passkey was removed: it signs no more, even if its row came back."""
    try:
        credential = _credential(authenticator)
    except passkeys.Refused:
        return
    name = _name(authenticator.user_id, credential)
    if not storage.has_record(name) or storage.has_record(_removed(name)):
        return
    audit.record(
        "passkey.removed",
        actor=actor,
        subject=f"person:{authenticator.user_id}",
        at=at,
        facts={"credential": sha256_hex(credential.id)},
    )
    storage.put_record(_removed(name), canonical_json({"removed_at": at.isoformat()}))


def forget(person_id: int) -> None:
    """Remove what is stated of an erased person's passkeys; once more changes nothing.

    The folder stays occupied, and the employee number taken: whoever wrote a name back into the
    database could otherwise enrol a passkey of their own as that person's first.
    """
    folder = f"enrolments/{person_id}"
    occupied = f"{folder}/erased.json"
    storage.put_record(occupied, canonical_json({"erased": True}))
    for name in storage.list_records(folder):
        if name != occupied:
            storage.remove_record(name)


def _credential(authenticator: Authenticator) -> Credential:
    return passkeys.credential_in(authenticator.data.get("credential"))


def _name(person_id: int, credential: Credential) -> str:
    return f"enrolments/{person_id}/{sha256_hex(credential.id)}.json"


def _removed(name: str) -> str:
    return name.replace(".json", "-removed.json")
