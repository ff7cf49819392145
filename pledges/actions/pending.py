"""What waits for a voucher before it signs: signed records outside the database.

A row in the database would be whoever's writes it: between the registration and the confirmation
somebody could put another key into it, and the touch that confirms would confirm theirs. Of an
authenticator app, whose secret is in the database, the record holds the digest of that secret.
"""

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from pledges import access, audit, transactions
from pledges.access import SYSTEM, Act
from pledges.actions.ledger_signing import ledger_key, signed_by_ledger
from pledges.core import refusals
from pledges.core.digests import canonical_json
from pledges.models import Person
from pledges.notices import accounts
from pledges.proof.passkeys import ceremony, pending_records
from pledges.proof.passkeys.ceremony import Credential, Party
from pledges.proof.passkeys.pending_records import Pending
from pledges.storage import document_store

logger = logging.getLogger(__name__)
FOLDER: Final = "pending"
# By the same names: those that were confirmed or removed, so that no copy of them comes back.
GONE: Final = "pending/gone"
MAX_WAITING: Final = 5
MAX_ANSWER: Final = 20_000  # characters
MAX_NAME: Final = 80
# In the place of a passkey: an app has no id, and its secret stays where it is.
APP: Final = Credential(b"", b"")
# What a record that somebody else wrote may raise when it is read.
READ_ERRORS: Final = (ceremony.Refused, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Waiting:
    """A passkey, or an app, that waits: what is signed about it, and what the browser answered."""

    record: Pending
    credential: Credential
    answer: dict[str, Any]
    signed: dict[str, Any]

    @property
    def is_app(self) -> bool:
        return not self.record.credential_id

    @property
    def digest(self) -> str:
        return self.record.digest


def register(
    person: Person, credential: Credential, answer: dict[str, Any], *, name: str, at: datetime
) -> Waiting:
    """Have something wait for a voucher, in the caller's transaction; `answer` has been checked.

    Raises `EnrolmentUnavailable`, `TooManyWaiting`, `PasskeyRefused`.
    """
    text = json.dumps(answer, separators=(",", ":"))
    if len(text) > MAX_ANSWER:
        raise refusals.PasskeyRefused(ceremony.PasskeyFault.MALFORMED)
    if len(waiting(person, at)) >= MAX_WAITING:
        raise refusals.TooManyWaiting
    record = Pending.of(
        credential,
        answer=text,
        person_id=person.pk,
        employee_number=person.employee_number,
        name=name[:MAX_NAME],
        rp_id=Party.at(settings.PUBLIC_URL).id,
        at=at,
        nonce=secrets.token_hex(32),
    )
    signed = pending_records.sign(record, ledger_key().sign)
    facts = {"pending": record.digest}
    audit.record(_event(record, "registered"), actor=person, subject=person, at=at, facts=facts)
    if record.credential_id:
        accounts.tell("passkey_waiting", person, at=at.isoformat(), passkey=record.name)
    lapse_due.using(run_after=record.expires).enqueue()
    document_store.put_record(_name(record), canonical_json({**signed, "answer": text}))
    return Waiting(record, credential if record.credential_id else APP, answer, signed)


def waiting(person: Person, at: datetime) -> list[Waiting]:
    """What of `person`'s waits for a voucher at `at`, the longest waiting first."""
    prefix = f"{FOLDER}/{person.pk}-"
    names = (name for name in document_store.list_records(FOLDER) if name.startswith(prefix))
    found = [each for name in names if (each := _of(person, _read(name), at)) is not None]
    return sorted(found, key=lambda each: each.record.registered)


def find(person: Person, digest: str, at: datetime) -> Waiting | None:
    """The one with this digest, if it waits at `at` and is this person's."""
    return _of(person, _read(f"{FOLDER}/{person.pk}-{digest}.json"), at)


def _of(person: Person, found: Waiting | None, at: datetime) -> Waiting | None:
    """What was read, if it may still be confirmed: as the person whose number it names."""
    if found is None or found.record.employee_number != person.employee_number:
        return None
    return found if found.record.registered <= at < found.record.expires else None


def _read(name: str) -> Waiting | None:
    """What waits under `name`, expired or not, if the ledger's key signed it and it is not gone."""
    if (kept := _signed(name)) is None:
        return None
    record = pending_records.read(kept, signed_by_ledger)
    signed = {part: kept[part] for part in ("pending", "signature")}
    if not record.credential_id:
        return Waiting(record, APP, {}, signed)
    try:
        answer = json.loads(kept["answer"])
        credential = ceremony.verify_registration(answer, party=Party.at(settings.PUBLIC_URL))
        believed = record.is_of(credential, kept["answer"])
    except READ_ERRORS:
        believed = False
    if not believed:
        logger.error("The answer in the record %s of a waiting passkey is not its own", name)
        return None
    return Waiting(record, credential, answer, signed)


def _signed(name: str) -> dict[str, Any] | None:
    """What is kept under `name`, if the ledger's key signed its record for this very place."""
    try:
        kept: dict[str, Any] = json.loads(document_store.get_record(name))
        record = pending_records.read(kept, signed_by_ledger)
        in_its_place = name == _name(record)
    except document_store.Missing:
        return None
    except READ_ERRORS:
        in_its_place = False
    if not in_its_place:
        logger.error("The record %s of a waiting passkey is not to be believed", name)
        return None
    return None if document_store.has_record(_gone(record)) else kept


@transactions.atomic
def discard(found: Waiting, *, actor: Person, at: datetime) -> None:
    """Have something wait no more, at its owner's wish. Raises `PendingGone`."""
    access.require(actor, Act.ENROL_PASSKEY, found.record.person_id)
    lock(found, at)
    _tell_discarded(found.record, actor, at, "owner")
    settle(found)


def lock(found: Waiting, at: datetime) -> tuple[Person, Waiting]:
    """The person, locked, and what waits as it stands now; raises `PendingGone`."""
    person = Person.objects.select_for_update(no_key=True).get(pk=found.record.person_id)
    current = find(person, found.digest, at)
    if current is None:
        raise refusals.PendingGone
    return person, current


def settle(found: Waiting) -> None:
    """Note for good that this one waits no more, and remove its record."""
    document_store.put_record(
        _gone(found.record), canonical_json({"expires_at": found.record.expires_at})
    )
    document_store.remove_record(_name(found.record))


@task()
def lapse_due() -> None:
    """What the worker does when the time of a waiting passkey has passed."""
    lapse(timezone.now())


def lapse(at: datetime) -> int:
    """Remove what has waited in vain by `at`, tell its owners, and give the number."""
    lapsed = sum(_lapse(name, at) for name in document_store.list_records(FOLDER))
    for name in document_store.list_records(GONE):
        if _is_over(name, at):
            document_store.remove_record(name)
    return lapsed


@transactions.atomic
def _lapse(name: str, at: datetime) -> bool:
    if (kept := _signed(name)) is None:
        return False
    record = pending_records.read(kept, signed_by_ledger)
    if at < record.expires:
        return False
    # The lock keeps the worker and the daily sweep from saying the same twice.
    person = Person.objects.select_for_update(no_key=True).filter(pk=record.person_id).first()
    if not document_store.has_record(name):
        return False
    if person is not None:
        _tell_discarded(record, SYSTEM, at, "expired")
        if record.credential_id:
            accounts.tell("passkey_lapsed", person, name=record.name)
        else:
            accounts.tell("app_lapsed", person)
    document_store.remove_record(name)
    return True


def _is_over(name: str, at: datetime) -> bool:
    """Whether the record that the note under `name` is about could serve nobody any more."""
    try:
        return (
            datetime.fromisoformat(json.loads(document_store.get_record(name))["expires_at"]) <= at
        )
    except document_store.Missing:
        return False
    except READ_ERRORS:
        logger.exception("The note %s about a waiting passkey cannot be read", name)
        return False


def forget(person_id: int) -> None:
    """Remove what waits for an erased person."""
    for folder in (FOLDER, GONE):
        for name in document_store.list_records(folder):
            if name.startswith(f"{folder}/{person_id}-"):
                document_store.remove_record(name)


def _tell_discarded(record: Pending, actor: access.Actor, at: datetime, why: str) -> None:
    facts = {"pending": record.digest, "why": why}
    subject = f"person:{record.person_id}"
    audit.record(_event(record, "discarded"), actor=actor, subject=subject, at=at, facts=facts)


def _event(record: Pending, what: str) -> str:
    return f"{'passkey' if record.credential_id else 'app'}.{what}"


def _name(record: Pending) -> str:
    return f"{FOLDER}/{record.person_id}-{record.digest}.json"


def _gone(record: Pending) -> str:
    return f"{GONE}/{record.person_id}-{record.digest}.json"
