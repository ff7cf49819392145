"""Every file of the store by its name, documents and records alike: what a backup copies."""

from collections.abc import Iterator

from django.core.files.storage import storages

from pledges.storage.document_store import (
    ALIAS,
    FOLDER_DIGITS,
    RECORD,
    SHA256,
    Corrupt,
    get,
    get_record,
    put,
    put_record,
)


def list_names() -> Iterator[list[str]]:
    """The names of all documents and records, a folder at a time."""
    storage = storages[ALIAS]
    try:
        top, _files = storage.listdir("")
    except FileNotFoundError:
        return
    waiting = sorted(top, reverse=True)
    while waiting:
        folder = waiting.pop()
        inner, files = storage.listdir(folder)
        waiting += [f"{folder}/{each}" for each in sorted(inner, reverse=True)]
        yield [name for file in sorted(files) if is_name(name := f"{folder}/{file}")]


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
