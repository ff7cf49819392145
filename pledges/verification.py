"""Read-only: what this installation can say about a pledge to whoever holds its document."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from pledges.gateways import storage
from pledges.models import Document, Pledge


class FileUnavailable(Exception):
    """An issued file is missing from storage, or is no longer the one that was issued."""


@dataclass(frozen=True)
class Standing:
    """A pledge's standing in public: nothing that its own PDF does not show."""

    pledge: Pledge
    number: str
    status: str
    signed_at: datetime | None
    reviewed_at: datetime | None
    revoked_at: datetime | None
    document_digest: str
    files: tuple[Document, ...]


def standing(code: uuid.UUID) -> Standing | None:
    """The standing of the pledge behind a document's code; `None` unless it was signed."""
    pledge = Pledge.objects.issued().select_related("version").filter(pk=code).first()
    if pledge is None:
        return None
    return Standing(
        pledge=pledge,
        number=pledge.number or "",
        status=pledge.status,
        signed_at=pledge.signed_at,
        reviewed_at=pledge.reviewed_at,
        revoked_at=pledge.revoked_at,
        document_digest=pledge.document_digest,
        files=tuple(pledge.documents.all()),
    )


def issued_bytes(file: Document) -> bytes:
    """The bytes of an issued file, checked against its hash; raises `FileUnavailable`."""
    try:
        return storage.get(file.sha256)
    except (storage.Missing, storage.Corrupt) as error:
        raise FileUnavailable(file.sha256) from error
