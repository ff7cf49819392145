"""Issued files: bytes that are kept for good, and the rows that say whose they are."""

from dataclasses import dataclass
from datetime import datetime

from pledges.gateways import seals, storage
from pledges.gateways.fileformat import Level
from pledges.models import Document, Pledge


@dataclass(frozen=True)
class Kept:
    """A sealed file on disk that no row names yet."""

    sha256: str
    size: int
    level: Level
    stamped_until: datetime | None


def keep(content: bytes, level: Level) -> Kept:
    """Store `content`; before the row that issues it, so that no row is ever without its file."""
    until = seals.stamped_until(content) if level is Level.ARCHIVAL else None
    return Kept(storage.put(content), len(content), level, until)


def issue(kept: Kept, pledge: Pledge, *, revision: int, at: datetime) -> Document:
    """Say in the caller's transaction that `kept` is this revision of the file of `pledge`."""
    return Document.objects.create(
        pledge=pledge,
        revision=revision,
        sha256=kept.sha256,
        size=kept.size,
        created_at=at,
        level=kept.level,
        stamped_until=kept.stamped_until,
    )
