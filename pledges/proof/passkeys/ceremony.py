"""Passkeys without Django: what a document asks an authenticator, and whether the answer holds.

A browser's answer is judged by the library. What that leaves out is in `vet_client_data`,
`read_key` and the counter. A stored answer is judged by `reverify`, from the evidence alone.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from pledges.proof.passkeys import cose
from pledges.proof.passkeys.webauthn import (
    READ_ERRORS,
    Assertion,
    Credential,
    Party,
    PasskeyFault,
    Refused,
    base64,
    crosses_origins,
    origin_of,
    read_authenticator_data,
    read_client_data,
    read_key,
    read_registration,
    translate_refusals,
    unbase64,
    vet_client_data,
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
    "request_options",
    "reverify",
    "unbase64",
    "verify",
    "verify_registration",
]

DOCUMENT_TAG: Final = b"shounuo/document/2"
INTRODUCTION_TAG: Final = b"shounuo/introduction/2"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
PATIENCE: Final = 180_000  # ms that the browser waits for the person
_VERIFIED: Final = UserVerificationRequirement.REQUIRED


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


def verify_registration(
    answer: object, *, party: Party, challenge: bytes | None = None
) -> Credential:
    """The new passkey in a browser's registration, if it was made here with its user verified.

    Raises `Refused`. Without a challenge that is left to whoever asked the browser; this judges
    kept answers too.
    """
    client_bytes, attested = read_registration(answer)
    client, found = vet_client_data(client_bytes), _made_in(attested)
    response = AuthenticatorAttestationResponse(client_data=client, attestation_object=attested)
    server, nobody = _server(party), PublicKeyCredentialUserEntity(id=b"-")
    with translate_refusals():
        _options, state = server.register_begin(
            nobody, user_verification=_VERIFIED, challenge=challenge or client.challenge
        )
        server.register_complete(state, RegistrationResponse(raw_id=found.id, response=response))
    read_key(found.public_key)
    return found


def credential_in(answer: object) -> Credential:
    """The passkey that a registration is about, whatever else is to be said of it."""
    _client, attested = read_registration(answer)
    return _made_in(attested)


def _made_in(attested: AttestationObject) -> Credential:
    made = attested.auth_data.credential_data
    if made is None or not made.credential_id:
        raise Refused(PasskeyFault.MALFORMED)
    try:
        return Credential(bytes(made.credential_id), cose.write_key(made.public_key))
    except ValueError as error:
        raise Refused(PasskeyFault.MALFORMED) from error


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
    response = AuthenticatorAssertionResponse(
        client_data=vet_client_data(assertion.client_data),
        authenticator_data=read_authenticator_data(assertion.authenticator_data),
        signature=assertion.signature,
    )
    answer = AuthenticationResponse(raw_id=assertion.credential_id, response=response)
    key, server = read_key(credential.public_key), _server(party)
    with translate_refusals():
        known = AttestedCredentialData.create(Aaguid.NONE, credential.id, key)
        _options, state = server.authenticate_begin(
            user_verification=_VERIFIED, challenge=challenge
        )
        server.authenticate_complete(state, [known], answer)
    counter = assertion.counter
    if (counter or seen) and counter <= seen:
        raise Refused(PasskeyFault.COUNTER_ROLLBACK)


def _server(party: Party) -> Fido2Server:
    """The library, for this one origin: by itself it takes any subdomain's."""
    entity = PublicKeyCredentialRpEntity(name=party.id, id=party.id)
    return Fido2Server(entity, verify_origin=lambda origin: origin == party.origin)


def reverify(block: Mapping[str, Any], document: ToBeSigned) -> None:
    """Raise `Refused` unless a stored authentication block signs exactly this document, then.

    Needs nothing but the evidence. Whose passkey it was is for `enrolment_statements.check`.
    """
    try:
        rp_id = block["rp_id"]
        rp_id_hash = hashlib.sha256(rp_id.encode()).digest()
        public_key = unbase64(block["public_key"])
        challenge = document.challenge()
    except READ_ERRORS as error:
        raise Refused(PasskeyFault.MALFORMED) from error
    if block.get("method") != "passkey" or not rp_id:
        raise Refused(PasskeyFault.MALFORMED)
    assertion = Assertion.from_block(block)
    client = read_client_data(assertion.client_data)
    known = read_authenticator_data(assertion.authenticator_data)
    checks = (
        (client.get("type") == "webauthn.get", PasskeyFault.WRONG_TYPE),
        (client.get("challenge") == base64(challenge), PasskeyFault.WRONG_CHALLENGE),
        (_is_under(str(client.get("origin")), rp_id), PasskeyFault.WRONG_ORIGIN),
        (not crosses_origins(client), PasskeyFault.CROSS_ORIGIN),
        (known.rp_id_hash == rp_id_hash, PasskeyFault.WRONG_RP),
        (known.is_user_present(), PasskeyFault.NOT_PRESENT),
        (known.is_user_verified(), PasskeyFault.NOT_VERIFIED),
    )
    for holds, reason in checks:
        if not holds:
            raise Refused(reason)
    key = read_key(public_key)
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    try:
        key.verify(signed, assertion.signature)
    except READ_ERRORS as error:
        raise Refused(PasskeyFault.BAD_SIGNATURE) from error


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
