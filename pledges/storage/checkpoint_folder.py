"""The folder outside the database in which signed checkpoints appear, each whole and for good."""

import os
import secrets
from pathlib import Path

LATEST = "latest.note"
DIGITS = 12
PUBLIC = 0o444


class Contradiction(Exception):
    """Another text was already published in this place."""


def latest(folder: Path) -> str | None:
    """The newest note published; None before the first. Raises OSError, UnicodeDecodeError."""
    return _read(folder / LATEST)


def post(folder: Path, size: int, note: str) -> None:
    """Publish the checkpoint of `size` entries, and let `latest.note` be a copy of it.

    On disk when this returns. Raises Contradiction, or OSError.
    """
    _make(folder)
    target = folder / f"{size:0{DIGITS}}.note"
    temporary = _written(folder, note)
    try:
        # A link fails where a rename would replace: what was published stays as it was.
        os.link(temporary, target)
    except FileExistsError as error:
        if _read(target) != note:
            raise Contradiction(target.name) from error
    finally:
        temporary.unlink(missing_ok=True)
    os.replace(_written(folder, note), folder / LATEST)
    _sync(folder)


def mark(folder: Path, name: str) -> int:
    """The number kept under `name`, 0 where there is none. Raises OSError."""
    text = _read(folder / name) or ""
    return int(text) if text.strip().isdigit() else 0


def set_mark(folder: Path, name: str, number: int) -> None:
    """Keep a number under `name`. Raises OSError."""
    _make(folder)
    os.replace(_written(folder, f"{number}\n"), folder / name)
    _sync(folder)


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        _sync(folder.parent)


def _written(folder: Path, text: str) -> Path:
    temporary = folder / f".unfinished-{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PUBLIC)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())
    return temporary


def _sync(folder: Path) -> None:
    # The new name is on disk only when its folder is.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
