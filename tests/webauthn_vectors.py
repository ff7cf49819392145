"""The test vectors of Web Authentication Level 3, derived as the specification derives them.

https://www.w3.org/TR/webauthn-3/#sctn-test-vectors: each random value is HKDF-SHA-256 of one
phrase, salted with its number; ECDSA takes the nonce of RFC 6979; the RSA key is made of two
Mersenne primes. `published` is the SHA-256, computed from the bytes that the specification
prints, of the registration's authenticator data and client data, and the authentication's
authenticator data, client data and signature, in this order.

Attestation statements are left out: nobody asks for them here.
"""

import hashlib
import json
import struct
from dataclasses import dataclass
from functools import cached_property
from itertools import count

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fido2 import cbor
from fido2.cose import ES256, ES384, ES512, RS256, Ed448, EdDSA

from pledges.proof.passkeys.ceremony import Credential, base64

RP_ID, ORIGIN, TOP_ORIGIN = "example.org", "https://example.org", "https://example.com"
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
CURVES = {
    ES256: (ec.SECP256R1(), 32, hashes.SHA256()),
    ES384: (ec.SECP384R1(), 48, hashes.SHA384()),
    ES512: (ec.SECP521R1(), 65, hashes.SHA512()),
}
EDWARDS = {EdDSA: (ed25519.Ed25519PrivateKey, 32), Ed448: (ed448.Ed448PrivateKey, 57)}
SAID_MORE = "clientDataJSON may be extended with additional fields in the future, such as this: "


@dataclass(frozen=True)
class Vector:
    """One registration and one authentication with the passkey that it made."""

    label: str
    published: str
    kind: type = ES256
    attestation: int = 0  # how many values its attestation statement draws
    framed: dict = None  # what the client data say of a frame
    challenge_length: int = 32
    id_length: int = 32

    @cached_property
    def drawn(self):
        """All of it, in the order in which the specification draws."""
        numbers = count()

        def draw(length):
            salt = bytes([next(numbers)])
            hkdf = HKDF(hashes.SHA256(), length, salt, self.label.encode())
            return hkdf.derive(b"WebAuthn test vectors")

        return Ceremonies(self, draw)


class Ceremonies:
    """The bytes of a vector."""

    def __init__(self, vector, draw):
        kind, framed = vector.kind, vector.framed or {"crossOrigin": False}
        self.challenges = [draw(vector.challenge_length)]
        sign, self.public_key = _key(kind, draw)
        self.created = _client(draw, "webauthn.create", self.challenges[0], framed)
        aaguid, self.id = draw(16), draw(vector.id_length)
        # For a U2F key the specification draws none.
        (flags,) = b"\0" if vector.label.startswith("fido-u2f") else draw(1)
        copied = flags & BE
        made = aaguid + struct.pack(">H", len(self.id)) + self.id + self.public_key
        self.made = _authenticator(flags, copied, AT) + made
        for _ in range(vector.attestation):
            draw(1)
        self.challenges.append(draw(vector.challenge_length))
        self.got = _client(draw, "webauthn.get", self.challenges[1], framed)
        (flags,) = draw(1)
        self.known = _authenticator(flags, copied)
        self.signature = sign(self.signed)

    @property
    def signed(self):
        return self.known + hashlib.sha256(self.got).digest()

    @property
    def digest(self):
        parts = (self.made, self.created, self.known, self.got, self.signature)
        return hashlib.sha256(b"".join(parts)).hexdigest()

    @property
    def credential(self):
        return Credential(self.id, self.public_key)

    @property
    def registration(self):
        """As a browser hands it on."""
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": self.made})
        return self._answer(clientDataJSON=self.created, attestationObject=attested)

    @property
    def answer(self):
        """As a browser hands it on."""
        return self._answer(
            clientDataJSON=self.got, authenticatorData=self.known, signature=self.signature
        )

    def _answer(self, **response):
        name = base64(self.id)
        told = {part: base64(value) for part, value in response.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": told}


def _key(kind, draw):
    if kind in CURVES:
        curve, length, digest = CURVES[kind]
        key = ec.derive_private_key(int.from_bytes(draw(length), "big"), curve)
        how = [ec.ECDSA(digest, deterministic_signing=True)]
    elif kind in EDWARDS:
        maker, length = EDWARDS[kind]
        key, how = maker.from_private_bytes(draw(length)), []
    else:
        key, how = _mersenne_key(), [padding.PKCS1v15(), hashes.SHA256()]
    public = cbor.encode(kind.from_cryptography_key(key.public_key()))
    return lambda message: key.sign(message, *how), public


def _mersenne_key():
    p, q, e = 2**1279 - 1, 2**2203 - 1, 65_537
    d = rsa.rsa_recover_private_exponent(e, p, q)
    parts = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *parts, rsa.RSAPublicNumbers(e, p * q)).private_key()


def _client(draw, kind, challenge, framed):
    more = {}
    if draw(1)[0] & 1:
        more["extraData"] = SAID_MORE + base64(draw(16))
    said = {"type": kind, "challenge": base64(challenge), "origin": ORIGIN, **framed, **more}
    return json.dumps(said, separators=(",", ":")).encode()


def _authenticator(drawn, copied, more=0):
    """Of the flags drawn, UV as it is, and BS where the passkey may be copied."""
    flags = UP | more | drawn & UV | (BE | drawn & BS if copied else 0)
    return hashlib.sha256(RP_ID.encode()).digest() + struct.pack(">BI", flags, 0)


CROSSED = {"crossOrigin": True}
FRAMED = {"crossOrigin": True, "topOrigin": TOP_ORIGIN}
VECTORS = [
    Vector("none.ES256", "2a2e01aa3c0860afb014932e63c79e573c48f0232b1dba855748aa2e8a6410b2"),
    Vector("packed-self.ES256", "02cdfae7af651ad5b1deeab20e570db707edc72a45cb098f1690e15ce79956ef"),
    Vector(
        "none.ES256.crossOrigin",
        "3cceee01c65ac08cdd9f1f74ec99a4afeec6c5ab9ce0c680f076981df4294a1e",
        framed=CROSSED,
    ),
    Vector(
        "none.ES256.topOrigin",
        "9f92687b7a2693c5b30f08474048d54b38b74566fb84fa1c3d55a9c95e08078c",
        framed=FRAMED,
    ),
    Vector(
        "none.ES256.long-credential-id",
        "ff8fc1e76416a97fafde97b953b28674ca77af1ee4e1ed402cbfb35411176fdc",
        id_length=1023,
    ),
    Vector(
        "packed.ES256",
        "3dd6cf23ccab46865a6d6f013225dddb69fb722e06a48d5438c818d4fd09e0d5",
        attestation=2,
    ),
    Vector(
        "packed.ES384",
        "6fd33192a6c03f9f6303f681661f744e047f9e8abe4e48fedfe1ebb50fa64be4",
        ES384,
        attestation=2,
    ),
    Vector(
        "packed.ES512",
        "28515cc76dc2bf64b015168a16cc5880e58b4feda5b06e4c3712c018e5cbf7d9",
        ES512,
        attestation=2,
        challenge_length=128,
    ),
    Vector(
        "packed.RS256",
        "95a5e6b2936a67304696405ec790789b9ab64fd74403d4517f5fc16cda632698",
        RS256,
        attestation=2,
    ),
    Vector(
        "packed.EdDSA",
        "151b9ad7a76a31d6da1953ef639f90fa0e9aeea71c9769233f67464bcad9335c",
        EdDSA,
        attestation=2,
    ),
    Vector(
        "packed.Ed448",
        "ac51ed954705aa7a6614090c9c9cc19e6ceb57daf3d88e54fb895ee607145495",
        Ed448,
        attestation=2,
    ),
    Vector(
        "tpm.ES256",
        "92de818a8014f05653de5a42eaeb7aa66049222729e357faa6d1b2a7de728270",
        attestation=2,
    ),
    Vector(
        "android-key.ES256",
        "3afcc52cc581a5c87e415d0ee533fd658d59c2fa4721df999e4d7994eef60599",
        attestation=1,
    ),
    Vector(
        "apple.ES256",
        "c14d9a2fa5bb3c96075bbf2eec0a934ed9dc5fcf2915c9309862eedc80e67177",
        attestation=1,
    ),
    Vector(
        "fido-u2f.ES256",
        "15337e5f38696219aa82c233576931a0b2e0754664fc9e49bc85321bb111e3c0",
        attestation=2,
    ),
]
