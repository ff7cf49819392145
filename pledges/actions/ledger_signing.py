"""The ledger's key at hand: what it signs beside the ledger, and whether it signed something."""

from typing import Protocol

from django.conf import settings

from pledges.core import refusals
from pledges.gateways import ledgerkey


class Signer(Protocol):
    def sign(self, data: bytes, /) -> bytes: ...


def ledger_key() -> Signer:
    """The private key; raises `EnrolmentUnavailable` where it is missing or does not open."""
    try:
        pem = (settings.PKI_DIR / "ledger.key.pem").read_bytes()
        return ledgerkey.load(pem, settings.PKI_PASSPHRASE)
    except (OSError, ValueError, TypeError) as error:
        raise refusals.EnrolmentUnavailable from error


def signed_by_ledger(signature: bytes, message: bytes) -> bool:
    """Whether the ledger's key signed `message`; no without its certificate."""
    try:
        public = ledgerkey.public_key((settings.PKI_DIR / "ledger.pem").read_bytes())
    except (OSError, ValueError):
        return False
    return ledgerkey.verify(public, signature, message)
