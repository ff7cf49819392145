"""Documents by their SHA-256, and records by name, each written once, in Django's storage."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Protocol, runtime_checkable

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from pledges.core.refusals import StorageUnavailable
from pledges.storage.filesystem import DocumentStorage

__all__ = [
    "Corrupt",
    "DocumentStorage",
    "Missing",
    "Taken",
    "Unreadable",
    "Unwritable",
    "check",
    "exists",
    "get",
    "get_record",
    "has_record",
    "is_older",
    "list_folders",
    "list_records",
    "put",
    "put_record",
    "read_beginning",
    "remove",
    "remove_unfinished",
]

ALIAS = "documents"
FOLDER_DIGITS = 2
SHA256 = re.compile(r"[0-9a-f]{64}")
# A record's folder has a longer name than those of documents.
RECORD = re.compile(r"[a-z]{3,20}(/[0-9a-z-]{1,80}){1,2}\.json")


class Missing(LookupError):
    """Raised when no document has this SHA-256."""


class Corrupt(Exception):
    """Raised when the stored bytes are no longer those that the name promises."""


class Taken(Exception):
    """Raised when a record of this name says something else: it is never written again."""


class Unwritable(StorageUnavailable):
    """Raised with the reason when a document could not be kept; nothing of it is visible then."""


class Unreadable(StorageUnavailable):
    """Raised with the reason when it is not even known whether a document is there."""


@runtime_checkable
class ReadsBeginnings(Protocol):
    """A storage that can fetch the beginning of a file alone."""

    def read_beginning(self, name: str, size: int) -> bytes: ...


def _storage() -> Storage:
    return storages[ALIAS]


def _name(sha256: str) -> str:
    if not SHA256.fullmatch(sha256):
        raise Missing(f"{sha256!r} is not a SHA-256 in lower-case hexadecimal")
    return f"{sha256[:FOLDER_DIGITS]}/{sha256}"


def put(data: bytes) -> str:
    """Keep `data` for good and return its SHA-256; putting the same bytes again changes nothing.

    On return the bytes are on disk (or acknowledged by the object store). Raises Unwritable when
    they could not be kept, Corrupt when other bytes already stand in their place.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    if _keep(_name(sha256), data) != data:
        raise Corrupt(f"document {sha256[:12]}… is not what was stored")
    return sha256


def put_record(name: str, data: bytes) -> None:
    """Keep `data` for good under `name`; putting the same again changes nothing.

    Raises Taken where the name already says something else, Unwritable as `put` does.
    """
    _require_record(name)
    if _keep(name, data) != data:
        raise Taken(name)


def _keep(name: str, data: bytes) -> bytes:
    """Write `data` under `name`, unless something stands there; gives what stands there now."""
    storage = _storage()
    try:
        if not storage.exists(name):
            saved = storage.save(name, ContentFile(data))
            if saved != name:
                # Another process was faster and this storage evaded to a second name.
                storage.delete(saved)
    except FileExistsError:
        pass  # another process was faster; what it wrote is read below like anything else
    except Exception as error:
        raise Unwritable(f"{name} could not be stored: {error}") from error
    return _read(name)


def _read(name: str) -> bytes:
    with _open(name) as stream, _reading(name):
        data: bytes = stream.read()
    return data


def _open(name: str) -> IO[bytes]:
    with _reading(name):
        stream: IO[bytes] = _storage().open(name, "rb")
    return stream


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Whatever the storage in use raises, a folder's OSError or one of an S3 client's many."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(f"{name} is not in the storage") from error
    except Exception as error:
        raise Unreadable(f"{name} could not be read: {error}") from error


def get(sha256: str) -> bytes:
    """The bytes with this SHA-256, hashed again; raises Missing, Corrupt or Unreadable."""
    data = _read(_name(sha256))
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Corrupt(f"document {sha256[:12]}… is not what was stored")
    return data


def read_beginning(sha256: str, size: int) -> bytes:
    """The first `size` bytes of the document with this SHA-256, not checked; raises as `get`."""
    name, storage = _name(sha256), _storage()
    if isinstance(storage, ReadsBeginnings):
        with _reading(name):
            return storage.read_beginning(name, size)
    with _open(name) as stream, _reading(name):
        return stream.read(size)


def get_record(name: str) -> bytes:
    """What was kept under `name`; raises Missing."""
    _require_record(name)
    return _read(name)


def has_record(name: str) -> bool:
    """Whether anything was kept under `name`."""
    _require_record(name)
    with _reading(name):
        return _storage().exists(name)


def list_records(folder: str) -> list[str]:
    """The names of all records in `folder`."""
    _require_record(f"{folder}/x.json")
    try:
        _folders, files = _storage().listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(f"{folder}/{file}" for file in files if RECORD.fullmatch(f"{folder}/{file}"))


def remove_record(name: str) -> None:
    """Delete what was kept under `name`; a record that is gone already is no error."""
    _require_record(name)
    _storage().delete(name)


def _require_record(name: str) -> None:
    if not RECORD.fullmatch(name):
        raise Missing(f"{name!r} is no name of a record")


def exists(sha256: str) -> bool:
    """Whether a document with this SHA-256 is stored."""
    return bool(SHA256.fullmatch(sha256)) and _storage().exists(_name(sha256))


def list_folders() -> Iterator[tuple[str, list[str]]]:
    """The documents that are stored, folder by folder, each with the digits they begin with."""
    storage = _storage()
    try:
        folders = sorted(storage.listdir("")[0])
    except FileNotFoundError:  # nothing was ever stored
        return
    for folder in folders:
        if len(folder) == FOLDER_DIGITS:
            yield folder, sorted(filter(SHA256.fullmatch, storage.listdir(folder)[1]))


def is_older(sha256: str, than: datetime) -> bool:
    """Whether the document was written before `than` (aware)."""
    return _storage().get_modified_time(_name(sha256)) < than


def remove(sha256: str) -> None:
    """Delete a document's file; one that is gone already is no error."""
    _storage().delete(_name(sha256))


def remove_unfinished(older_than: datetime) -> int:
    """Clear away what killed processes left half written before `older_than`; says how many."""
    storage = _storage()
    return storage.remove_unfinished(older_than) if isinstance(storage, DocumentStorage) else 0


def check() -> None:
    """Write, read back and remove a probe; raises what `put` and `get` raise, with the reason."""
    sha256 = put(b"probe " + secrets.token_bytes(16))
    remove(sha256)
    if exists(sha256):
        raise Unwritable("the storage keeps files that were deleted")
