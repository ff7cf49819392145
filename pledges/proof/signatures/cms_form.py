"""The bytes of a signature (CMS, RFC 5652), which only a later one covers: one way to write them.

Without that, parts of it that nothing signs could be changed at will. So a signature is taken
apart, and has to be what signing makes of the parts. To CMS the company's seal is one as well. A
timestamp token in it is somebody else's bytes: it is taken as it stands, and `timestamp_tokens`
judges it.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import x509 as asn1
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pledges.proof.keys import ecdsa
from pledges.proof.signatures import der
from pledges.proof.signatures.der import Element
from pledges.proof.verdict import Rejected

MAX_CERTIFICATES: Final = 6
"""In one signature. Among certificates that all vouch for each other a validator tries every path,
and each one more multiplies the time: six take a fifth of a second, nine more than a minute."""

DAMAGED: Final = (ValueError, TypeError, LookupError, OverflowError)
"""What parsers raise for bytes that are not what they should be."""

SIGNED_DATA: Final = der.identifier("1.2.840.113549.1.7.2")
DATA: Final = der.identifier("1.2.840.113549.1.7.1")
CONTENT_TYPE: Final = der.identifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST: Final = der.identifier("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE: Final = der.identifier("1.2.840.113549.1.9.16.2.47")
TIMESTAMP_TOKEN: Final = der.identifier("1.2.840.113549.1.9.16.2.14")
NULL: Final = b"\x05\x00"
ONE: Final = b"\x02\x01\x01"
SHA256: Final = der.sequence(der.identifier("2.16.840.1.101.3.4.2.1"), NULL)
ECDSA_SHA256: Final = der.sequence(der.identifier("1.2.840.10045.4.3.2"))
RSA_SHA256: Final = der.sequence(der.identifier("1.2.840.113549.1.1.11"), NULL)


@dataclass(frozen=True)
class SignatureParts:
    """The parts of a signature: certificates, value, the timestamp token where it has one, and the
    digest that it states."""

    encoded: bytes
    signer: asn1.Certificate
    certificates: tuple[asn1.Certificate, ...]
    value: bytes
    token: bytes | None
    stated: bytes


def read(encoded: bytes) -> SignatureParts:
    """The parts of the signature that these bytes are; raises `Rejected` where they are none."""
    try:
        return _read(encoded)
    except DAMAGED as error:
        raise Rejected(
            "broken-signature", "a signature is SignedData (RFC 5652)", found=str(error)
        ) from error


def _read(encoded: bytes) -> SignatureParts:
    _, content = _parts(der.only(encoded, der.SEQUENCE), 2)
    _, _, _, certificates, signers = _parts(_parts(content, 1)[0], 5)
    _, sid, _, attributes, _, value, *unsigned = _parts(_parts(signers, 1)[0], 6, 7)
    found = certificates_in(certificates)
    named = [each for each in found if _sid(each) == sid.encoded]
    if not named:
        raise ValueError("no certificate is that of the signer")
    token = None
    if unsigned:
        kind, values = _parts(_parts(unsigned[0], 1)[0], 2)
        if kind.encoded != TIMESTAMP_TOKEN:
            raise ValueError("what is added to a signature is a timestamp")
        token = _parts(values, 1)[0].encoded
    return SignatureParts(encoded, named[0], found, value.content, token, _stated(attributes))


def _stated(attributes: Element) -> bytes:
    """The digest that the signed attributes state, whether they are signed or not."""
    for kind, values in (_parts(each, 2) for each in der.children(attributes)):
        if kind.encoded == MESSAGE_DIGEST:
            return _parts(values, 1)[0].content
    raise ValueError("a signature states the digest of what it covers")


def _parts(element: Element, *counts: int) -> list[Element]:
    found = der.children(element)
    if len(found) not in counts:
        raise ValueError(f"{counts} elements were expected and {len(found)} are there")
    return found


def certificates_in(element: Element) -> tuple[asn1.Certificate, ...]:
    """The certificates in a signature; raises `Rejected` for more than one needs, one of
    `DAMAGED` for what is none."""
    encoded = [each.encoded for each in der.children(element)]
    if len(set(encoded)) > MAX_CERTIFICATES:
        raise Rejected(
            "too-many-certificates",
            "a signature or timestamp brings few certificates",
            expected=MAX_CERTIFICATES,
            found=len(encoded),
        )
    found = tuple(asn1.Certificate.load(each, strict=True) for each in encoded)
    for each in found:
        check_whole(each)
    return found


def check_whole(certificate: asn1.Certificate) -> None:
    """Raise one of `DAMAGED` for a certificate that cannot be parsed to the last field and its
    names compared: what is damaged must not come to light later."""
    _ = certificate.native, certificate.subject.hashable, certificate.issuer.hashable


def check_value(parts: SignatureParts, digest: bytes) -> None:
    """Raise `Rejected` unless the signer signed this digest with the certificate's key."""
    if parts.stated != digest:
        raise Rejected(
            "broken-signature",
            "the bytes under a signature are those that were signed",
            expected=f"SHA-256 {parts.stated.hex()}",
            found=f"SHA-256 {digest.hex()}",
        )
    signed = _attributes(parts.signer, digest)
    try:
        key: Any = load_der_public_key(parts.signer.public_key.dump())
        if not ecdsa.is_low(parts.value, key):
            raise Rejected(
                "broken-signature", "of the two values of an ECDSA signature the lower one"
            )
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(parts.value, signed, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(parts.value, signed, ec.ECDSA(hashes.SHA256()))
        else:
            raise Rejected("broken-signature", "a signature is made with ECDSA or RSA", found=key)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise Rejected(
            "broken-signature",
            "the signature over this digest is by the key of the certificate",
            expected=f"SHA-256 {digest.hex()}",
            found=repr(error),
        ) from error


def check_form(parts: SignatureParts, chain: list[asn1.Certificate], digest: bytes) -> None:
    """Raise `Rejected` unless the signature is, to the byte, what signing makes of its parts.

    `chain` are the certificates from the signer's up to the root's: each is there once, and no
    other.
    """
    for each in chain:
        # What nobody signed of a certificate has to repeat what its issuer did (RFC 5280, 4.1.1.2).
        if each["signature_algorithm"].dump() != each["tbs_certificate"]["signature"].dump():
            rule = "a certificate names its algorithm twice, in one way"
            raise Rejected("broken-signature", rule, found=each.subject.human_friendly)
    if parts.encoded != _written(parts, chain, digest):
        raise Rejected(
            "broken-signature",
            "a signature is written in one way, with the certificates of its path (RFC 5652, 5)",
            found=[each.subject.human_friendly for each in parts.certificates],
        )


def _written(parts: SignatureParts, chain: list[asn1.Certificate], digest: bytes) -> bytes:
    kind = ECDSA_SHA256 if parts.signer.public_key.algorithm == "ec" else RSA_SHA256
    attributes = der.only(_attributes(parts.signer, digest), der.SET).content
    unsigned = b""
    if parts.token is not None:
        token = der.sequence(TIMESTAMP_TOKEN, der.write(der.SET, parts.token))
        unsigned = der.write(0xA1, token)
    signer = der.sequence(
        ONE,
        _sid(parts.signer),
        SHA256,
        der.write(0xA0, attributes),
        kind,
        der.write(der.OCTET_STRING, parts.value),
        unsigned,
    )
    certificates = sorted(each.dump() for each in chain)
    signed_data = der.sequence(
        ONE,
        der.write(der.SET, SHA256),
        der.sequence(DATA),
        der.write(0xA0, *certificates),
        der.write(der.SET, signer),
    )
    return der.sequence(SIGNED_DATA, der.write(0xA0, signed_data))


def _sid(certificate: asn1.Certificate) -> bytes:
    return der.sequence(certificate.issuer.dump(), _serial(certificate))


def _serial(certificate: asn1.Certificate) -> bytes:
    return bytes(certificate["tbs_certificate"]["serial_number"].dump())


def _attributes(signer: asn1.Certificate, digest: bytes) -> bytes:
    """What is signed (PAdES, ETSI EN 319 142-1, 6.3; ESSCertIDv2, RFC 5035)."""
    general_names = der.sequence(der.write(0xA4, signer.issuer.dump()))
    named = der.sequence(general_names, _serial(signer))
    own = der.write(der.OCTET_STRING, hashlib.sha256(signer.dump()).digest())
    certificate = der.sequence(der.sequence(der.sequence(own, named)))
    return der.set_of(
        _attribute(CONTENT_TYPE, DATA),
        _attribute(MESSAGE_DIGEST, der.write(der.OCTET_STRING, digest)),
        _attribute(SIGNING_CERTIFICATE, certificate),
    )


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.sequence(kind, der.write(der.SET, value))
