"""Passkeys without Django: what a document asks an authenticator, and whether the answer holds."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import urlsplit

from fido2 import cbor

from pledges.proof.passkeys.webauthn import (
    READ_ERRORS,
    Assertion,
    Credential,
    Party,
    PasskeyFault,
    Refused,
    allowed_key,
    authenticator_data,
    base64,
    client_data,
    crosses_origins,
    origin_of,
    registration,
    unbase64,
)

__all__ = [
    "Assertion",
    "Credential",
    "Party",
    "PasskeyFault",
    "Refused",
    "ToBeSigned",
    "base64",
    "credential_in",
    "introduction_challenge",
    "registered",
    "request_options",
    "reverify",
    "unbase64",
    "verify",
]

DOCUMENT_TAG: Final = b"shounuo/document/2"
INTRODUCTION_TAG: Final = b"shounuo/introduction/2"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
PATIENCE: Final = 180_000  # ms that the browser waits for the person


@dataclass(frozen=True)
class ToBeSigned:
    """One document, prepared for one person between two times (aware); digests, nonce in hex."""

    document_sha256: str
    version_digest: str
    person_id: int
    nonce: str
    created_at: datetime
    expires_at: datetime

    def challenge(self) -> bytes:
        """What the authenticator signs; raises one of `READ_ERRORS` for a value of another form."""
        parts = [bytes.fromhex(v) for v in (self.document_sha256, self.version_digest, self.nonce)]
        if [len(part) for part in parts] != [32, 32, 32]:
            raise ValueError("digests and nonce have 32 bytes each")
        document, version, once = parts
        person = self.person_id.to_bytes(8, "big")
        window = _moment(self.created_at) + _moment(self.expires_at)
        return hashlib.sha256(DOCUMENT_TAG + document + version + person + once + window).digest()


def _moment(time: datetime) -> bytes:
    """The microseconds since 1970: the same for one moment, however a time zone writes it."""
    return ((time - EPOCH) // timedelta(microseconds=1)).to_bytes(8, "big")


def introduction_challenge(pending: str) -> bytes:
    """What a passkey signs that vouches for the one whose record has the digest `pending`."""
    return hashlib.sha256(INTRODUCTION_TAG + bytes.fromhex(pending)).digest()


def request_options(
    challenge: bytes, *, rp_id: str, credential_ids: Iterable[bytes]
) -> dict[str, Any]:
    """The JSON of `PublicKeyCredentialRequestOptions`: user verification is required."""
    return {
        "challenge": base64(challenge),
        "rpId": rp_id,
        "allowCredentials": [{"type": "public-key", "id": base64(each)} for each in credential_ids],
        "userVerification": "required",
        "timeout": PATIENCE,
    }


def registered(answer: object, *, party: Party) -> Credential:
    """The new passkey in a browser's registration, if it was made here with its user verified.

    The library has checked the challenge; the origin it takes from any subdomain. Raises `Refused`.
    """
    client_bytes, known = registration(answer)
    client = client_data(client_bytes)
    checks = (
        (client.get("type") == "webauthn.create", PasskeyFault.WRONG_TYPE),
        (client.get("origin") == party.origin, PasskeyFault.WRONG_ORIGIN),
        (not crosses_origins(client), PasskeyFault.CROSS_ORIGIN),
        (known.rp_id_hash == hashlib.sha256(party.id.encode()).digest(), PasskeyFault.WRONG_RP),
        (known.is_user_present(), PasskeyFault.NOT_PRESENT),
        (known.is_user_verified(), PasskeyFault.NOT_VERIFIED),
    )
    _require(checks)
    found = credential_in(answer)
    allowed_key(found.public_key)
    return found


def credential_in(answer: object) -> Credential:
    """The passkey that a registration is about, whatever else is to be said of it."""
    _client, known = registration(answer)
    made = known.credential_data
    if made is None or not made.credential_id:
        raise Refused(PasskeyFault.MALFORMED)
    return Credential(bytes(made.credential_id), cbor.encode(made.public_key))


def verify(
    assertion: Assertion,
    *,
    challenge: bytes,
    party: Party,
    credential: Credential,
    seen: int = 0,
) -> None:
    """Raise `Refused` unless `credential` answered `challenge` here, with its user verified.

    `seen` is the highest counter known of it; 0 for one that does not count.
    """
    _check(assertion, challenge, party.id, credential, lambda origin: origin == party.origin)
    counter = assertion.counter
    if (counter or seen) and counter <= seen:
        raise Refused(PasskeyFault.COUNTER_ROLLBACK)


def reverify(block: Mapping[str, Any], document: ToBeSigned) -> None:
    """Raise `Refused` unless a stored authentication block signs exactly this document, then.

    Needs nothing but the evidence. Whose passkey it was is for `enrolments.check`.
    """
    try:
        rp_id = block["rp_id"]
        credential = Credential(unbase64(block["credential_id"]), unbase64(block["public_key"]))
        challenge = document.challenge()
    except READ_ERRORS as error:
        raise Refused(PasskeyFault.MALFORMED) from error
    if block.get("method") != "passkey" or not isinstance(rp_id, str) or not rp_id:
        raise Refused(PasskeyFault.MALFORMED)
    assertion = Assertion.from_block(block)
    _check(assertion, challenge, rp_id, credential, lambda origin: _is_under(origin, rp_id))


def _check(
    assertion: Assertion,
    challenge: bytes,
    rp_id: str,
    credential: Credential,
    is_our_origin: Callable[[str], bool],
) -> None:
    client = client_data(assertion.client_data)
    known = authenticator_data(assertion.authenticator_data)
    checks = (
        (client.get("type") == "webauthn.get", PasskeyFault.WRONG_TYPE),
        (client.get("challenge") == base64(challenge), PasskeyFault.WRONG_CHALLENGE),
        (is_our_origin(str(client.get("origin"))), PasskeyFault.WRONG_ORIGIN),
        (not crosses_origins(client), PasskeyFault.CROSS_ORIGIN),
        (known.rp_id_hash == hashlib.sha256(rp_id.encode()).digest(), PasskeyFault.WRONG_RP),
        (known.is_user_present(), PasskeyFault.NOT_PRESENT),
        (known.is_user_verified(), PasskeyFault.NOT_VERIFIED),
        (compare_digest(assertion.credential_id, credential.id), PasskeyFault.UNKNOWN_CREDENTIAL),
    )
    _require(checks)
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    key = allowed_key(credential.public_key)
    try:
        key.verify(signed, assertion.signature)
    except READ_ERRORS as error:
        raise Refused(PasskeyFault.BAD_SIGNATURE) from error


def _require(checks: Iterable[tuple[bool, PasskeyFault]]) -> None:
    for holds, reason in checks:
        if not holds:
            raise Refused(reason)


def _is_under(origin: str, rp_id: str) -> bool:
    """Whether a page of `origin` may use passkeys of `rp_id`: over TLS, or on one's own machine."""
    try:
        url = urlsplit(origin)
        host = url.hostname or ""
        plain = origin_of(url) == origin
    except ValueError:
        return False
    secure = url.scheme == "https" or (url.scheme == "http" and host == "localhost")
    return plain and secure and (host == rp_id or host.endswith(f".{rp_id}"))
