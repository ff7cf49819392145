"""The ledger: written with every change, signed as checkpoints, provable, verifiable."""

from pledges.audit.checkpointing import (
    checkpoint,
    has_key,
    note_sent,
    opened,
    proof,
    published,
    sent,
    unpublished,
)
from pledges.audit.recording import (
    EVENTS,
    UnknownEvent,
    find_entry,
    record,
    subject_of,
    trail,
)
from pledges.audit.tree import consistency, inclusion, root, size
from pledges.audit.verifying import Discrepancy, verify
from pledges.core.refusals import CheckpointUnavailable, LedgerBroken

__all__ = [
    "EVENTS",
    "CheckpointUnavailable",
    "Discrepancy",
    "LedgerBroken",
    "UnknownEvent",
    "checkpoint",
    "consistency",
    "find_entry",
    "has_key",
    "inclusion",
    "note_sent",
    "opened",
    "proof",
    "published",
    "record",
    "root",
    "sent",
    "size",
    "subject_of",
    "trail",
    "unpublished",
    "verify",
]
