"""`manage.py serve`: prepare the database and serve the site with all its background work."""

import fcntl
import io
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

from config import embedded, processes, supervisor
from config.collecting import collect_static_files
from config.database import ensure_running
from config.processes import Stopped


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
                with _only_one(settings.VAR_DIR) as mine:
                    self._serve(mine, demo=not options["no_demo"] and not settings.PRODUCTION)
            except Stopped:
                self.stdout.write("Stopped.")
            except embedded.DatabaseUnavailable as error:
                raise CommandError(str(error)) from error

    def _serve(self, mine: int, *, demo: bool) -> None:
        address, port = os.environ.get("BIND", "127.0.0.1"), _port()
        _check_free(address, port)
        try:
            ensure_running(settings.VAR_DIR)
            self._prepare(demo=demo)
            supervisor.take_over(_plan(mine, address, port, demo=demo))
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


def _plan(mine: int, address: str, port: int, *, demo: bool) -> supervisor.Plan:
    names = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    accounts = settings.VAR_DIR / "demo-accounts.csv"
    pools = (settings.RENDERING_SOCKET, settings.SEALING_SOCKET)
    rendering, sealing = (str(path) if path else None for path in pools)
    return supervisor.Plan(
        var_dir=str(settings.VAR_DIR),
        serve_lock=mine,
        database_lock=embedded.held(settings.VAR_DIR),
        address=address.strip("[]"),
        port=port,
        host=names[0].removeprefix(".") if names else "localhost",
        public_url=settings.PUBLIC_URL,
        judging_socket=str(settings.JUDGING_SOCKET),
        rendering_socket=rendering,
        sealing_socket=sealing,
        rendering_workers=settings.RENDERING_WORKERS,
        sealing_workers=settings.SEALING_WORKERS,
        demo_accounts=str(accounts) if demo and accounts.exists() else None,
    )


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


@contextmanager
def _only_one(var_dir: Path) -> Iterator[int]:
    try:
        mine = embedded.lock(var_dir / "locks" / "serve", fcntl.LOCK_EX)
    except OSError as error:
        raise CommandError(f"VAR_DIR {var_dir} cannot be used: {error.strerror}.") from error
    if mine is None:
        raise CommandError(f"Already being served from {var_dir}; set VAR_DIR and PORT to differ.")
    try:
        yield mine
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
