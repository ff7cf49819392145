"""Passkeys whose statement is newer than the restored database: their rows are lost."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from allauth.mfa.models import Authenticator

from pledges.actions import enrolment
from pledges.proof.passkeys import ceremony
from pledges.storage import document_store

_STATEMENT = re.compile(r"enrolments/\d+/[0-9a-f]{64}\.json")


@dataclass(frozen=True)
class LostEnrolment:
    """A passkey that its person has to add and have confirmed anew."""

    person_id: int
    employee_number: str
    enrolled_at: str


def find(names: Iterable[str]) -> Iterator[LostEnrolment]:
    """Of the stored records `names`: those of passkeys that no row is left of."""
    kept = set(names)
    known = set(_names_of_rows())
    for name in sorted(kept):
        removed = name.replace(".json", "-removed.json")
        if _STATEMENT.fullmatch(name) and name not in known and removed not in kept:
            told = json.loads(document_store.get_record(name))["statement"]
            yield LostEnrolment(told["person_id"], told["employee_number"], told["enrolled_at"])


def _names_of_rows() -> Iterator[str]:
    rows = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    for row in rows.iterator():
        try:
            credential = ceremony.credential_in(row.data.get("credential"))
        except ceremony.Refused:
            continue
        yield enrolment.name_of(row.user_id, credential)
