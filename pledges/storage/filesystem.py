"""Django's file storage made durable: each file appears whole or not at all, and never changes."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

UNFINISHED = ".unfinished"
"""The folder of files that are still being written, on the same file system as the others."""
READ_ONLY = 0o440


@deconstructible(path="pledges.storage.filesystem.DocumentStorage")
class DocumentStorage(FileSystemStorage):
    """Writes to a temporary file, fsyncs, links it in, fsyncs the folder; never overwrites.

    A process killed at any point leaves at most a temporary file, which `remove_unfinished`
    clears away.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: a document has one place only, or none."""
        return name

    def _save(self, name: str, content: "File[bytes]") -> str:
        target = Path(self.path(name))
        if target.exists():
            raise FileExistsError(f"{name} is already stored and is never written again")
        self._make_folder(target.parent)
        with self._unfinished() as temporary:
            _write_through(temporary, content)
            # A link fails where a rename would replace what another process has just written.
            os.link(temporary, target)
        _sync_folder(target.parent)
        return name

    @contextmanager
    def _unfinished(self) -> Iterator[Path]:
        folder = Path(self.path(UNFINISHED))
        self._make_folder(folder)
        temporary = folder / secrets.token_hex(16)
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            _sync_folder(folder.parent)

    def remove_unfinished(self, older_than: datetime) -> int:
        """Delete what killed processes left half written before `older_than`; says how many."""
        folder = Path(self.path(UNFINISHED))
        removed = 0
        for left in folder.iterdir() if folder.is_dir() else ():
            if datetime.fromtimestamp(left.stat().st_mtime, UTC) < older_than:
                left.unlink(missing_ok=True)
                removed += 1
        return removed


def _write_through(path: Path, content: "File[bytes]") -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READ_ONLY)
    with os.fdopen(descriptor, "wb") as stream:
        for chunk in content.chunks():
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    # The new name is on disk only when its folder is.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
