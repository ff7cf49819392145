"""A ZIP that somebody uploads: which files are in it, and their bytes; nothing is unpacked to disk.

Names decide nothing but which row of a list a file belongs to. Whatever an archive says of sizes is
not believed: no more is read of a file than one may have, and no more of all than there may be.
"""

import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Final

from pledges.core.paper_lists import file_key
from pledges.core.paper_refusals import ArchiveRefused
from pledges.core.scans import MAX_FILE, MEGABYTE

MAX_ARCHIVE: Final = 200 * MEGABYTE
MAX_ENTRIES: Final = 2_000
MAX_UNPACKED: Final = 600 * MEGABYTE
"""Bytes of all files together: scans hardly shrink, so an honest archive has no more."""
MAX_DIRECTORY: Final = 2 * MEGABYTE
"""Bytes of the list of entries: a kilobyte for each of as many as there may be."""
METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED, UTF8 = 0x1, 0x800
"""Bits of an entry's flags (APPNOTE 4.4.4)."""
SYMLINK, KIND_OF_FILE = 0o120000, 0o170000
UNIX: Final = 3
IGNORED: Final = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
"""What systems put into archives by themselves."""
_PIECE: Final = 64 * 1024
# What `zipfile` raises for what it cannot read; RuntimeError also stands for methods it lacks.
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)


class EntryFault(StrEnum):
    """Why a file of an archive is not read."""

    PATH = "path"
    NAME_TWICE = "name-twice"
    ENCRYPTED = "encrypted"
    METHOD = "method"
    NO_FILE = "no-plain-file"
    TOO_LARGE = "too-large"
    DAMAGED = "damaged"


class _InPieces:
    """A file of which nothing long is read in one go.

    The library takes the list of all entries in memory, however long the archive says that it is,
    before anybody can count them: four millions fit into an archive, and take gigabytes.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self._read = file.read

    def read(self, size: int = -1) -> bytes:
        data = self._read(size if 0 <= size <= MAX_DIRECTORY else MAX_DIRECTORY + 1)
        if len(data) > MAX_DIRECTORY:
            raise ArchiveRefused("too-many-entries", MAX_ENTRIES)
        return data


@dataclass
class Archive:
    """The plain files of an archive by their keys, and the others with why they are not read."""

    file: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    refused: dict[str, tuple[str, EntryFault]] = field(default_factory=dict)
    left: int = MAX_UNPACKED

    def find(self, name: str) -> str | None:
        """The key of the file that a list calls `name`: by its path, or by its name alone."""
        key = file_key(name)
        known = [*self.entries, *self.refused]
        if key in known:
            return key
        ends = [each for each in known if each.rpartition("/")[2] == key]
        return ends[0] if len(ends) == 1 else None

    def read(self, key: str) -> bytes | EntryFault:
        """The bytes of a file, or why it has none; raises ArchiveRefused where all is too much."""
        if key in self.refused:
            return self.refused[key][1]
        data = bytearray()
        try:
            with self.file.open(self.entries[key]) as stream:
                while piece := stream.read(_PIECE):
                    data += piece
                    self.left -= len(piece)
                    if self.left < 0:
                        raise ArchiveRefused("too-much", MAX_UNPACKED // MEGABYTE)
                    if len(data) > MAX_FILE:
                        return EntryFault.TOO_LARGE
        except _DAMAGED:
            return EntryFault.DAMAGED
        return bytes(data)


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Archive]:
    """The archive in `file`; raises ArchiveRefused for what is none, or has too much in it."""
    file.seek(0, 2)
    if file.tell() > MAX_ARCHIVE:
        raise ArchiveRefused("too-large", MAX_ARCHIVE // MEGABYTE)
    file.seek(0)
    try:
        archive = zipfile.ZipFile(_InPieces(file))
    except _DAMAGED as error:
        raise ArchiveRefused("no-archive") from error
    with archive:
        if len(archive.infolist()) > MAX_ENTRIES:
            raise ArchiveRefused("too-many-entries", MAX_ENTRIES)
        yield _sorted(archive)


def _sorted(archive: zipfile.ZipFile) -> Archive:
    found = Archive(archive)
    infos = [(name_of(info), info) for info in archive.infolist() if not info.is_dir()]
    infos = [(name, info) for name, info in infos if not _is_ignored(name)]
    keys = Counter(file_key(name) for name, _info in infos)
    for name, info in infos:
        key = file_key(name)
        fault = EntryFault.NAME_TWICE if keys[key] > 1 else _fault(name, info)
        if fault is None:
            found.entries[key], found.names[key] = info, name
        else:
            found.refused[key] = name, fault
    return found


def _is_ignored(name: str) -> bool:
    key = file_key(name)
    return key.startswith(IGNORED[0]) or key.rpartition("/")[2] in IGNORED[1:]


def _fault(name: str, info: zipfile.ZipInfo) -> EntryFault | None:
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        return EntryFault.PATH
    if info.create_system == UNIX and (info.external_attr >> 16) & KIND_OF_FILE == SYMLINK:
        return EntryFault.NO_FILE
    if info.flag_bits & ENCRYPTED:
        return EntryFault.ENCRYPTED
    if info.compress_type not in METHODS:
        return EntryFault.METHOD
    return EntryFault.TOO_LARGE if info.file_size > MAX_FILE else None


def name_of(info: zipfile.ZipInfo) -> str:
    """The name of an entry: in UTF-8 where it says so, else as Windows writes Chinese (GB18030).

    `zipfile` decodes a name without that mark as cp437; encoding it again gives its bytes.
    """
    if info.flag_bits & UTF8 or info.orig_filename.isascii():
        return info.orig_filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename
