"""The ledger: written with every change, signed as checkpoints, provable, verifiable."""

from pledges.audit.publishing import checkpoint, proof, published
from pledges.audit.recording import EVENTS, UnknownEvent, record, subject_of, trail
from pledges.audit.tree import consistency, inclusion, root, size
from pledges.audit.verifying import Fault, verify
from pledges.core.refusals import CheckpointUnavailable, LedgerBroken

__all__ = [
    "EVENTS",
    "CheckpointUnavailable",
    "Fault",
    "LedgerBroken",
    "UnknownEvent",
    "checkpoint",
    "consistency",
    "inclusion",
    "proof",
    "published",
    "record",
    "root",
    "size",
    "subject_of",
    "trail",
    "verify",
]
