"""The bytes of WebAuthn, read strictly: what a browser and an authenticator said, or a refusal."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self
from urllib.parse import SplitResult, urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from fido2 import cbor
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.webauthn import AttestationObject, AuthenticatorData, CollectedClientData

MIN_RSA_BITS: Final = 2048  # bits
# To each algorithm that we believe, its kind of key and its curve.
ALGORITHMS: Final = {ES256.ALGORITHM: (2, 1), EdDSA.ALGORITHM: (1, 6), RS256.ALGORITHM: (3, None)}
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")
_BROWSER_NAMES: Final = ("clientDataJSON", "authenticatorData", "signature")
_BLOCK_NAMES: Final = ("credential_id", "client_data_json", "authenticator_data", "signature")
READ_ERRORS: Final = (
    *(InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError, TypeError, AttributeError),
    *(IndexError, OverflowError, RecursionError),
)
"""What reading and verifying bytes that nobody vouches for may raise."""


class PasskeyFault(StrEnum):
    """Why an answer of an authenticator, or a stored one, proves nothing."""

    MALFORMED = "malformed"
    WRONG_TYPE = "wrong-type"
    WRONG_CHALLENGE = "wrong-challenge"
    WRONG_ORIGIN = "wrong-origin"
    CROSS_ORIGIN = "cross-origin"
    WRONG_RP = "wrong-rp"
    NOT_PRESENT = "user-not-present"
    NOT_VERIFIED = "user-not-verified"
    UNKNOWN_CREDENTIAL = "unknown-credential"
    FORBIDDEN_ALGORITHM = "forbidden-algorithm"
    BAD_SIGNATURE = "bad-signature"
    COUNTER_ROLLBACK = "counter-rollback"
    BAD_ENROLMENT = "bad-enrolment"
    NOT_ENROLLED_SO = "not-enrolled-so"


# The library tells its refusals apart by their words alone. Others than these are "malformed".
_FAULTS: Final = {
    "Incorrect type in CollectedClientData.": PasskeyFault.WRONG_TYPE,
    "Invalid origin in CollectedClientData.": PasskeyFault.WRONG_ORIGIN,
    "Wrong challenge in response.": PasskeyFault.WRONG_CHALLENGE,
    "Wrong RP ID hash in response.": PasskeyFault.WRONG_RP,
    "User Present flag not set.": PasskeyFault.NOT_PRESENT,
    "User verification required, but User Verified flag not set.": PasskeyFault.NOT_VERIFIED,
    "User verification required, but user verified flag not set.": PasskeyFault.NOT_VERIFIED,
    "Unknown credential ID.": PasskeyFault.UNKNOWN_CREDENTIAL,
    "Invalid signature.": PasskeyFault.BAD_SIGNATURE,
}


class Refused(Exception):
    """The ceremony proves nothing; `reason` says why."""

    def __init__(self, reason: PasskeyFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


@contextmanager
def translate_refusals() -> Iterator[None]:
    """Raise `Refused` for whatever the library raises."""
    try:
        yield
    except READ_ERRORS as error:
        raise Refused(_FAULTS.get(str(error), PasskeyFault.MALFORMED)) from error


@dataclass(frozen=True)
class Party:
    """Who asks: the domain that a passkey belongs to, and the one origin that may use it here."""

    id: str
    origin: str

    @classmethod
    def at(cls, public_url: str) -> Self:
        """The relying party of the site that people reach at `public_url`."""
        url = urlsplit(public_url)
        return cls((url.hostname or "").lower(), origin_of(url))


@dataclass(frozen=True)
class Credential:
    """One passkey: its id and its public key as COSE bytes."""

    id: bytes
    public_key: bytes


@dataclass(frozen=True)
class Assertion:
    """What an authenticator answered, byte for byte."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes

    @classmethod
    def from_browser(cls, answer: object) -> Self:
        """Read the JSON of a browser's `PublicKeyCredential`; raises `Refused`."""
        try:
            response = answer["response"]  # type: ignore[index]
            return cls(
                unbase64(answer["rawId"]),  # type: ignore[index]
                *(unbase64(response[name]) for name in _BROWSER_NAMES),
            )
        except READ_ERRORS as error:
            raise Refused(PasskeyFault.MALFORMED) from error

    @classmethod
    def from_block(cls, block: Mapping[str, Any]) -> Self:
        """Read it back from an evidence file's authentication block; raises `Refused`."""
        try:
            return cls(*(unbase64(block[name]) for name in _BLOCK_NAMES))
        except READ_ERRORS as error:
            raise Refused(PasskeyFault.MALFORMED) from error

    def as_block(self) -> dict[str, str]:
        """As evidence keeps it."""
        values = (self.credential_id, self.client_data, self.authenticator_data, self.signature)
        return dict(zip(_BLOCK_NAMES, map(base64, values), strict=True))

    @property
    def counter(self) -> int:
        """The authenticator's count of its signatures; 0 from those that do not count."""
        return int(read_authenticator_data(self.authenticator_data).counter)


def base64(data: bytes) -> str:
    """Base64url without padding, as WebAuthn writes bytes."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64(text: str) -> bytes:
    """The one reading of base64url without padding; raises ValueError for any other writing."""
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64(data) != text:
        raise ValueError("not the canonical base64url of anything")
    return data


def read_client_data(raw: bytes) -> dict[str, Any]:
    """The browser's account of the ceremony; no name twice, so that all readers read the same."""
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_each_once)
    except READ_ERRORS as error:
        raise Refused(PasskeyFault.MALFORMED) from error
    if not isinstance(found, dict):
        raise Refused(PasskeyFault.MALFORMED)
    return found


def vet_client_data(raw: bytes) -> CollectedClientData:
    """The same for the library, from no frame of another site, its challenge in its one writing.

    The library asks for none of this; for a challenge that is a number it would take that many
    bytes of memory.
    """
    client = read_client_data(raw)
    if crosses_origins(client):
        raise Refused(PasskeyFault.CROSS_ORIGIN)
    try:
        unbase64(client["challenge"])
        return CollectedClientData(raw)
    except READ_ERRORS as error:
        raise Refused(PasskeyFault.MALFORMED) from error


def crosses_origins(client: Mapping[str, Any]) -> bool:
    """Whether the ceremony ran in a frame of another site, or does not say plainly that not."""
    return client.get("crossOrigin", False) is not False or "topOrigin" in client


def read_key(public_key: bytes) -> CoseKey:
    """The key, if it is of a kind that we believe: ES256, EdDSA, or RS256 of 2048 bits or more."""
    try:
        key = CoseKey.parse(cbor.decode(public_key))  # type: ignore[arg-type]
        kind, curve = ALGORITHMS[key[3]]
        sound = key[1] == kind and (curve is None or key[-1] == curve)
        if key[3] == RS256.ALGORITHM:
            modulus, exponent = (int.from_bytes(key[part], "big") for part in (-1, -2))
            sound = sound and modulus.bit_length() >= MIN_RSA_BITS and exponent >= 65_537
    except READ_ERRORS as error:
        raise Refused(PasskeyFault.FORBIDDEN_ALGORITHM) from error
    if not sound:
        raise Refused(PasskeyFault.FORBIDDEN_ALGORITHM)
    return key


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def read_authenticator_data(raw: bytes) -> AuthenticatorData:
    """What the authenticator itself says and signs."""
    try:
        return AuthenticatorData(raw)
    except Exception as error:
        # Whatever the CBOR reader raises on bytes that nobody vouches for.
        raise Refused(PasskeyFault.MALFORMED) from error


def origin_of(url: SplitResult) -> str:
    """An address's origin as browsers write it."""
    host = (url.hostname or "").lower()
    standard = {"https": 443, "http": 80}.get(url.scheme)
    port = f":{url.port}" if url.port not in (None, standard) else ""
    return f"{url.scheme}://{host}{port}"


def read_registration(answer: object) -> tuple[bytes, AttestationObject]:
    """Client data and attestation of a browser's registration; raises `Refused`."""
    try:
        response = answer["response"]  # type: ignore[index]
        raw = unbase64(response["attestationObject"])
        # For a number in their place the library would take that many bytes of memory.
        if not isinstance(cbor.decode(raw)["authData"], bytes):  # type: ignore[call-overload,index]
            raise ValueError("authenticator data are bytes")
        return unbase64(response["clientDataJSON"]), AttestationObject(raw)
    except Exception as error:
        raise Refused(PasskeyFault.MALFORMED) from error
