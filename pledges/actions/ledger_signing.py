"""The ledger's key at hand: what it signs beside the ledger, and whether it signed something."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from django.conf import settings

from pledges.core import refusals
from pledges.proof.keys import pki
from pledges.proof.ledger import signing_key

NAME = "ledger"


class Signer(Protocol):
    def sign(self, data: bytes, /) -> bytes: ...


def ledger_key() -> Signer:
    """The private key; raises `EnrolmentUnavailable` where it is missing or does not open."""
    try:
        pem = (settings.PKI_DIR / f"{NAME}.key.pem").read_bytes()
        return signing_key.load(pem, settings.PKI_PASSPHRASE)
    except (OSError, ValueError, TypeError) as error:
        raise refusals.EnrolmentUnavailable from error


def signed_by_ledger(signature: bytes, message: bytes) -> bool:
    """Whether the ledger's key signed `message`, the present one or one that it replaced."""
    return signed_by_present_key(signature, message) or any(
        signing_key.verify(public, signature, message) for public in _replaced()
    )


def signed_by_present_key(signature: bytes, message: bytes) -> bool:
    """Whether the key of the present certificate signed `message`; no without a certificate."""
    try:
        public = signing_key.public_key((settings.PKI_DIR / f"{NAME}.pem").read_bytes())
    except (OSError, ValueError):
        return False
    return signing_key.verify(public, signature, message)


def _replaced() -> Iterator[bytes]:
    for certificate in pki.retired(Path(settings.PKI_DIR), NAME):
        yield signing_key.raw(certificate)
