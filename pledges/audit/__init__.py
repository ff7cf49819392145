"""The ledger: written with every change, signed as checkpoints, provable, verifiable."""

from pledges.audit.checkpointing import (
    begin_origin,
    checkpoint,
    has_key,
    note_sent,
    opened,
    proof,
    publish_again,
    published,
    sent,
    unpublished,
)
from pledges.audit.finding import facts_of, find_entry, trail
from pledges.audit.origins import RESTORED, SUBJECT, folder
from pledges.audit.origins import number as origin_number
from pledges.audit.recording import (
    EVENTS,
    Event,
    UnknownEvent,
    record,
    record_many,
    subject_of,
)
from pledges.audit.tree import consistency, inclusion, root, size
from pledges.audit.verifying import Discrepancy, verify
from pledges.audit.verifying_pledges import Standing
from pledges.audit.verifying_pledges import contradicted as contradicted_pledges
from pledges.audit.verifying_tasks import TaskChain, left_out, task_chain
from pledges.core.refusals import CheckpointUnavailable, LedgerBroken

__all__ = [
    "EVENTS",
    "RESTORED",
    "SUBJECT",
    "CheckpointUnavailable",
    "Discrepancy",
    "Event",
    "LedgerBroken",
    "Standing",
    "TaskChain",
    "UnknownEvent",
    "begin_origin",
    "checkpoint",
    "consistency",
    "contradicted_pledges",
    "facts_of",
    "find_entry",
    "folder",
    "has_key",
    "inclusion",
    "left_out",
    "note_sent",
    "opened",
    "origin_number",
    "proof",
    "publish_again",
    "published",
    "record",
    "record_many",
    "root",
    "sent",
    "size",
    "subject_of",
    "task_chain",
    "trail",
    "unpublished",
    "verify",
]
