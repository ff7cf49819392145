"""After a loss the ledger begins a new origin: its first entry says what was lost, and why."""

import json
from datetime import datetime

from pledges import access, audit, crash_points, transactions
from pledges.access import Act
from pledges.models import LedgerCheckpoint, LedgerEntry
from pledges.proof.ledger import checkpoints
from pledges.proof.ledger.checkpoints import Checkpoint

MAX_REASON_LENGTH = 200


def begin(
    former: Checkpoint, *, kept: int, reason: str, actor: access.Actor, at: datetime
) -> LedgerCheckpoint:
    """Go on from the `kept` entries under a new origin, though `former` was published before.

    `reason` stands in the ledger for good: no names. A second time only publishes what a killed
    process left unpublished.
    """
    facts = {
        "former": {"origin": former.origin, "size": former.size, "root": former.root.hex()},
        "kept": kept,
        "reason": reason,
    }
    _record(former, facts, actor=actor, at=at)
    crash_points.reach("restore:origin")
    return audit.begin_origin(at)


@transactions.atomic
def _record(
    former: Checkpoint, facts: dict[str, object], *, actor: access.Actor, at: datetime
) -> None:
    access.require(actor, Act.BEGIN_ORIGIN)
    if not _is_begun(facts):
        number = max(audit.origin_number(), checkpoints.number_in(former.origin)) + 1
        told = {**facts, "origin": number}
        audit.record(audit.RESTORED, actor=actor, subject=audit.SUBJECT, at=at, facts=told)


def _is_begun(facts: dict[str, object]) -> bool:
    last = LedgerEntry.objects.order_by("-sequence").first()
    if last is None or last.event != audit.RESTORED:
        return False
    told = json.loads(last.leaf)["facts"]
    return bool(told["former"] == facts["former"] and told["kept"] == facts["kept"])
