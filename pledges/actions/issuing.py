"""Issued files: bytes that are kept for good, and the rows that say whose they are.

Nothing is issued that our own verdict would not accept: whoever holds the file has nothing else.
"""

from dataclasses import dataclass
from datetime import datetime

from pledges.actions import quarantine
from pledges.core.refusals import FileNotGenuine
from pledges.models import Document, Pledge
from pledges.proof.fileformat import Level
from pledges.proof.verdict import Outcome
from pledges.sealing_service import client
from pledges.storage import document_store


@dataclass(frozen=True)
class StoredFile:
    """A signed file on disk that no row names yet."""

    sha256: str
    size: int
    level: Level
    stamped_until: datetime | None


def keep(content: bytes, level: Level, outcome: Outcome, at: datetime) -> StoredFile:
    """Store `content`; before the row that issues it, so that no row is ever without its file.

    Raises FileNotGenuine unless the verdict on it at `at` is `outcome`, and Unmade.
    """
    verdict, until = client.judge(content, at=at, archival=level is Level.ARCHIVAL)
    if verdict.outcome is not outcome:
        failed = next((line.reason for line in verdict.lines if line.passed is False), "")
        raise FileNotGenuine(failed or verdict.outcome, quarantine.keep(content, verdict, at))
    return StoredFile(document_store.put(content), len(content), level, until)


def issue(kept: StoredFile, pledge: Pledge, *, revision: int, at: datetime) -> Document:
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
