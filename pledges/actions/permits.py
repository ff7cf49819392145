"""The operator's leave to enrol one more passkey, for somebody who lost all of theirs."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from pledges import access, audit
from pledges.access import Act
from pledges.actions.ledger_signing import ledger_key, signed_by_ledger
from pledges.core.digests import canonical_json, sha256_hex
from pledges.gateways import storage
from pledges.gateways.passkeys import Credential, base64, unbase64
from pledges.models import Person

TAG: Final = b"shounuo/permit/1\n"
LASTS: Final = timedelta(hours=24)


@transaction.atomic
def permit(person: Person, *, actor: access.Actor, at: datetime) -> datetime:
    """Let `person` enrol one more passkey; gives the time until which they may.

    Signed with the ledger's key, so that only somebody on the server can give it. Raises
    `EnrolmentUnavailable` without that key.
    """
    access.require(actor, Act.PERMIT_ENROLMENT, person)
    until = at + LASTS
    told = {
        "person_id": person.pk,
        "from": at.isoformat(),
        "until": until.isoformat(),
        "id": secrets.token_hex(16),
    }
    signed = {"permit": told, "signature": base64(ledger_key().sign(TAG + canonical_json(told)))}
    facts = {"permit": sha256_hex(canonical_json(told))}
    audit.record("passkey.permitted", actor=actor, subject=person, at=at, facts=facts)
    storage.put_record(f"permits/{person.pk}/{told['id']}.json", canonical_json(signed))
    return until


def use(person: Person, newcomer: Credential, at: datetime) -> bool:
    """Use up a permit for this very passkey, if `person` has one that is good at `at`."""
    return any(
        _is_good(name, person, at) and _take(name, newcomer)
        for name in storage.list_records(f"permits/{person.pk}")
    )


def _is_good(name: str, person: Person, at: datetime) -> bool:
    try:
        signed = json.loads(storage.get_record(name))
        told = signed["permit"]
        good = signed_by_ledger(unbase64(signed["signature"]), TAG + canonical_json(told))
        first, last = (datetime.fromisoformat(told[end]) for end in ("from", "until"))
    except (ValueError, KeyError, TypeError):
        return False
    in_its_place = name == f"permits/{person.pk}/{told['id']}.json"
    return good and in_its_place and told["person_id"] == person.pk and first <= at < last


def _take(name: str, newcomer: Credential) -> bool:
    """Write down, once, which passkey the permit served; no if it served another."""
    used = name.replace(".json", "-used.json")
    try:
        storage.put_record(used, canonical_json({"credential": sha256_hex(newcomer.id)}))
    except storage.Taken:
        return False
    return True
