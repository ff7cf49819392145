"""The bytes of documents: from a file of their own, or from the beginning of a longer one.

Every file of a pledge begins with the bytes of the one before. So sweeping removes the shorter ones
(`actions/sweeping.py`), and whoever reads a document asks here. Its SHA-256 decides either way.
"""

import logging
import uuid

from pledges.core.digests import sha256_hex
from pledges.core.refusals import StorageUnavailable
from pledges.models import Document, RenderedAhead, SigningIntent
from pledges.storage import document_store

logger = logging.getLogger(__name__)


class FileUnavailable(Exception):
    """A file is missing from storage, is no longer the one that was issued, or is out of reach."""


def obtain(document: Document) -> bytes:
    """The bytes of an issued file, for whoever can do without them; raises `FileUnavailable`."""
    try:
        return read(document)
    except (document_store.Missing, document_store.Corrupt, StorageUnavailable) as error:
        raise FileUnavailable(document.sha256) from error


def read(document: Document) -> bytes:
    """The bytes of an issued file. Raises `document_store.Missing` or `Corrupt`."""
    return _read(document.sha256, document.size, document.pledge_id)


def read_prepared(intent: SigningIntent) -> bytes:
    """The bytes of the document that was offered for signing. Raises as `read` does."""
    return _read(intent.document_digest, intent.document_size, intent.pledge_id)


def read_rendered(ahead: RenderedAhead) -> bytes:
    """The bytes of a document that was rendered ahead. Raises as `read` does."""
    return _read(ahead.document_digest, ahead.document_size, ahead.pledge_id)


def _read(sha256: str, size: int, pledge_id: uuid.UUID) -> bytes:
    try:
        return document_store.get(sha256)
    except (document_store.Missing, document_store.Corrupt) as error:
        longer = Document.objects.filter(pledge_id=pledge_id, size__gt=size).order_by("size")
        for file in longer:
            if (found := _beginning(file, size)) and sha256_hex(found) == sha256:
                if isinstance(error, document_store.Corrupt):
                    logger.error("The stored file %s is damaged; %s holds its bytes", sha256, file)
                return found
        raise


def _beginning(file: Document, size: int) -> bytes:
    """The first bytes of a file; none where it is not stored (any more)."""
    try:
        return document_store.read_beginning(file.sha256, size)
    except document_store.Missing:
        return b""
