"""The separate proof of an issued file: that the ledger records it, for whoever has the root."""

from datetime import datetime

from pledges import audit
from pledges.core.digests import canonical_json
from pledges.models import Document

ISSUING = ("pledge.signed", "pledge.accepted", "document.renewed")
"""The events whose fact `issued` is the digest of the file."""


def prove(file: Document, *, at: datetime) -> bytes:
    """The entry that issued `file`, and the proof that a signed checkpoint includes it (JSON).

    Has the ledger sign a checkpoint when none covers the entry yet. Raises `audit.LedgerBroken`.
    """
    entry = audit.find_entry(file.pledge, ISSUING, issued=file.sha256)
    return canonical_json(audit.proof(entry, audit.checkpoint(at)))
