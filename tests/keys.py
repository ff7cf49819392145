"""A ledger key for the tests, in the place where an installation keeps its own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

PASSPHRASE = "only-for-tests"


def make(folder: Path) -> None:
    """An encrypted key and its certificate, self-signed."""
    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ledger under test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, None)
    )
    encrypted = BestAvailableEncryption(PASSPHRASE.encode())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encrypted)
    (folder / "ledger.key.pem").write_bytes(pem)
    (folder / "ledger.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
