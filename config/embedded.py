"""The embedded PostgreSQL as seen by a process that needs it: join it, use it, leave it.

Every user holds a shared lock on one file for as long as it lives; the kernel drops that lock
however the process ends. A separate keeper process (config/keeper.py) owns the server, restarts
it when it dies and stops it once nobody holds the lock.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2

DATABASE = USER = "shounuo"
PORT = 5432  # only part of the socket's name: nothing listens on the network
# A socket's address holds 107 bytes, and its file is named /.s.PGSQL.5432.
MAX_SOCKET_FOLDER_LENGTH = 107 - len(f"/.s.PGSQL.{PORT}")
STARTING_TAKES = 180.0  # seconds at most, crash recovery included
STOPPING_TAKES = 90.0
PAUSE = 0.03
PROJECT = Path(__file__).resolve().parent.parent


class DatabaseUnavailable(Exception):
    """The embedded server cannot be used; the message is one sentence for the person at hand."""


@dataclass(frozen=True)
class Place:
    """Where the embedded server of one VAR_DIR keeps its things."""

    var: Path
    data: Path
    log: Path
    sockets: Path
    users_lock: Path
    keeper_lock: Path

    @classmethod
    def of(cls, var_dir: Path) -> "Place":
        var = var_dir.resolve()
        data, locks = var / "postgres", var / "locks"
        return cls(
            var, data, var / "postgres.log", _socket_folder(data), locks / "users", locks / "keeper"
        )

    @property
    def socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{PORT}"


def _socket_folder(data: Path) -> Path:
    # Commas, quotes and blanks mean something else in a connection's host, and long paths do not
    # fit an address; a short name derived from the path is then the same for every process.
    plain = re.fullmatch(r"[A-Za-z0-9_./+=-]+", str(data))
    if plain and len(os.fsencode(data)) <= MAX_SOCKET_FOLDER_LENGTH:
        return data
    return Path("/tmp") / f"shounuo-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def lock(path: Path, kind: int) -> int | None:
    """An open descriptor that holds the lock `kind` (LOCK_SH, LOCK_EX), or None if it is taken."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if not is_same_file(descriptor, path):
        os.close(descriptor)
        return None
    return descriptor


def is_same_file(descriptor: int, path: Path) -> bool:
    """False once the file was deleted or replaced: then the lock guards nothing any more."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def connect(place: Place, database: str = DATABASE) -> "psycopg2.extensions.connection":
    return psycopg2.connect(
        host=str(place.sockets), port=PORT, user=USER, dbname=database, connect_timeout=5
    )


def answers(place: Place, database: str = DATABASE) -> bool:
    """Whether `database` accepts connections: the only proof that the server lives."""
    try:
        connect(place, database).close()
    except psycopg2.OperationalError:
        return False
    return True


_held: dict[Path, int] = {}
_keepers: list["subprocess.Popen[str]"] = []
_joining = threading.Lock()


def join(var_dir: Path) -> None:
    """Make sure the server of `var_dir` runs, and keep it running while this process lives."""
    place = Place.of(var_dir)
    with _joining:
        try:
            if place.var not in _held or not is_same_file(_held[place.var], place.users_lock):
                _held[place.var] = _become_user(place)
            _wait_until_ready(place)
        except OSError as error:
            _let_go(place)
            raise DatabaseUnavailable(
                f"The folder {place.var} cannot be used for the database: {error.strerror}."
            ) from error
        except DatabaseUnavailable:
            _let_go(place)
            raise


def leave(var_dir: Path) -> None:
    """Stop using the server of `var_dir`; if this was its last user, return when it has stopped."""
    place = Place.of(var_dir)
    with _joining:
        _let_go(place)
    deadline = time.monotonic() + STOPPING_TAKES
    while keeper_lives(place) and not _used_by_others(place) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    for keeper in _keepers:
        keeper.poll()


def held(var_dir: Path) -> int | None:
    """The descriptor by which this process holds the server of `var_dir`, if it does."""
    return _held.get(Place.of(var_dir).var)


def adopt(var_dir: Path, descriptor: int) -> None:
    """Go on holding the server by a descriptor that this process had before it became another."""
    _held[Place.of(var_dir).var] = descriptor


def keeper_lives(place: Place) -> bool:
    descriptor = lock(place.keeper_lock, fcntl.LOCK_SH)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def _let_go(place: Place) -> None:
    descriptor = _held.pop(place.var, None)
    if descriptor is not None:
        os.close(descriptor)


def _used_by_others(place: Place) -> bool:
    # While it stops the server, the keeper holds the lock alone: then even sharing is refused.
    for kind in (fcntl.LOCK_EX, fcntl.LOCK_SH):
        descriptor = lock(place.users_lock, kind)
        if descriptor is not None:
            os.close(descriptor)
            return kind == fcntl.LOCK_SH
    return False


def _become_user(place: Place) -> int:
    place.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + STOPPING_TAKES
    while (descriptor := lock(place.users_lock, fcntl.LOCK_SH)) is None:
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(
                f"The embedded database in {place.data} is still stopping; try again in a minute."
            )
        time.sleep(PAUSE)
    return descriptor


def _wait_until_ready(place: Place) -> None:
    keeper: subprocess.Popen[str] | None = None
    deadline = time.monotonic() + STARTING_TAKES
    while not (keeper_lives(place) and answers(place)):
        if keeper is not None and keeper.poll():
            raise DatabaseUnavailable(_last_words(keeper))
        if not keeper_lives(place) and (keeper is None or keeper.poll() == 0):
            keeper = _call_keeper(place)
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(
                f"The embedded database does not answer; its log is {place.log}."
            )
        time.sleep(PAUSE)
    if keeper is not None and keeper.stderr is not None:
        keeper.stderr.close()


def _call_keeper(place: Place) -> "subprocess.Popen[str]":
    # A session of its own, so that Ctrl-C at the terminal reaches the users and not the server.
    keeper = subprocess.Popen(
        [sys.executable, "-m", "config.keeper", str(place.var)],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _keepers.append(keeper)
    return keeper


def _last_words(keeper: "subprocess.Popen[str]") -> str:
    said = keeper.stderr.read().strip() if keeper.stderr is not None else ""
    return said.splitlines()[-1] if said else "The embedded database's keeper ended unexpectedly."
