"""Background workers as processes on this database, one of which is killed in the middle."""

import random
import subprocess
import sys
import time
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final

import psutil
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges.models import BackgroundWorker, ChoreRun, Roster, SigningTask
from pledges.models.housekeeping import SEEN_WITHIN
from tests.serving import ROOT, surroundings
from tests.waiting import SLOW_MACHINE, eventually

# The chores that find what a killed worker left, and the one that claims notices beside the others.
CHORES: Final = (
    *("rosters", "task launches", "task closings", "completion reports"),
    *("lost tasks", "notices"),
)


class Crew:
    """Background workers by the names under which the database knows them."""

    def __init__(self, count: int, log: Path, **more: str) -> None:
        self._count, self._log, self._more = count, log, more
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Crew":
        self.complete()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self.workers.values():
            process.kill()
            process.wait()

    def complete(self) -> None:
        """Start as many as are missing."""
        while len(self.workers) < self._count:
            self._start()

    def _start(self) -> None:
        known = set(_names())
        command = [sys.executable, "manage.py", "run_worker", "--skip-checks"]
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=surroundings(**self._more), stdout=log, stderr=log
            )
        if not eventually(lambda: bool(set(_names()) - known)):
            process.kill()
            raise RuntimeError(f"a worker does not begin, see {self._log}")
        (name,) = set(_names()) - known
        self.workers[name] = process

    def kill(self, name: str) -> str:
        """As by `kill -9`."""
        process = self.workers.pop(name)
        process.kill()
        process.wait()
        return name

    def one_of_them(self) -> str:
        return random.choice(list(self.workers))

    def at_port(self, port: int) -> str:
        """Which of them talks on that port of this machine."""
        for name, process in self.workers.items():
            talks = psutil.Process(process.pid).net_connections("tcp")
            if any(each.laddr.port == port for each in talks):
                return name
        raise LookupError(port)

    def kill_amid(self, paths: Collection[str], within: float) -> tuple[str, bool]:
        """Kill whoever works at one of these tasks, up to `within` seconds after it was begun.

        Gives whom, and whether they were in the middle of it.
        """
        tasks = DBTaskResult.objects.filter(task_path__in=paths)
        running = tasks.filter(status="RUNNING").values_list("pk", "worker_ids")
        end = time.monotonic() + SLOW_MACHINE
        while time.monotonic() < end:
            if found := running.first():
                key, workers = found
                time.sleep(random.uniform(0, within))
                killed = self.kill(workers[-1])
                return killed, tasks.filter(pk=key, status="RUNNING").exists()
            if not tasks.filter(status="READY").exists():
                break  # quicker than we could look
            time.sleep(0.001)
        return self.kill(self.one_of_them()), False


def _names() -> list[str]:
    return list(BackgroundWorker.objects.values_list("pk", flat=True))


def is_idle(*paths: str) -> bool:
    """Whether nobody works at these tasks, and none of them is to be begun."""
    tasks = DBTaskResult.objects.filter(task_path__in=paths)
    return not tasks.ready().exists() and not tasks.filter(status="RUNNING").exists()


@transaction.atomic
def let_time_pass(killed: str) -> None:
    """As if the worker had been killed so long ago that the others look after what it left."""
    long_ago = timezone.now() - SEEN_WITHIN - timedelta(minutes=1)
    BackgroundWorker.objects.filter(pk=killed).update(seen_at=long_ago)
    for each in DBTaskResult.objects.filter(status="RUNNING"):
        if each.worker_ids[-1:] == [killed]:
            DBTaskResult.objects.filter(pk=each.pk).update(started_at=long_ago)
    Roster.objects.filter(state=Roster.State.APPLYING).update(worked_at=long_ago)
    for name in ("launching_since", "closing_since"):
        SigningTask.objects.exclude(**{name: None}).update(**{name: long_ago})
    ChoreRun.objects.filter(pk__in=CHORES).update(due_at=timezone.now())
