"""The ledger's Ed25519 key: read from its encrypted PEM, signing, and checking what it signed."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

LedgerKey = Ed25519PrivateKey


def load(pem: bytes, passphrase: str | bytes) -> Ed25519PrivateKey:
    """The private key in `pem`; raises ValueError for a wrong passphrase or another kind of key."""
    secret = passphrase.encode() if isinstance(passphrase, str) else passphrase
    key = load_pem_private_key(pem, secret or None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the ledger's key is not an Ed25519 key")
    return key


def public_key(certificate_pem: bytes) -> bytes:
    """The 32 bytes of the public key in a certificate."""
    return raw(x509.load_pem_x509_certificate(certificate_pem))


def of_certificate(der: bytes) -> bytes:
    """The same of a certificate in DER."""
    return raw(x509.load_der_x509_certificate(der))


def raw(certificate: x509.Certificate) -> bytes:
    """The same of a certificate that is already read; ValueError for another kind of key."""
    key = certificate.public_key()
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the ledger's certificate is not for an Ed25519 key")
    return key.public_bytes_raw()


def verify(raw_public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key whose 32 public bytes these are signed `message`."""
    try:
        Ed25519PublicKey.from_public_bytes(raw_public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
