"""`verify_ledger --task`: whether a task's entries are a chain, and whether a report names all."""

from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from pledges import audit
from pledges.access import SYSTEM
from pledges.actions.records import completion, issuing
from pledges.proof.records import completion as reports
from tests.reported_tasks import report_on, running_task, tell_ledger

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def run(**options):
    out = StringIO()
    call_command("verify_ledger", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def task(chenjing, now):
    return running_task(chenjing, now)


def test_a_whole_chain_is_told_and_its_report_names_it_all(task, chenjing, now, tmp_path):
    report = report_on(task, 12, now)
    tell_ledger(task, report, now - DAY, joined=3)
    record = completion.issue(report, task_id=task.pk, actor=chenjing, at=now)
    file = tmp_path / "report.pdf"
    file.write_bytes(issuing.read(record))
    said = run(task=task.pk, report=file)
    assert "a chain without a gap" in said and "12 members" in said
    assert "names every one of them" in said
    # Reported again later: the earlier report names all entries up to its own.
    later = report_on(task, 12, now + DAY)
    completion.commit(later, task_id=task.pk, actor=chenjing, at=now + DAY)
    assert "names every one of them" in run(task=task.pk, report=file)
    other = running_task(chenjing, now)
    tell_ledger(other, report_on(other, 3, now), now)
    with pytest.raises(CommandError, match="not a genuine completion report of task"):
        run(task=other.pk, report=file)


@pytest.mark.parametrize("change", ["left out", "wrong place", "elsewhere", "shrunk"])
def test_a_broken_chain_is_told(task, now, change):
    report = report_on(task, 5, now)
    tell_ledger(task, report, now - DAY, joined=2)
    last = audit.trail(task).last()
    root = audit.facts_of(last)["root"]
    facts = {"previous": last.sequence, "size": 5, "root": root, "task": str(task.pk)}
    subject = reports.subject_of(task.pk)
    if change == "left out":
        facts["previous"] = last.sequence - 1
    elif change == "elsewhere":
        subject = reports.subject_of(UUID(int=7))
    elif change == "shrunk":
        facts["size"] = 4
    event = reports.LAUNCHED if change == "wrong place" else reports.JOINED
    audit.record(event, actor=SYSTEM, subject=subject, at=now, facts=facts)
    with pytest.raises(CommandError, match="not a chain without a gap"):
        run(task=task.pk)


def test_a_task_that_the_ledger_does_not_know(task):
    with pytest.raises(CommandError, match="not a chain without a gap"):
        run(task=task.pk)
    with pytest.raises(CommandError, match="--report needs --task"):
        run(report=__file__)
