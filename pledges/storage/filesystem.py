"""Django's file storage made durable: each file appears whole or not at all, and never changes."""

from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from pledges import durable_files

READ_ONLY = 0o440
FOLDER = 0o750
# Where files were written until they had their names, before each was written beside its place.
FORMER_WORKSHOP = ".unfinished"


@deconstructible(path="pledges.storage.filesystem.DocumentStorage")
class DocumentStorage(FileSystemStorage):
    """Writes as `durable_files.create` does; never overwrites."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: a document has one place only, or none."""
        return name

    def _save(self, name: str, content: "File[bytes]") -> str:
        target = Path(self.path(name))
        durable_files.make_folder(target.parent, mode=FOLDER)
        durable_files.create(target, content.chunks(), mode=READ_ONLY)
        return name

    def remove_unfinished(self, older_than: datetime) -> int:
        """Delete what killed processes left half written before `older_than`; says how many."""
        former = Path(self.path(FORMER_WORKSHOP))
        removed = durable_files.remove_unfinished(former, older_than, "*")
        return removed + durable_files.remove_unfinished(Path(self.location), older_than)
