"""The signed statement that a passkey is a person's: made once, checked without the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from pledges.proof.passkeys import signed_records
from pledges.proof.passkeys.webauthn import (
    Credential,
    PasskeyFault,
    Refused,
    base64,
    unbase64,
)

TAG: Final = b"shounuo/enrolment/1\n"
FIRST: Final = "first"
OFFICER: Final = "officer"
OPERATOR: Final = "operator"
BY_NAME: Final = (FIRST, OFFICER, OPERATOR)
"""The values of `introduced_by` that are no passkey's id."""


@dataclass(frozen=True)
class EnrolmentStatement:
    """That this passkey is this person's, since when, and who vouched for it.

    `introduced_by` is `first`, the id of a passkey enrolled earlier, `officer`: a second person
    who met them, or `operator`: somebody with the ledger's key, on the server. `pending` is
    the digest of the record for which they vouched, empty where nobody had to.
    """

    person_id: int
    employee_number: str
    credential_id: str
    public_key: str
    rp_id: str
    enrolled_at: str
    introduced_by: str
    pending: str

    @classmethod
    def of(
        cls,
        credential: Credential,
        *,
        person_id: int,
        employee_number: str,
        rp_id: str,
        at: datetime,
        introduced_by: str,
        pending: str = "",
    ) -> Self:
        return cls(
            person_id=person_id,
            employee_number=employee_number,
            credential_id=base64(credential.id),
            public_key=base64(credential.public_key),
            rp_id=rp_id,
            enrolled_at=at.astimezone(UTC).isoformat(timespec="seconds"),
            introduced_by=introduced_by,
            pending=pending,
        )

    @property
    def credential(self) -> Credential:
        return Credential(unbase64(self.credential_id), unbase64(self.public_key))


def kind_of(introduced_by: str) -> str:
    """Who or what vouched, in one word: `first`, `officer`, `operator` or `passkey`."""
    return introduced_by if introduced_by in BY_NAME else "passkey"


def sign(statement: EnrolmentStatement, signer: signed_records.Sign) -> dict[str, Any]:
    """The statement with the signature over it, as evidence and the storage keep it."""
    return signed_records.sign(statement, "statement", TAG, signer)


def read(signed: object, verifier: signed_records.Verify) -> EnrolmentStatement:
    """The statement, if `verifier(signature, message)` says it was signed; raises `Refused`."""
    return signed_records.read(signed, EnrolmentStatement, "statement", TAG, verifier)


def check(
    block: Mapping[str, Any],
    *,
    person_id: int,
    employee_number: str,
    verifier: Callable[[bytes, bytes], bool],
) -> EnrolmentStatement:
    """Raise `Refused` unless the passkey of an authentication block was enrolled as this person's.

    Together with `ceremony.reverify` this is all that an evidence file proves about a passkey.
    """
    statement = read(block.get("enrolment"), verifier)
    claimed: list[Any] = [person_id, employee_number]
    claimed += [block.get(name) for name in ("credential_id", "public_key", "rp_id")]
    stated: list[Any] = [statement.person_id, statement.employee_number]
    stated += [statement.credential_id, statement.public_key, statement.rp_id]
    if claimed != stated:
        raise Refused(PasskeyFault.NOT_ENROLLED_SO)
    return statement
