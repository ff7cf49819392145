"""An authenticator in software: makes passkeys and assertions as a browser hands them on."""

import hashlib
import json
import secrets
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2 import cbor
from fido2.cose import ES256, RS256, EdDSA

from pledges.proof.passkeys.ceremony import Credential, base64

UP, UV, AT = 0x01, 0x04, 0x40
AAGUID = bytes(16)


class Passkey:
    """One passkey, with every part of a ceremony open to be done wrong."""

    def __init__(self, *, rp_id="localhost", origin="http://localhost:8000", kind=ES256):
        self.rp_id, self.origin, self.counter = rp_id, origin, 0
        self.id = secrets.token_bytes(32)
        self._key = {
            ES256: lambda: ec.generate_private_key(ec.SECP256R1()),
            EdDSA: ed25519.Ed25519PrivateKey.generate,
            RS256: lambda: rsa.generate_private_key(65_537, 2048),
        }[kind]()
        self.public_key = cbor.encode(kind.from_cryptography_key(self._key.public_key()))

    @property
    def credential(self) -> Credential:
        return Credential(self.id, self.public_key)

    def register(self, challenge=bytes(32), /, **wrong) -> dict:
        """What `navigator.credentials.create` gives, as JSON."""
        made = AAGUID + struct.pack(">H", len(self.id)) + self.id + self.public_key
        known = self._known(**{"flags": UP | UV | AT, **_only(wrong, "flags", "rp_id", "counter")})
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": known + made})
        client = self._client(challenge, **{"type": "webauthn.create", **_others(wrong)})
        return {
            "id": base64(self.id),
            "rawId": base64(self.id),
            "type": "public-key",
            "response": {"clientDataJSON": base64(client), "attestationObject": base64(attested)},
            "clientExtensionResults": {"credProps": {"rk": True}},
        }

    def answer(self, challenge: bytes, /, **wrong) -> dict:
        """What `navigator.credentials.get` gives, as JSON."""
        if "counter" not in wrong:
            self.counter += 1
        known = self._known(**_only(wrong, "flags", "rp_id", "counter"))
        client = self._client(challenge, **_others(wrong))
        return {
            "id": base64(self.id),
            "rawId": base64(self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64(client),
                "authenticatorData": base64(known),
                "signature": base64(self.sign(known + hashlib.sha256(client).digest())),
                "userHandle": None,
            },
            "clientExtensionResults": {},
        }

    def sign(self, message: bytes) -> bytes:
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(message, ec.ECDSA(hashes.SHA256()))
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(message)

    def _known(self, *, flags=UP | UV, rp_id=None, counter=None) -> bytes:
        count = self.counter if counter is None else counter
        return hashlib.sha256((rp_id or self.rp_id).encode()).digest() + struct.pack(
            ">BI", flags, count
        )

    def _client(self, challenge: bytes, /, **said) -> bytes:
        usual = {"type": "webauthn.get", "challenge": base64(challenge), "origin": self.origin}
        told = {**usual, "crossOrigin": False, **said}
        return json.dumps(told, separators=(",", ":")).encode()


def _only(given: dict, *names: str) -> dict:
    return {name: value for name, value in given.items() if name in names}


def _others(given: dict) -> dict:
    return {k: v for k, v in given.items() if k not in ("flags", "rp_id", "counter")}
