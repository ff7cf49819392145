"""Every file of the store by its name, documents and records alike: what a backup copies."""

from collections.abc import Iterator

from django.core.files.storage import storages

from pledges.storage.document_store import (
    ALIAS,
    FOLDER_DIGITS,
    RECORD,
    SHA256,
    Corrupt,
    Unreadable,
    get,
    get_record,
    put,
    put_record,
)


def list_names() -> Iterator[list[str]]:
    """The names of all documents and records, a folder at a time. Raises Unreadable."""
    waiting = sorted(_list("")[0], reverse=True)
    while waiting:
        folder = waiting.pop()
        inner, files = _list(folder)
        waiting += [f"{folder}/{each}" for each in sorted(inner, reverse=True)]
        yield [name for file in sorted(files) if is_name(name := f"{folder}/{file}")]


def _list(folder: str) -> tuple[list[str], list[str]]:
    """The folders and files in a folder; none where nothing was ever stored."""
    try:
        return storages[ALIAS].listdir(folder)
    except FileNotFoundError:
        return [], []
    except Exception as error:  # a folder's OSError, or one of an S3 client's many
        raise Unreadable(f"the store cannot be listed: {error}") from error


def is_name(name: str) -> bool:
    """Whether a document or a record is kept under `name`."""
    folder, _slash, sha256 = name.partition("/")
    of_document = bool(SHA256.fullmatch(sha256)) and sha256[:FOLDER_DIGITS] == folder
    return of_document or bool(RECORD.fullmatch(name))


def is_name_of(name: str, sha256: str) -> bool:
    """Whether bytes of this SHA-256 may be kept under `name`."""
    return is_name(name) and (bool(RECORD.fullmatch(name)) or name.endswith(f"/{sha256}"))


def read(name: str) -> bytes:
    """What is kept under a name of `list_names`, a document checked; raises Missing or Corrupt."""
    return get_record(name) if RECORD.fullmatch(name) else get(name.rpartition("/")[2])


def write(name: str, data: bytes) -> None:
    """Keep what `read` gave. Raises what `put` and `put_record` do."""
    if RECORD.fullmatch(name):
        put_record(name, data)
    elif name.rpartition("/")[2] != put(data):
        raise Corrupt(f"{name} is not the name of these bytes")
