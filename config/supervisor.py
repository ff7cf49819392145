"""`manage.py serve` turns into this once all is prepared: it runs the parts of the site.

A process of its own making would hold what preparing left behind for as long as the site runs.
It has no Django and no settings: what it needs is told as JSON.
"""

import csv
import http.client
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from config import embedded, processes
from config.environment import BASE_DIR
from config.processes import CannotStart, Child, Stopped
from pledges.forkserver.client import is_answering

READY_WITHIN = 120.0  # seconds, on a slow machine too


@dataclass(frozen=True)
class Plan:
    """What to run, and what to hold meanwhile; descriptors are those of locks."""

    var_dir: str
    serve_lock: int
    database_lock: int | None
    address: str
    port: int
    host: str  # a name under which the site answers
    public_url: str
    judging_socket: str
    rendering_socket: str | None
    sealing_socket: str | None
    rendering_workers: int
    sealing_workers: int
    demo_accounts: str | None


def take_over(plan: Plan) -> NoReturn:
    """Become the supervisor: same process, same locks, nothing else of what was."""
    for descriptor in (plan.serve_lock, plan.database_lock):
        if descriptor is not None:
            os.set_inheritable(descriptor, True)
    # A signal between here and there would find nobody who stops things in order.
    signal.pthread_sigmask(signal.SIG_BLOCK, processes.SIGNALS)
    sys.stdout.flush()
    os.chdir(BASE_DIR)
    arguments = processes.python("-m", "config.supervisor", json.dumps(asdict(plan)))
    os.execv(arguments[0], arguments)


def main(told: str) -> int:
    plan = Plan(**json.loads(told))
    for descriptor in (plan.serve_lock, plan.database_lock):
        if descriptor is not None:
            os.set_inheritable(descriptor, False)  # no child may hold a lock after our end
    if plan.database_lock is not None:
        embedded.adopt(Path(plan.var_dir), plan.database_lock)
    with processes.stopping_on_signals():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, processes.SIGNALS)
        try:
            _run(plan)
        except Stopped:
            pass
        except CannotStart as error:
            print(error, file=sys.stderr)
            return error.code or 1
        finally:
            # The ending of the database belongs inside: a second Ctrl-C must not cut it short.
            embedded.leave(Path(plan.var_dir))
    print("Stopped.", flush=True)
    return 0


def _run(plan: Plan) -> None:
    web = Child("web server", processes.python("-m", "gunicorn", "-c", "python:config.webserver"))
    sockets = list(_services(plan))
    services = [service for service, _path in sockets]
    background = [
        Child("background worker", processes.python("manage.py", "run_worker", "--skip-checks")),
        Child(
            "checkpoint publisher",
            processes.python("manage.py", "publish_checkpoints", "--watch", "--skip-checks"),
        ),
    ]
    users = [web, *background]
    try:
        for service in services:
            service.start()
        for service, path in sockets:
            processes.wait_until_ready(service, partial(is_answering, path), READY_WITHIN)
        processes.start_until_ready(web, lambda: _healthz(plan) is not None, READY_WITHIN)
        for child in background:
            child.start()
        _greet(plan)
        processes.watch([*services, *users], tell=_tell)
    finally:
        # What is under way in a page or a task still needs the services.
        processes.stop(users)
        processes.stop(services)


def _services(plan: Plan) -> Iterator[tuple[Child, Path]]:
    yield (
        Child(
            "judging service",
            processes.python("-m", "pledges.proof.judging_service.server", plan.judging_socket),
        ),
        Path(plan.judging_socket),
    )
    rendering, sealing = "pledges.rendering.server", "pledges.sealing_service.server"
    for name, module, path, workers in (
        ("rendering pool", rendering, plan.rendering_socket, plan.rendering_workers),
        ("sealing pool", sealing, plan.sealing_socket, plan.sealing_workers),
    ):
        if path is not None:
            command = processes.python("-m", module, path, "--workers", str(workers))
            yield Child(name, command), Path(path)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _greet(plan: Plan) -> None:
    for part, reason in (_healthz(plan) or {}).items():
        _tell(f"Not in order: {part}: {reason}")
    if plan.demo_accounts is not None:
        print(f"\nAccounts to sign in with, from {plan.demo_accounts}:\n")
        for line in _table(Path(plan.demo_accounts)):
            print("  " + line)
    print(f"\nShounuo is at {plan.public_url}/  (Ctrl-C stops it)", flush=True)


def _healthz(plan: Plan) -> dict[str, str] | None:
    """What the running site says is out of order; None while it does not answer."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(plan.address, plan.address)
    connection = http.client.HTTPConnection(own, plan.port, timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": plan.host})
        answer = json.loads(connection.getresponse().read())
        return {**answer.get("reasons", {}), **answer.get("warnings", {})}
    except ValueError:
        return {"healthz": "gave no readable answer"}
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _table(accounts: Path) -> Iterator[str]:
    with accounts.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    widths = [max(map(len, column)) for column in zip(*rows, strict=False)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield "  ".join(cells).rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
