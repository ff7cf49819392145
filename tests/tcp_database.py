"""A PostgreSQL server that listens on the network and asks for a password, as machines need it.

It runs the binaries of the embedded server, in a folder of its own.
"""

import os
import pwd
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from django.db import connection

from config import pgdata
from tests.serving import free_port

NAME = USER = "shounuo"
FAST = [word for each in ("fsync", "full_page_writes") for word in ("-c", f"{each}=off")]


@contextmanager
def tcp_database(folder: Path) -> Iterator[dict[str, str]]:
    """An empty database; gives what Django calls its settings."""
    data, password = folder / "data", secrets.token_urlsafe(24)
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        user = pwd.getpwnam(pgdata.UNPRIVILEGED)
        os.chown(data, user.pw_uid, user.pw_gid)
    _initialise(data, password)
    settings = {"HOST": "127.0.0.1", "PORT": str(free_port()), "USER": USER, "PASSWORD": password}
    server = _start(data, settings["PORT"])
    try:
        _create(settings)
        yield {**settings, "NAME": NAME}
    finally:
        server.terminate()
        server.wait(timeout=60)


def _initialise(data: Path, password: str) -> None:
    told = data.with_name("password")
    told.write_text(password)
    options = ["-U", USER, "--auth-host=scram-sha-256", "--encoding=UTF8", "--no-locale"]
    subprocess.run(
        [*pgdata.command("initdb", owner=data), "-D", data, f"--pwfile={told}", *options],
        cwd="/",
        env=pgdata.environment(),
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _start(data: Path, port: str) -> "subprocess.Popen[bytes]":
    where = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    command = [*pgdata.command("postgres", owner=data), "-D", data, "-p", port, *where, *FAST]
    with data.with_name("log").open("wb") as log:
        return subprocess.Popen(command, cwd="/", env=pgdata.environment(), stdout=log, stderr=log)


def _create(settings: dict[str, str]) -> None:
    options = {name.lower(): value for name, value in settings.items()}
    for _attempt in range(600):
        try:
            with closing(psycopg2.connect(dbname="postgres", **options)) as made:
                made.autocommit = True  # CREATE DATABASE allows no transaction
                made.cursor().execute(f"CREATE DATABASE {NAME}")
            return
        except psycopg2.OperationalError:
            time.sleep(0.1)
    raise RuntimeError("the database does not answer")


@contextmanager
def in_use(settings: dict[str, str]) -> Iterator[None]:
    """Within, this process works with that database."""
    before = {name: connection.settings_dict[name] for name in settings}
    connection.close()
    connection.settings_dict.update(settings)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
