"""How a passkey becomes one that signs: the first at once, a later one when somebody vouches.

What is enrolled is exactly what was registered: nothing of it passes through the database.
"""

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from allauth.mfa.webauthn.internal.auth import WebAuthn

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import enrolment, pending
from pledges.actions.enrolment import Enrolled
from pledges.actions.ledger_signing import ledger_key, signed_by_ledger
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.core.digests import canonical_json, digest_of, sha256_hex
from pledges.models import Person
from pledges.notices import accounts
from pledges.proof.passkeys import ceremony, enrolment_statements
from pledges.proof.passkeys.ceremony import Assertion, Credential
from pledges.proof.passkeys.enrolment_statements import FIRST, OPERATOR, EnrolmentStatement
from pledges.storage import document_store


@transactions.atomic
def register(answer: object, *, name: str, actor: Person, at: datetime) -> Enrolled | Waiting:
    """Enrol somebody's first passkey from the browser's answer; any later one waits for a voucher.

    Raises `PasskeyRefused`, `EnrolmentUnavailable` or `TooManyWaiting`.
    """
    access.require(actor, Act.ENROL_PASSKEY, actor.pk)
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
    try:
        newcomer = ceremony.verify_registration(answer, party=enrolment.party())
    except ceremony.Refused as refused:
        raise refusals.PasskeyRefused(refused.reason) from refused
    made = _kept_of(answer, newcomer)
    if document_store.list_records(f"enrolments/{person.pk}") or not _claim_number(person):
        return pending.register(person, newcomer, made, name=name, at=at)
    return _enrol(person, newcomer, made, name=name, introduced_by=FIRST, actor=actor, at=at)


def _kept_of(answer: Any, newcomer: Credential) -> dict[str, Any]:
    """What is kept of a registration: what was checked, in the form of allauth's rows."""
    response = {part: answer["response"][part] for part in ("clientDataJSON", "attestationObject")}
    name = ceremony.base64(newcomer.id)
    return {"id": name, "rawId": name, "type": "public-key", "response": response}


@transactions.atomic
def confirm(waiting: Waiting, introduction: object, *, actor: Person, at: datetime) -> Enrolled:
    """Enrol a passkey that waits, exactly as its record has it; `introduction` vouches for it.

    Raises `PasskeyRefused`, `NotIntroduced`, `PendingGone` or `EnrolmentUnavailable`.
    """
    access.require(actor, Act.ENROL_PASSKEY, waiting.record.person_id)
    person, current = pending.lock(waiting, at)
    try:
        assertion = Assertion.from_browser(introduction)
        vouching = {
            each.credential.id: each for each in enrolment.enrolled(person, under_any_number=True)
        }
        if assertion.credential_id not in vouching:
            raise ceremony.Refused(ceremony.PasskeyFault.UNKNOWN_CREDENTIAL)
        ceremony.verify(
            assertion,
            challenge=ceremony.introduction_challenge(current.digest),
            party=enrolment.party(),
            credential=vouching[assertion.credential_id].credential,
        )
    except ceremony.Refused as refused:
        raise refusals.PasskeyRefused(refused.reason) from refused
    if not _claim_number(person):
        raise refusals.NotIntroduced
    voucher = ceremony.base64(assertion.credential_id)
    return _settle(person, current, voucher, actor=actor, at=at, introduction=assertion.as_block())


@transactions.atomic
def permit(waiting: Waiting, *, actor: access.Actor, at: datetime) -> Enrolled:
    """Enrol a passkey that waits because the operator, who was told its code, vouches for it.

    Signed with the ledger's key, so that only somebody on the server can. Raises `PendingGone` or
    `EnrolmentUnavailable`.
    """
    access.require(actor, Act.PERMIT_ENROLMENT, waiting.record.person_id)
    person, current = pending.lock(waiting, at)
    facts = {"pending": current.digest}
    audit.record("passkey.permitted", actor=actor, subject=person, at=at, facts=facts)
    _claim_number(person)
    return _settle(person, current, OPERATOR, actor=actor, at=at)


def _settle(
    person: Person,
    waiting: Waiting,
    voucher: str,
    *,
    actor: access.Actor,
    at: datetime,
    introduction: Mapping[str, Any] | None = None,
) -> Enrolled:
    done = _enrol(
        person,
        waiting.credential,
        waiting.answer,
        name=waiting.record.name,
        introduced_by=voucher,
        actor=actor,
        at=at,
        digest=waiting.digest,
        kept={
            "pending": waiting.signed,
            **({"introduction": introduction} if introduction else {}),
        },
    )
    pending.settle(waiting)
    return done


def _enrol(
    person: Person,
    newcomer: Credential,
    answer: dict[str, Any],
    *,
    name: str,
    introduced_by: str,
    actor: access.Actor,
    at: datetime,
    digest: str = "",
    kept: Mapping[str, Any] = MappingProxyType({}),
) -> Enrolled:
    """Make the row, and state whose it is: from the arguments alone, nothing read back."""
    name_there = enrolment.name_of(person.pk, newcomer)
    signed = _stated_before(name_there, digest) or _state(
        person, newcomer, introduced_by, digest, at
    )
    facts = {
        "credential": sha256_hex(newcomer.id),
        "statement": digest_of(signed),
        "introduced_by": introduced_by if introduced_by in (FIRST, OPERATOR) else "passkey",
        "pending": digest,
    }
    audit.record("passkey.enrolled", actor=actor, subject=person, at=at, facts=facts)
    accounts.tell("passkey_added", person, at=at.isoformat(), passkey=name)
    row = WebAuthn.add(person, name, answer).instance
    if not document_store.has_record(name_there):
        document_store.put_record(name_there, canonical_json({**signed, **kept}))
    return Enrolled(row, enrolment_statements.read(signed, signed_by_ledger), signed)


def _state(
    person: Person, newcomer: Credential, introduced_by: str, digest: str, at: datetime
) -> dict[str, Any]:
    statement = EnrolmentStatement.of(
        newcomer,
        person_id=person.pk,
        employee_number=person.employee_number,
        rp_id=enrolment.party().id,
        at=at,
        introduced_by=introduced_by,
        pending=digest,
    )
    return enrolment_statements.sign(statement, ledger_key().sign)


def _stated_before(name: str, digest: str) -> dict[str, Any] | None:
    """What a confirmation of the same record stated that was cut short after it, if one was.

    Raises `PendingGone` where this very passkey was enrolled otherwise: once is enough.
    """
    if not document_store.has_record(name):
        return None
    kept = json.loads(document_store.get_record(name))
    if not digest or enrolment_statements.read(kept, signed_by_ledger).pending != digest:
        raise refusals.PendingGone
    return {part: kept[part] for part in ("statement", "signature")}


def introduction_options(waiting: Waiting, person: Person) -> dict[str, Any] | None:
    """What the browser asks a passkey that is to vouch for this one; `None` without any."""
    vouching = enrolment.enrolled(person, under_any_number=True)
    if not vouching:
        return None
    return ceremony.request_options(
        ceremony.introduction_challenge(waiting.digest),
        rp_id=enrolment.party().id,
        credential_ids=[each.credential.id for each in vouching],
    )


def _claim_number(person: Person) -> bool:
    """One employee number is one person's: whether it is theirs, from now on if nobody's before.

    Otherwise a second account with somebody's number would pass for them on paper.
    """
    plain = "".join(unicodedata.normalize("NFKC", person.employee_number).split()).casefold()
    name = f"enrolments/numbers/{sha256_hex(plain.encode())}.json"
    try:
        document_store.put_record(name, canonical_json({"person_id": person.pk}))
    except document_store.Taken:
        return False
    return True
