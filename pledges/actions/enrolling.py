"""How a passkey becomes one that signs: at once, or when somebody vouches for it.

What is enrolled is exactly what was registered: nothing of it passes through the database.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from allauth.mfa.webauthn.internal.auth import WebAuthn

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import apps, confirmers, enrolment, handovers, pending
from pledges.actions.enrolment import Enrolled
from pledges.actions.ledger_signing import ledger_key, signed_by_ledger
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.core.characters import normalized
from pledges.core.digests import canonical_json, digest_of, sha256_hex
from pledges.models import EnrolledApp, Person
from pledges.notices import accounts
from pledges.proof.passkeys import ceremony, enrolment_statements
from pledges.proof.passkeys.ceremony import Assertion, Credential
from pledges.proof.passkeys.enrolment_statements import FIRST, OPERATOR, EnrolmentStatement
from pledges.storage import document_store


@transactions.atomic
def register(answer: object, *, name: str, actor: Person, at: datetime) -> Enrolled | Waiting:
    """Enrol somebody's first passkey from the browser's answer; any later one waits for a voucher.

    So does the first one of a person whose account somebody else opened, until they are met.
    Raises `PasskeyRefused`, `EnrolmentUnavailable` or `TooManyWaiting`.
    """
    access.require(actor, Act.ENROL_PASSKEY, actor.pk)
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
    try:
        newcomer = ceremony.verify_registration(answer, party=enrolment.party())
    except ceremony.Refused as refused:
        raise refusals.PasskeyRefused(refused.reason) from refused
    made = kept_of(answer, newcomer)
    is_first = not enrolment.had_any(person)
    if is_first and person.must_be_met:
        confirmers.tell(person)
    if not is_first or person.must_be_met or not claim_number(person):
        return pending.register(person, newcomer, made, name=name, at=at)
    handovers.close(person)
    return _enrol(person, newcomer, made, name=name, introduced_by=FIRST, actor=actor, at=at)


def kept_of(answer: Any, newcomer: Credential) -> dict[str, Any]:
    """What is kept of a registration: what was checked, in the form of allauth's rows."""
    response = {part: answer["response"][part] for part in ("clientDataJSON", "attestationObject")}
    name = ceremony.base64(newcomer.id)
    return {"id": name, "rawId": name, "type": "public-key", "response": response}


@transactions.atomic
def confirm(
    waiting: Waiting, introduction: object, *, actor: Person, at: datetime
) -> Enrolled | EnrolledApp:
    """Enrol what waits, exactly as its record has it; `introduction` is a passkey's that vouches.

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
    if not claim_number(person):
        raise refusals.NotIntroduced
    voucher = ceremony.base64(assertion.credential_id)
    return settle(person, current, voucher, actor=actor, at=at, introduction=assertion.as_block())


@transactions.atomic
def permit(waiting: Waiting, *, actor: access.Actor, at: datetime) -> Enrolled | EnrolledApp:
    """Enrol what waits because the operator, who was told its code, vouches for it.

    Signed with the ledger's key, so that only somebody on the server can. Raises `PendingGone` or
    `EnrolmentUnavailable`.
    """
    access.require(actor, Act.PERMIT_ENROLMENT, waiting.record.person_id)
    person, current = pending.lock(waiting, at)
    claim_number(person)
    handovers.note_met(person)
    facts = {"pending": current.digest}
    audit.record("passkey.permitted", actor=actor, subject=person, at=at, facts=facts)
    return settle(person, current, OPERATOR, actor=actor, at=at)


def settle(
    person: Person,
    waiting: Waiting,
    voucher: str,
    *,
    actor: access.Actor,
    at: datetime,
    introduction: Mapping[str, Any] | None = None,
) -> Enrolled | EnrolledApp:
    """Enrol what waited for the voucher who has now vouched, in the caller's transaction."""
    done: Enrolled | EnrolledApp
    if waiting.is_app:
        by = enrolment_statements.kind_of(voucher)
        done = apps.enrol(person, introduced_by=by, actor=actor, at=at, record=waiting)
        pending.settle(waiting)
        return done
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
        "introduced_by": (by := enrolment_statements.kind_of(introduced_by)),
        "pending": digest,
    }
    audit.record("passkey.enrolled", actor=actor, subject=person, at=at, facts=facts)
    told = {"kind": "passkey", "passkey": name, "introduced_by": by}
    accounts.tell("enrolled", person, at=at.isoformat(), **told)
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


def claim_number(person: Person) -> bool:
    """One employee number is one person's: whether it is theirs, from now on if nobody's before.

    Otherwise a second account with somebody's number would pass for them on paper.
    """
    try:
        document_store.put_record(*_number_record(person))
    except document_store.Taken:
        return False
    return True


def number_is_anothers(person: Person) -> bool:
    """Whether the employee number was taken by another account before; claims nothing."""
    name, own = _number_record(person)
    return document_store.has_record(name) and document_store.get_record(name) != own


def _number_record(person: Person) -> tuple[str, bytes]:
    plain = "".join(normalized("NFKC", person.employee_number).split()).casefold()
    name = f"enrolments/numbers/{sha256_hex(plain.encode())}.json"
    return name, canonical_json({"person_id": person.pk})
