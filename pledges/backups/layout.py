"""What a backup's folder holds, and how one sees that it is whole.

`SHA256SUMS` is written last and names every file: a folder without it is no backup. Any
installation of coreutils can check it too: `sha256sum --check --quiet SHA256SUMS`.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pledges import durable_files

FORMAT = "shounuo-backup-1"
SUMS, MANIFEST, UNFINISHED = "SHA256SUMS", "manifest.json", "UNFINISHED"
CHECKPOINTS, DATABASE = "checkpoints.tar", "database.dump"
DOCUMENTS, KEYS = "documents", "keys.sealed"
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
_NEEDED = ({"size", "root", "origin"}, {"server", "tool"})
_CHUNK = 1 << 20
_AT_ONCE = 8  # files read or written at a time: disks and object stores answer side by side


class NoBackup(Exception):
    """The folder holds no finished backup that this version can read; the text says why."""


class Occupied(Exception):
    """The folder for the backup is not empty."""


@dataclass(frozen=True)
class Manifest:
    """What was backed up, for whoever restores it."""

    at: str
    ledger: dict[str, Any]  # in the snapshot: size, root, number of its origin
    postgres: dict[str, int]  # major versions of the server and of pg_dump
    migration: str
    files: int  # documents and records
    # Documents that the database names and the store did not give, and those of people who were
    # erased while the backup was made.
    missing: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    keys_elsewhere: dict[str, str] = field(default_factory=dict)
    format: str = FORMAT

    def write(self) -> bytes:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def read(cls, data: bytes) -> "Manifest":
        """Raises NoBackup."""
        try:
            manifest = cls(**json.loads(data))
        except (ValueError, TypeError) as error:
            raise NoBackup(f"{MANIFEST} is damaged, or of a later version") from error
        if manifest.format != FORMAT:
            raise NoBackup(f"its format is {manifest.format}, this version reads {FORMAT}")
        if not (_NEEDED[0] <= manifest.ledger.keys() and _NEEDED[1] <= manifest.postgres.keys()):
            raise NoBackup(f"{MANIFEST} is damaged")
        return manifest


def begin(folder: Path) -> None:
    """Make `folder`, or empty it of a backup that was cut short. Raises Occupied."""
    if folder.is_dir() and (folder / UNFINISHED).exists():
        for name in (SUMS, MANIFEST, CHECKPOINTS, DATABASE, KEYS):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / DOCUMENTS, ignore_errors=True)
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Occupied(f"{folder} is not an empty folder")
    durable_files.make_folder(folder)
    folder.chmod(durable_files.PRIVATE_FOLDER)
    (folder / UNFINISHED).touch(mode=durable_files.PRIVATE_FILE)


@contextlib.contextmanager
def for_its_owner_alone() -> Iterator[None]:
    """Within, files are made for nobody else: whoever copies one copies its mode."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def finish(folder: Path, sums: dict[str, str]) -> None:
    """Write down the SHA-256 of every file, once all of them are on the disk."""
    os.sync()
    lines = (f"{digest}  {name}\n".encode() for name, digest in sorted(sums.items()))
    durable_files.create(folder / SUMS, lines)
    (folder / UNFINISHED).unlink()
    durable_files.sync_folder(folder)


def read_sums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a finished backup. Raises NoBackup."""
    if (folder / UNFINISHED).exists():
        raise NoBackup("it was not finished")
    try:
        lines = (folder / SUMS).read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoBackup(f"{SUMS} cannot be read: a backup has it once it is whole") from error
    found = [_LINE.fullmatch(line) for line in lines]
    names = {each[2]: each[1] for each in found if each and is_inside(each[2])}
    if len(names) != len(lines):
        raise NoBackup(f"{SUMS} is damaged")
    for needed in (MANIFEST, CHECKPOINTS, DATABASE, KEYS):
        if needed not in names:
            raise NoBackup(f"{SUMS} does not name {needed}")
    return names


def documents(sums: Iterable[str]) -> list[str]:
    """Of the names in a backup those of documents and records."""
    return [name for name in sums if name.startswith(f"{DOCUMENTS}/")]


def is_inside(name: str) -> bool:
    """Whether the file of that name lies in the folder, wherever it came from."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def faults(folder: Path, sums: dict[str, str]) -> Iterator[str]:
    """The names of files that are not there, or not as they were written."""
    same = side_by_side(lambda name: _digest(folder / name) == sums[name], sums)
    yield from (name for name, fits in zip(sums, same, strict=True) if not fits)


def side_by_side(work: Any, names: Iterable[str]) -> Iterator[Any]:
    """The results of `work` on each name, in order, several under way at a time."""
    waiting = list(names)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(waiting), 1000):
            yield from pool.map(work, waiting[start : start + 1000])


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _digest(path: Path) -> str | None:
    try:
        return digest_of_file(path)
    except OSError:
        return None
