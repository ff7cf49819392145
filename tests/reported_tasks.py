"""A signing task that was launched, joined and can be reported, made through models alone."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pledges import audit, transactions
from pledges.access import SYSTEM
from pledges.core.completion_report import CompletionReport
from pledges.core.standings import TaskState
from pledges.models import PledgeTemplate, SigningTask
from pledges.proof.records import completion
from tests.sealed_records import report_of


def running_task(by: Any, at: Any) -> SigningTask:
    """A task that `by` launched a week before."""
    then = at - timedelta(days=7)
    return SigningTask.objects.create(
        template=PledgeTemplate.objects.get(slug="contract"),
        title="2026 年度承诺书",
        state=TaskState.RUNNING,
        due_on=date(2026, 12, 20),
        created_at=then,
        created_by=by,
        launched_at=then,
        launched_by=by,
    )


def report_on(task: SigningTask, size: int, at: Any, **changed: Any) -> CompletionReport:
    """Its report on so many members as of `at`."""
    return replace(report_of(size), task_id=task.pk, as_of=at, **changed)


@transactions.atomic
def tell_ledger(task: SigningTask, report: CompletionReport, at: Any, *, joined: int = 1) -> None:
    """The entries of the launch, and of each who joined since."""
    rows = completion.rows_of(report)
    tree = completion.members_tree(str(task.pk), rows)
    first = max(1, len(rows) - joined)
    facts: dict[str, object] = {
        "task": str(task.pk),
        "template": report.template_slug,
        "size": first,
        "root": tree.root(first).hex(),
        "due_on": "2026-12-20",
    }
    entry = audit.record(completion.LAUNCHED, actor=SYSTEM, subject=task, at=at, facts=facts)
    for size in range(first + 1, len(rows) + 1):
        facts = {"previous": entry.sequence, "size": size, "root": tree.root(size).hex()}
        entry = audit.record(completion.JOINED, actor=SYSTEM, subject=task, at=at, facts=facts)
