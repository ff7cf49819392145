"""The folder outside the database in which signed checkpoints appear, each whole and for good."""

from pathlib import Path

from pledges import durable_files

LATEST = "latest.note"
DIGITS = 12
PUBLIC_FILE = 0o444
PUBLIC_FOLDER = 0o755


class Contradiction(Exception):
    """Another text was already published in this place."""


def read_latest(folder: Path) -> str | None:
    """The newest note published; None before the first. Raises OSError, UnicodeDecodeError."""
    return _read(folder / LATEST)


def publish(folder: Path, size: int, note: str, *, latest_in: Path | None = None) -> None:
    """Publish the checkpoint of `size` entries; `latest.note`, here or there, is a copy of it.

    On disk when this returns. Raises Contradiction, or OSError.
    """
    durable_files.make_folder(folder, mode=PUBLIC_FOLDER)
    target = folder / f"{size:0{DIGITS}}.note"
    try:
        durable_files.create(target, note.encode(), mode=PUBLIC_FILE)
    except FileExistsError as error:
        if _read(target) != note:
            raise Contradiction(target.name) from error
    durable_files.replace((latest_in or folder) / LATEST, note.encode(), mode=PUBLIC_FILE)


def read_number(folder: Path, name: str) -> int:
    """The number kept under `name`, 0 where there is none. Raises OSError."""
    text = _read(folder / name) or ""
    return int(text) if text.strip().isdigit() else 0


def keep_number(folder: Path, name: str, number: int) -> None:
    """Keep a number under `name`. Raises OSError."""
    durable_files.make_folder(folder, mode=PUBLIC_FOLDER)
    durable_files.replace(folder / name, f"{number}\n".encode(), mode=PUBLIC_FILE)


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
