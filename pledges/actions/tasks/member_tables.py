"""Lists of members as workbooks, kept nowhere; the ledger tells of each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core.digests import digest_of
from pledges.gateways.workbook_writing import write_workbook
from pledges.models import SigningTask

Cell = str | int | None
EVENT: Final = "members.exported"


@transactions.atomic
def export(
    task: SigningTask,
    heads: Sequence[str],
    rows: Iterable[tuple[int, Sequence[Cell]]],
    *,
    actor: access.Actor,
    at: datetime,
) -> bytes:
    """A workbook of `rows`, each the key of its person and the cells that are shown of them.

    The ledger says who took it, when, of which task and how many people it names.
    """
    access.require(actor, Act.READ_TASKS, task)
    listed = list(rows)
    made = write_workbook(task.title, heads, (cells for _key, cells in listed))
    keys = sorted(key for key, _cells in listed)
    facts = {"count": len(keys), "people": digest_of([str(key) for key in keys])}
    audit.record(EVENT, actor=actor, subject=task, at=at, facts=facts)
    return made
