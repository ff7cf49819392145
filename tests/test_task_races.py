"""A launch and a close under races and `kill -9`: all of it once, before or after, nothing half."""

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from pledges import audit
from pledges.actions import lost_tasks
from pledges.actions.tasks import closing, issuing_reports, launching
from pledges.core.refusal import Refusal
from pledges.core.standings import TaskState
from pledges.models import IssuedRecord, Person, TaskMember
from pledges.models.housekeeping import SEEN_WITHIN
from tests.serving import run_worker
from tests.signing_tasks import queued

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts):
    """What each gives or raises, all of them begun together."""

    def run(act):
        try:
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_officers_and_two_workers_launch_it_once(drafted_task):
    task, at = drafted_task(at=timezone.now()), timezone.now()
    officers = list(Person.objects.filter(username__in=["chenjing", "sunhao"])) * 3
    asked = [
        lambda each=each: launching.request_launch(task, actor=each, at=at) for each in officers
    ]
    refused = [each for each in at_once(asked) if isinstance(each, Refusal)]
    assert [each.kind for each in refused] == ["launch-under-way"] * 5
    assert queued(launching.write_members).count() == 1
    written = at_once([lambda: launching.launch(str(task.pk), at=at)] * 3)
    assert sorted(written) == [False, False, True]
    assert TaskMember.objects.count() == 3
    assert [entry.event for entry in audit.trail(task)] == ["task.launched"]


@pytest.mark.parametrize("point", ["launch:written", "launch:committed"])
def test_a_worker_killed_at_a_launch_leaves_all_of_it_or_nothing(drafted_task, chenjing, point):
    at = timezone.now() - timedelta(hours=1)
    task = drafted_task(at=at)
    launching.request_launch(task, actor=chenjing, at=at)
    assert run_worker(fault=point) == -signal.SIGKILL
    done = point == "launch:committed"
    assert task.members.count() == (3 if done else 0)
    assert audit.trail(task).count() == done
    assert launching.resume(timezone.now()) == (not done)
    assert run_worker() == 0
    task.refresh_from_db()
    assert (task.state, task.launching_since) == (TaskState.RUNNING, None)
    assert (task.members.count(), audit.trail(task).count()) == (3, 1)
    assert list(audit.verify()) == []


# Where a worker dies on its way to the report, one after the other, and how many stand then.
TO_THE_REPORT = {
    "close:written": 0,
    "close:committed": 3,
    "report:committed": 3,
    "sealing:record": 3,
    "record:stored": 3,
}


def test_workers_killed_at_a_close_and_its_report_leave_all_of_it_or_nothing(
    launched_task, chenjing
):
    at = timezone.now() - timedelta(hours=1)
    task = launched_task(at=at)
    closing.request_close(task, actor=chenjing, at=at)
    for point, stand in TO_THE_REPORT.items():
        assert run_worker(fault=point) == -signal.SIGKILL, point
        assert task.members.exclude(standing_at_close="").count() == stand, point
        assert audit.trail(task).filter(event="task.reported").count() == (stand > 0), point
        assert not IssuedRecord.objects.exists(), point
        lost_tasks.requeue(timezone.now() + SEEN_WITHIN + timedelta(minutes=1))
    # Three died at the report: the queue has given it up.
    assert issuing_reports.resume(timezone.now()) == 0
    assert issuing_reports.resume(timezone.now() + issuing_reports.GIVEN_UP_AFTER) == 1
    assert run_worker() == 0
    task.refresh_from_db()
    assert (task.state, task.closing_since) == (TaskState.CLOSED, None)
    assert [entry.event for entry in audit.trail(task)] == ["task.launched", "task.reported"]
    record = IssuedRecord.objects.get()
    assert record.list_digest == audit.facts_of(audit.trail(task).last())["list"]
    assert [entry.event for entry in audit.trail(record)] == ["record.issued"]
    assert list(audit.verify()) == []


def test_a_closing_that_nobody_is_at_is_queued_again(launched_task, chenjing):
    at = timezone.now() - timedelta(hours=1)
    task = launched_task(at=at)
    closing.request_close(task, actor=chenjing, at=at)
    assert closing.resume(timezone.now()) == 0
    queued(closing.write_close).update(status="RUNNING", started_at=at)
    assert closing.resume(timezone.now()) == 1
