"""A launch and a close under races and `kill -9`: all of it once, before or after, nothing half."""

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from pledges import audit
from pledges.actions.tasks import closing, launching
from pledges.core.refusal import Refusal
from pledges.core.standings import TaskState
from pledges.models import Person, TaskMember
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


def test_a_worker_killed_at_a_close_leaves_all_of_it_or_nothing(launched_task, chenjing):
    at = timezone.now() - timedelta(hours=1)
    task = launched_task(at=at)
    closing.request_close(task, actor=chenjing, at=at)
    assert run_worker(fault="close:written") == -signal.SIGKILL
    assert not task.members.exclude(standing_at_close="").exists()
    assert closing.resume(timezone.now()) == 1
    assert run_worker() == 0
    task.refresh_from_db()
    assert task.state == TaskState.CLOSED
    assert not task.members.filter(standing_at_close="").exists()
    assert [entry.event for entry in audit.trail(task)] == ["task.launched", "task.reported"]
