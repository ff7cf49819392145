"""The background worker as a process: the queue, the housekeeping beside it, keys or none."""

import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from datetime import timedelta

import psycopg2
import pytest
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges.actions import batches, housekeeping, lost_tasks
from pledges.management.commands import run_worker
from pledges.models import AcceptanceItem, BackgroundWorker, ChoreRun, Session
from pledges.notices import accounts
from tests.serving import ROOT, surroundings
from tests.waiting import SLOW_MACHINE, eventually


@pytest.fixture
def started():
    made = []

    def start():
        command = [sys.executable, "manage.py", "run_worker", "--skip-checks"]
        made.append(subprocess.Popen(command, cwd=ROOT, env=surroundings()))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.wait()


def is_done(chore):
    run = ChoreRun.objects.filter(name=chore.name, failed=False).first()
    return run is not None and run.due_at - run.succeeded_at == chore.every


@pytest.mark.django_db(transaction=True)
def test_it_works_keeps_house_and_ends_when_it_is_asked_to(started, signed):
    signed(at=timezone.now() - timedelta(hours=1))
    over = timezone.now() - timedelta(minutes=1)
    Session.objects.create(session_key="old", session_data="", expire_date=over)
    worker = started()
    assert eventually(lambda: not DBTaskResult.objects.ready().exists())
    assert eventually(lambda: all(is_done(chore) for chore in housekeeping.SCHEDULE if chore.do))
    assert not Session.objects.exists()
    assert BackgroundWorker.objects.get().can_seal
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=SLOW_MACHINE) == 0
    assert not BackgroundWorker.objects.exists()  # nobody misses it


@contextmanager
def database_away():
    """Nobody else gets a connection, and those who have one lose it."""
    connection.ensure_connection()
    name, own = connection.settings_dict["NAME"], connection.connection.info.backend_pid
    params = {**connection.get_connection_params(), "dbname": "postgres", "cursor_factory": None}
    with closing(psycopg2.connect(**params)) as beside:
        beside.autocommit = True
        cursor = beside.cursor()
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> %s",
                [name, own],
            )
            yield
        finally:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@pytest.mark.django_db(transaction=True)
def test_it_outlives_the_database_goes_on_and_still_ends_when_it_is_asked_to(started, chenjing):
    """Whoever ended each time would, in a longer outage, not be started again any more."""
    worker = started()
    eventually(BackgroundWorker.objects.exists)
    with database_away():
        time.sleep(5)  # some looks in vain
        assert worker.poll() is None
    accounts.tell("new_browser", chenjing, at=timezone.now().isoformat())
    eventually(lambda: DBTaskResult.objects.filter(status="SUCCESSFUL").exists())
    with database_away():
        time.sleep(1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=SLOW_MACHINE) == 0


@pytest.fixture
def queue(monkeypatch):
    """The queue as one worker takes from it, in this process; its signals stay as they are."""
    monkeypatch.setattr(run_worker.Worker, "configure_signals", lambda self: None)
    return run_worker.Queue("here")


@pytest.mark.django_db(transaction=True)
def test_without_usable_keys_only_what_is_to_be_sealed_is_left(
    queue, signed, chenjing, now, monkeypatch
):
    batch = batches.begin([signed()], actor=chenjing, at=now)
    monkeypatch.setattr(run_worker.sealing, "can_seal", lambda at: False)
    queue.work_off()
    (left,) = DBTaskResult.objects.ready()
    assert left.queue_name == batches.QUEUE
    assert batch.items.get().outcome == AcceptanceItem.Outcome.WAITING
    assert not BackgroundWorker.objects.get(name="here").can_seal
    monkeypatch.undo()
    monkeypatch.setattr(run_worker.Worker, "configure_signals", lambda self: None)
    queue._reported_at = float("-inf")  # some seconds later
    queue.work_off()
    assert batch.items.get().outcome == AcceptanceItem.Outcome.ACCEPTED
    assert BackgroundWorker.objects.get(name="here").can_seal


@pytest.mark.django_db
def test_keys_that_cannot_be_opened_seal_nothing(settings, tmp_path, now):
    assert run_worker.sealing.can_seal(now)
    settings.PKI_DIR = str(tmp_path)
    assert not run_worker.sealing.can_seal(now)


@pytest.mark.django_db(transaction=True)
def test_more_than_one_round_is_worked_off(queue, signed, chenjing, now, monkeypatch):
    batches.begin([signed()], actor=chenjing, at=now)
    assert DBTaskResult.objects.ready().count() > 1
    monkeypatch.setattr(run_worker, "ROUND", 1)
    queue.work_off()
    assert not DBTaskResult.objects.ready().exists()


class Enough(BaseException):
    """Ends what goes on for ever."""


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ValueError("of a library"), OSError("a disk"), DatabaseError()])
def test_whatever_goes_wrong_the_next_look_at_the_chores_comes(monkeypatch, caplog, error):
    looks = iter([error, Enough()])

    def fail():
        raise next(looks)

    monkeypatch.setattr(housekeeping, "run_due", fail)
    monkeypatch.setattr(run_worker.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(run_worker.connections, "close_all", lambda: None)
    with pytest.raises(Enough):
        run_worker._keep_house()
    assert "the housekeeping" in caplog.text.lower()


@pytest.mark.django_db(transaction=True)
def test_after_an_outage_it_goes_on_under_another_name(queue, monkeypatch, chenjing):
    """What it had under way is nobody's then: it is found to be lost, and done again."""
    accounts.tell("new_browser", chenjing, at=timezone.now().isoformat())
    long_ago = timezone.now() - timedelta(minutes=16)
    tasks = DBTaskResult.objects.all()
    tasks.update(status="RUNNING", started_at=long_ago, worker_ids=[queue.name])
    housekeeping.report(queue.name, can_seal=True)
    BackgroundWorker.objects.update(seen_at=long_ago)

    def be_away():
        raise OperationalError

    with monkeypatch.context() as outage:
        outage.setattr(queue, "_round", be_away)
        assert queue._round_and_rest()
    assert queue._round_and_rest()  # it is back, and says so
    assert lost_tasks.requeue(timezone.now()) == 1
