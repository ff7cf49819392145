"""What `verify_ledger --task` says of a signing task, and of a report on it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.core.management.base import CommandError

from pledges import audit, keyring
from pledges.proof.records.judging import judge_any
from pledges.proof.records.verdict import RecordVerdict


def tell(task: UUID, report: Path | None, at: datetime) -> Iterator[str]:
    """Sentences about the task's entries; raises CommandError where they are no whole chain."""
    chain = audit.task_chain(task)
    if chain.sequences:
        yield f"Task {task}: entries {', '.join(map(str, chain.sequences))}."
    yield from (f"  {each}" for each in chain.faults)
    if chain.faults:
        raise CommandError(f"The entries of task {task} are not a chain without a gap.")
    yield (
        "They are a chain without a gap: each names the one before it, and no entry of this task "
        f"was left out. The last one counts {chain.members} members."
    )
    if report is not None:
        yield _compared(chain, task, report, at)


def _compared(chain: audit.TaskChain, task: UUID, report: Path, at: datetime) -> str:
    try:
        verdict = judge_any(report.read_bytes(), trust=keyring.trust(), at=at)
    except OSError as error:
        raise CommandError(f"{report} cannot be read.") from error
    summary = verdict.summary if isinstance(verdict, RecordVerdict) else None
    if summary is None or summary.content.get("task", {}).get("id") != str(task):
        raise CommandError(f"{report} is not a genuine completion report of task {task}.")
    differing = audit.left_out(chain, summary.content["entries"])
    if differing:
        numbers = ", ".join(map(str, differing))
        raise CommandError(f"{report} does not name the same entries: {numbers}.")
    return f"{report} names every one of them up to its own."
