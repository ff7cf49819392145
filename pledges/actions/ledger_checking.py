"""The daily check of the whole ledger against the checkpoint that was published last."""

import logging
from datetime import datetime

from pledges import audit
from pledges.core.refusals import LedgerBroken

logger = logging.getLogger(__name__)


def check_ledger(at: datetime) -> int:
    """Recompute the ledger; gives the number of entries. Raises LedgerBroken, every fault logged.

    A pledge of which rows say something else than the ledger is one. Raises CheckpointUnavailable
    where there is nothing to compare with that can be read.
    """
    faults = 0
    for fault in audit.verify(audit.published()):
        logger.error(
            "The ledger is not as it was written: entry %d, %s", fault.sequence, fault.kind
        )
        faults += 1
    for pledge in audit.contradicted_pledges():
        logger.error(
            "Pledge %s is %r by its rows, and by the ledger %r",
            *(pledge.number, pledge.row, pledge.told),
        )
        faults += 1
    if faults:
        raise LedgerBroken(f"{faults} faults")
    return audit.size()
