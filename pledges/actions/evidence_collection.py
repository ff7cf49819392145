"""What goes into a signed file to prove it later: gathered at the signing, from what was frozen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pledges import audit, sheets
from pledges.actions.sealing import level_at_signing
from pledges.models import LedgerEntry, Organisation, SigningIntent
from pledges.proof import evidence
from pledges.proof.fileformat import CURRENT


def collect(
    intent: SigningIntent,
    *,
    organisation: Organisation,
    at: datetime,
    client_address: str | None,
    user_agent: str,
    authentication: Mapping[str, Any],
) -> bytes:
    """The evidence file of the signing through `intent` at `at`.

    Has the ledger sign a checkpoint that covers the intent, if there is none yet; raises
    `audit.LedgerBroken` when the ledger is not the one that was published.
    """
    local = organisation.localtime
    return evidence.write(
        {
            "format": CURRENT.name,
            "document": {"sha256": intent.document_digest, "size": intent.document_size},
            **sheets.prepared_content(intent),
            "intent": {
                "id": str(intent.pk),
                "nonce": intent.nonce,
                "created_at": local(intent.created_at).isoformat(),
                "expires_at": local(intent.expires_at).isoformat(),
            },
            "signed_at": local(at).isoformat(),
            "client": {"address": client_address or "", "user_agent": user_agent},
            "authentication": dict(authentication),
            "signature": {"level": level_at_signing().value},
            "ledger": audit.proof(_entry(intent), audit.checkpoint(at)),
        }
    )


def _entry(intent: SigningIntent) -> LedgerEntry:
    """The ledger's entry of the moment when this document was prepared for its signer."""
    return audit.find_entry(intent.pledge, ["pledge.prepared"], intent=str(intent.pk))
