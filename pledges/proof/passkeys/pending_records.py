"""The signed record of a passkey that waits for a voucher, and the code by which people name it."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from pledges.core.digests import canonical_json
from pledges.proof.passkeys import signed_records
from pledges.proof.passkeys.webauthn import (
    Credential,
    base64,
)

TAG: Final = b"shounuo/pending-passkey/1\n"
CODE_TAG: Final = b"shounuo/pending-passkey-code/1\n"
NUMBER_TAG: Final = b"shounuo/pending-passkey-number/1\n"
LASTS: Final = timedelta(hours=24)
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, which are heard or read as something else."""
# What people type for what they heard: as Crockford reads it.
_HEARD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": ""})


@dataclass(frozen=True)
class Pending:
    """What was registered, by whom, until when it waits; digests in hexadecimal.

    `nonce` is the server's, chosen after the browser's answer: whoever makes the key cannot try
    one key after another until its code is that of somebody else's.
    """

    person_id: int
    employee_number: str
    name: str
    credential_id: str
    key_sha256: str
    answer_sha256: str
    rp_id: str
    registered_at: str
    expires_at: str
    nonce: str

    @classmethod
    def of(
        cls,
        credential: Credential,
        *,
        answer: str,
        person_id: int,
        employee_number: str,
        name: str,
        rp_id: str,
        at: datetime,
        nonce: str,
    ) -> Self:
        begins = at.astimezone(UTC)
        return cls(
            person_id=person_id,
            employee_number=employee_number,
            name=name,
            credential_id=base64(credential.id),
            key_sha256=_sha256(credential.public_key),
            answer_sha256=_sha256(answer.encode()),
            rp_id=rp_id,
            registered_at=begins.isoformat(timespec="microseconds"),
            expires_at=(begins + LASTS).isoformat(timespec="microseconds"),
            nonce=nonce,
        )

    @property
    def digest(self) -> str:
        """What a voucher signs, and an enrolment names: everything above."""
        return _sha256(TAG + canonical_json(asdict(self)))

    @property
    def code(self) -> str:
        """Six characters of the digest, for two people to compare by voice: `7K2-M9Q`.

        The first 30 bits of SHA-256(`CODE_TAG` ‖ the 32 bytes of the digest), five to a character.
        """
        hashed = hashlib.sha256(CODE_TAG + bytes.fromhex(self.digest)).digest()
        bits = int.from_bytes(hashed[:4], "big") >> 2
        signs = [ALPHABET[bits >> shift & 31] for shift in range(25, -1, -5)]
        return "".join((*signs[:3], "-", *signs[3:]))

    @property
    def number(self) -> str:
        """Four digits of the digest, which the phone shows and its owner types elsewhere: `0482`.

        The first 64 bits of SHA-256(`NUMBER_TAG` ‖ the 32 bytes of the digest), modulo 10,000.
        """
        hashed = hashlib.sha256(NUMBER_TAG + bytes.fromhex(self.digest)).digest()
        return f"{int.from_bytes(hashed[:8], 'big') % 10_000:04}"

    @property
    def registered(self) -> datetime:
        return datetime.fromisoformat(self.registered_at)

    @property
    def expires(self) -> datetime:
        return datetime.fromisoformat(self.expires_at)

    def is_of(self, credential: Credential, answer: str) -> bool:
        """Whether it is this passkey, registered by this answer of a browser's."""
        seen = (base64(credential.id), _sha256(credential.public_key), _sha256(answer.encode()))
        return seen == (self.credential_id, self.key_sha256, self.answer_sha256)


def same_code(typed: str, code: str) -> bool:
    """Whether somebody who heard `code` may have typed it so."""
    return typed.upper().translate(_HEARD) == code.translate(_HEARD)


def sign(pending: Pending, signer: signed_records.Sign) -> dict[str, Any]:
    """The record with the signature over it."""
    return signed_records.sign(pending, "pending", TAG, signer)


def read(signed: object, verifier: signed_records.Verify) -> Pending:
    """The record, if `verifier(signature, message)` says it was signed; raises `Refused`."""
    return signed_records.read(signed, Pending, "pending", TAG, verifier)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
