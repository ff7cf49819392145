"""`manage.py serve`: prepare the database and serve the site with all its background work."""

import csv
import fcntl
import http.client
import io
import json
import os
import socket
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config import embedded, processes
from config.collecting import collect_static_files
from config.database import ensure_running
from config.processes import CannotStart, Child, Stopped
from pledges.forkserver.client import is_answering

READY_WITHIN = 120.0  # seconds, on a slow machine too


class Command(BaseCommand):
    help = "Prepare the database, then serve the site and its background work until Ctrl-C."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--no-demo", action="store_true", help="create no demonstration people and accounts"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # The ending of the database belongs inside too: a second Ctrl-C must not cut it short.
        with processes.stopping_on_signals():
            try:
                with _only_one(settings.VAR_DIR):
                    self._serve(demo=not options["no_demo"] and not settings.PRODUCTION)
            except Stopped:
                self.stdout.write("Stopped.")
            except embedded.DatabaseUnavailable as error:
                raise CommandError(str(error)) from error
            except CannotStart as error:
                raise CommandError(str(error), returncode=error.code or 1) from error

    def _serve(self, *, demo: bool) -> None:
        address, port = os.environ.get("BIND", "127.0.0.1"), _port()
        _check_free(address, port)
        try:
            ensure_running(settings.VAR_DIR)
            self._prepare(demo=demo)
            self._run(port, demo=demo)
        finally:
            connections.close_all()
            embedded.leave(settings.VAR_DIR)

    def _prepare(self, *, demo: bool) -> None:
        # The greeting says what people need to know; what these say would only push it up.
        quiet: dict[str, Any] = {"verbosity": 0, "stdout": io.StringIO()}
        call_command("migrate", interactive=False, **quiet)
        call_command("load_builtin", **quiet)
        if demo:
            call_command("create_demo", **quiet)
        if not settings.PRODUCTION:
            # After the demonstration has named the organisation: certificates carry its name.
            call_command("init_pki", if_missing=True, **quiet)
        call_command("end_terms", **quiet)
        collect_static_files()
        connections.close_all()

    def _run(self, port: int, *, demo: bool) -> None:
        judging = Child(
            "judging service",
            processes.python(
                "-m", "pledges.proof.judging_service.server", str(settings.JUDGING_SOCKET)
            ),
        )
        web = Child(
            "web server", processes.python("-m", "gunicorn", "-c", "python:config.webserver")
        )
        worker = Child("background worker", processes.python("manage.py", "run_worker"))
        publisher = Child(
            "checkpoint publisher", processes.python("manage.py", "publish_checkpoints", "--watch")
        )
        children = (judging, web, worker, publisher)
        os.chdir(settings.BASE_DIR)
        try:
            processes.start_until_ready(judging, _judges, READY_WITHIN)
            processes.start_until_ready(web, lambda: _healthz(port) is not None, READY_WITHIN)
            worker.start()
            publisher.start()
            self._greet(port, demo=demo)
            processes.watch(children, tell=self._tell)
        finally:
            processes.stop(children)

    def _tell(self, sentence: str) -> None:
        self.stderr.write(sentence)

    def _greet(self, port: int, *, demo: bool) -> None:
        for part, reason in (_healthz(port) or {}).items():
            self.stderr.write(self.style.WARNING(f"Not in order: {part}: {reason}"))
        accounts = settings.VAR_DIR / "demo-accounts.csv"
        if demo and accounts.exists():
            self.stdout.write(f"\nAccounts to sign in with, from {accounts}:\n")
            for line in _table(accounts):
                self.stdout.write("  " + line)
        self.stdout.write(f"\nShounuo is at {settings.PUBLIC_URL}/  (Ctrl-C stops it)")
        self.stdout.flush()


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


@contextmanager
def _only_one(var_dir: Path) -> Iterator[None]:
    try:
        mine = embedded.lock(var_dir / "locks" / "serve", fcntl.LOCK_EX)
    except OSError as error:
        raise CommandError(f"VAR_DIR {var_dir} cannot be used: {error.strerror}.") from error
    if mine is None:
        raise CommandError(f"Already being served from {var_dir}; set VAR_DIR and PORT to differ.")
    try:
        yield
    finally:
        os.close(mine)


def _check_free(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.strip("[]"), port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {address}:{port}: {error.strerror}. Set PORT to a free one."
            ) from error


def _healthz(port: int) -> dict[str, str] | None:
    """What the running site says is out of order; None while it does not answer."""
    names = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    host = names[0].removeprefix(".") if names else "localhost"
    connection = http.client.HTTPConnection(_own_address(), port, timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        answer = json.loads(connection.getresponse().read())
        return {**answer.get("reasons", {}), **answer.get("warnings", {})}
    except ValueError:
        return {"healthz": "gave no readable answer"}
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _judges() -> bool:
    return is_answering(settings.JUDGING_SOCKET)


def _own_address() -> str:
    address = os.environ.get("BIND", "127.0.0.1").strip("[]")
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)


def _table(accounts: Path) -> Iterator[str]:
    with accounts.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    widths = [max(map(len, column)) for column in zip(*rows, strict=False)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield "  ".join(cells).rstrip()
