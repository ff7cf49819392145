"""Private keys from PEM, PKCS#12 or a token, and pyHanko's signer over any of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pledges.core.seal_refusals import KeysUnusable
from pledges.proof.keys import ecdsa
from pledges.proof.keys.key_types import SigningKey, fit_for_signing

TOKEN_SCHEME = "pkcs11:"
PKCS12_SUFFIXES = (".p12", ".pfx")

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


@dataclass(frozen=True)
class KeySource:
    """Where a key is: a path ending in .pem, .p12 or .pfx, or a `pkcs11:` URI (RFC 7512)."""

    location: str
    secret: str = ""  # passphrase of the file, PIN of the token

    def __repr__(self) -> str:
        return f"KeySource({self.location.partition('?')[0]!r})"


def load(source: KeySource) -> tuple[SigningKey, tuple[x509.Certificate, ...]]:
    """The key, with the certificates that lie beside it in the same file. Raises KeysUnusable."""
    if source.location.startswith(TOKEN_SCHEME):
        return _from_token(source), ()
    path = Path(source.location)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KeysUnusable(f"{path.name} cannot be read: {error.strerror}") from error
    if path.suffix.lower() in PKCS12_SUFFIXES:
        return from_pkcs12(data, source.secret.encode(), path.name)
    certificates = x509.load_pem_x509_certificates(data) if b"BEGIN CERTIFICATE" in data else ()
    return from_pem(data, source.secret.encode(), path.name), tuple(certificates)


def _from_token(source: KeySource) -> SigningKey:
    try:
        # Only here: installations without a token do without its library.
        from pledges.proof.keys import pkcs11
    except ImportError as error:
        raise KeysUnusable(
            "keys on a token need: pip install -r requirements-pkcs11.txt"
        ) from error
    return pkcs11.key(source.location, source.secret)


def from_pem(data: bytes, passphrase: bytes, name: str) -> SigningKey:
    try:
        # A passphrase given for a file that needs none is an error to the library; it is ours too:
        # a key in the clear must be noticed.
        key = load_pem_private_key(data, passphrase or None)
    except (ValueError, TypeError) as error:
        raise KeysUnusable(f"{name} does not open with the passphrase given") from error
    return fit_for_signing(key, name)


def from_pkcs12(
    data: bytes, passphrase: bytes, name: str
) -> tuple[SigningKey, tuple[x509.Certificate, ...]]:
    try:
        found = pkcs12.load_pkcs12(data, passphrase or None)
    except ValueError as error:
        raise KeysUnusable(f"{name} does not open with the passphrase given") from error
    first = (found.cert,) if found.cert else ()
    certificates = tuple(each.certificate for each in (*first, *found.additional_certs))
    return fit_for_signing(found.key, name), certificates


def to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate as pyHanko wants it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


class KeySigner(Signer):
    """pyHanko's signer over a key of the `cryptography` library, be it in memory or on a token.

    Of an ECDSA signature it gives the low one, the only one that a signature here may have.
    """

    def __init__(
        self, key: SigningKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
    ) -> None:
        registry: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        # Without its own certificate, which pyHanko would put into each signature a second time.
        registry.register_multiple([to_asn1(each) for each in chain])
        super().__init__(signing_cert=to_asn1(certificate), cert_registry=registry)
        self._key = key

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if dry_run:
            return bytes(_longest_signature(self._key))
        chosen = HASHES[digest_algorithm.lower()]
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), chosen)
        return ecdsa.low(self._key.sign(data, ec.ECDSA(chosen)), self._key.curve)


def _longest_signature(key: SigningKey) -> int:
    size = (key.key_size + 7) // 8
    # ECDSA: a DER sequence of two integers, each with its header and perhaps a leading zero.
    return size if isinstance(key, rsa.RSAPrivateKey) else 2 * (size + 3) + 3
