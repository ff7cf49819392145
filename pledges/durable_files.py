"""The one way in which files are written here: each is on disk whole, or it is not there at all.

Until it is whole it stands beside its place under another name; what a killed process leaves of
that kind, `remove_unfinished` clears away. On return, file and name are through to the disk.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
UNFINISHED = ".unfinished-"

Content = bytes | Iterable[bytes]


def create(path: Path, content: Content, *, mode: int = PRIVATE_FILE) -> None:
    """Write a new file. Raises FileExistsError rather than replace one: of two writers one wins."""
    with _unfinished(path.parent, content, mode) as temporary:
        # A link fails where a rename would replace.
        os.link(temporary, path)
    sync_folder(path.parent)


def replace(path: Path, content: Content, *, mode: int = PRIVATE_FILE) -> None:
    """Write a file in place of the one that may stand there."""
    with _unfinished(path.parent, content, mode) as temporary:
        os.replace(temporary, path)
    sync_folder(path.parent)


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Make a new folder of private files where nobody looks yet; `rename` brings it to its place.

    A killed process leaves some of them, and a folder that has to be made anew.
    """
    make_folder(path)
    for name, content in files.items():
        _write_through(path / name, content, PRIVATE_FILE)
    sync_folder(path)


def link(path: Path, target: Path) -> None:
    """Give a file that never changes a second name, which is on disk once its folder is."""
    os.link(path, target)


def rename(path: Path, target: Path) -> None:
    """Give a file or folder another name, in place of a file or an empty folder of that name."""
    os.rename(path, target)
    for folder in {path.parent, target.parent}:
        sync_folder(folder)


def make_folder(path: Path, *, mode: int = PRIVATE_FOLDER) -> None:
    """Make `path` and what is missing above it."""
    if not path.is_dir():
        make_folder(path.parent, mode=mode)
        path.mkdir(mode=mode, exist_ok=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have the names in `path` on disk, not the content of its files only."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path, older_than: datetime, pattern: str = f"{UNFINISHED}*") -> int:
    """Delete what killed processes left in `folder` and below it before `older_than`; how many."""
    removed = 0
    for left in folder.rglob(pattern):
        with suppress(FileNotFoundError):
            if datetime.fromtimestamp(left.stat().st_mtime, UTC) < older_than:
                left.unlink()
                removed += 1
    return removed


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time; the lock dies with the process that holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _unfinished(folder: Path, content: Content, mode: int) -> Iterator[Path]:
    temporary = folder / f"{UNFINISHED}{secrets.token_hex(8)}"
    try:
        _write_through(temporary, content, mode)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _write_through(path: Path, content: Content, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        for chunk in [content] if isinstance(content, bytes) else content:
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
