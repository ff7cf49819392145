"""A real gunicorn on the test database, for what only real processes can show."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

ROOT = Path(__file__).parent.parent


def database_url() -> str:
    """The address of the test database for another process."""
    named = connection.settings_dict
    host = quote(str(named["HOST"]), safe="")
    user, password = quote(named["USER"]), quote(named["PASSWORD"] or "")
    return f"postgres://{user}:{password}@{host}:{named['PORT'] or 5432}/{named['NAME']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def surroundings(fault: str = "", **more: str) -> dict[str, str]:
    """The environment in which another process sees this test's database and files."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "PRODUCTION": "0",
        "SECRET_KEY": settings.SECRET_KEY,
        "DOCUMENTS_DIR": settings.STORAGES["documents"]["OPTIONS"].get("location", ""),
        "PKI_DIR": str(settings.PKI_DIR),
        "PKI_PASSPHRASE": settings.PKI_PASSPHRASE,
        "CHECKPOINTS_DIR": str(settings.CHECKPOINTS_DIR),
        "TSA_URL": settings.TSA_URL,
        "TSA_ROOTS": settings.TSA_ROOTS,
        "DJANGO_SETTINGS_MODULE": "tests.served_settings",
        "SHOUNUO_FAULT": fault,
        **more,
    }


def run_worker(fault: str = "", **more: str) -> int:
    """Let a background worker do all that is due; gives its exit code. It dies at `fault`.

    `more` stands in its environment besides.
    """
    command = [sys.executable, "manage.py", "run_worker", "--batch", "--skip-checks"]
    return subprocess.run(
        command, cwd=ROOT, env=surroundings(fault, **more), timeout=120
    ).returncode


def work_off() -> None:
    """Do in this process what waits in the queue and is due, as the background worker would."""
    options = {"batch": True, "startup_delay": False, "max_tasks": None, "worker_id": "here"}
    names = {"queue_names": ["*"], "backend_name": "default", "excluded_queue_names": []}
    worker = Worker(interval=0, **options, **names)
    while (task := DBTaskResult.objects.ready().first()) is not None:
        task.claim("here")
        worker.run_task(task)


GRACEFUL_TIMEOUT = 30.0
"""Seconds that gunicorn gives its workers, unless it is told another figure."""


@contextmanager
def server(*, workers: int = 1, threads: int = 1, fault: str = "", **more: str):
    """Serve the site; gives its address. The worker dies at the point that `fault` names.

    `more` stands in its environment besides.
    """
    port = free_port()
    # Not by number: passkeys belong to names.
    address = f"http://localhost:{port}"
    environment = surroundings(fault, PUBLIC_URL=address, **more)
    process = gunicorn(port, environment, workers=workers, threads=threads)
    try:
        wait_for(f"{address}/accounts/login/")
        yield address
    finally:
        process.terminate()
        # A worker that was being started as the signal came is killed when its time is up.
        process.wait(timeout=2 * GRACEFUL_TIMEOUT)


def gunicorn(port: int, environment: dict[str, str], *, workers: int, threads: int):
    """A web server with that environment, in a process group of its own."""
    command = [
        *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--no-control-socket"),
        *("--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(threads)),
        *("--timeout", "120", "--log-level", "error"),
    ]
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)


def wait_for(url: str) -> None:
    for _attempt in range(300):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {url}")
