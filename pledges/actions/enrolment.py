"""Whose passkey it is: statements signed with the ledger's key, kept outside the database.

Whoever can write the database could swap a public key there, or pretend that a person never had
a passkey. So each enrolment is a signed, write-once file; a first one is possible once for each
person and employee number, a later one waits until a passkey enrolled before, or the operator,
has vouched for it.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import apps, credentials, pending
from pledges.actions.ledger_signing import ledger_key, signed_by_ledger, signed_by_present_key
from pledges.core.digests import canonical_json, sha256_hex
from pledges.models import Person
from pledges.proof.passkeys import ceremony, enrolment_statements
from pledges.proof.passkeys.ceremony import Credential, Party
from pledges.proof.passkeys.enrolment_statements import EnrolmentStatement
from pledges.storage import document_store

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enrolled:
    """A passkey that signs: its row, and the signed statement that the row agrees with."""

    authenticator: Authenticator
    statement: EnrolmentStatement
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


def had_any(person: Person) -> bool:
    """Whether a passkey was ever stated to be this person's."""
    return bool(document_store.list_records(f"enrolments/{person.pk}"))


def signs(person: Person) -> bool:
    """Whether a passkey or an app was ever enrolled for this person."""
    return had_any(person) or apps.enrolled(person) is not None


def _enrolled(authenticator: Authenticator) -> Enrolled | None:
    """The row with its statement, if it has one that says the same and was not withdrawn."""
    try:
        credential = _credential(authenticator)
        name = name_of(authenticator.user_id, credential)
        if document_store.has_record(_removed(name)):
            return None
        kept = json.loads(document_store.get_record(name))
        statement = enrolment_statements.read(kept, signed_by_ledger)
    except (ceremony.Refused, document_store.Missing, ValueError, KeyError, TypeError):
        return None
    whose = (statement.person_id, statement.credential, statement.rp_id)
    if whose != (authenticator.user_id, credential, party().id):
        logger.error("The row of passkey %s contradicts its statement", authenticator.pk)
        return None
    signed = {name: kept[name] for name in ("statement", "signature")}
    return Enrolled(authenticator, statement, signed)


def for_evidence(used: Enrolled) -> dict[str, Any]:
    """The signed statement as evidence bears it: under the ledger's present certificate.

    The key that signed it at the enrolment may have been replaced since; who holds a file has
    the one certificate that stands in it.
    """
    try:
        enrolment_statements.read(used.signed, signed_by_present_key)
    except ceremony.Refused:
        return enrolment_statements.sign(used.statement, ledger_key().sign)
    return used.signed


@transactions.atomic
def withdraw(authenticator: Authenticator, *, actor: access.Actor, at: datetime) -> None:
    """Note for good that a passkey was removed: it signs no more, even if its row came back."""
    try:
        credential = _credential(authenticator)
    except ceremony.Refused:
        return
    name = name_of(authenticator.user_id, credential)
    if not document_store.has_record(name) or document_store.has_record(_removed(name)):
        return
    audit.record(
        "passkey.removed",
        actor=actor,
        subject=f"person:{authenticator.user_id}",
        at=at,
        facts={"credential": sha256_hex(credential.id)},
    )
    document_store.put_record(_removed(name), canonical_json({"removed_at": at.isoformat()}))


@transactions.atomic
def remove_factors(person: Person, *, actor: access.Actor, at: datetime) -> None:
    """Remove all second factors of somebody who lost them: their password alone signs them in.

    Whoever is signed in as that person is signed out, and the person is told.
    """
    access.require(actor, Act.PERMIT_ENROLMENT, person.pk)
    # All of them before the first entry in the ledger, whose turn comes last.
    factors = credentials.lock(person)
    credentials.note_change("factors_removed", person, at=at, session_key=None)
    for factor in factors:
        withdraw(factor, actor=actor, at=at)
        factor.delete()
    facts = {"count": len(factors)}
    audit.record("factors.removed", actor=actor, subject=person, at=at, facts=facts)


def forget(person_id: int) -> None:
    """Remove what is stated of an erased person's passkeys; once more changes nothing.

    The folder stays occupied, and the employee number taken: whoever wrote a name back into the
    database could otherwise enrol a passkey of their own as that person's first.
    """
    folder = f"enrolments/{person_id}"
    occupied = f"{folder}/erased.json"
    document_store.put_record(occupied, canonical_json({"erased": True}))
    for name in document_store.list_records(folder):
        if name != occupied:
            document_store.remove_record(name)
    pending.forget(person_id)


def _credential(authenticator: Authenticator) -> Credential:
    return ceremony.credential_in(authenticator.data.get("credential"))


def name_of(person_id: int, credential: Credential) -> str:
    """Where the statement about this passkey of this person's is kept."""
    return f"enrolments/{person_id}/{sha256_hex(credential.id)}.json"


def _removed(name: str) -> str:
    return name.replace(".json", "-removed.json")
