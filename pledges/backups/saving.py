"""Making a backup while people go on signing: checkpoints, then the database, then the documents.

In this order nothing contradicts: a checkpoint copied before the snapshot covers no more than it,
and a document is stored before the row that names it is committed.
"""

import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db.migrations.recorder import MigrationRecorder

from pledges import audit, crash_points, durable_files, keyring
from pledges.backups import layout, postgres_tools
from pledges.backups.layout import Manifest
from pledges.core.digests import sha256_hex
from pledges.core.lifecycle import PledgeState
from pledges.models import Document, IssuedRecord, Pledge, RecordFile, Session
from pledges.proof.keys import sealed_keys
from pledges.proof.keys.hierarchy import COMPANY_SEAL, EVENT_CA
from pledges.storage import checkpoint_folder, document_store, stored_files

APP = "pledges"
# Whoever reads a backup must not be signed in as anybody; and a session that was ended since would
# come back with it.
SESSIONS = (Session._meta.db_table,)


@dataclass(frozen=True)
class Issued:
    """A file that the snapshot names."""

    pledge: object
    """The key of its pledge, or of its record."""
    sha256: str
    size: int


def save(folder: Path, *, passphrase: str, at: datetime, since: Path | None = None) -> Manifest:
    """Back everything up into `folder`, new or empty; its keys sealed under `passphrase`.

    Documents that the earlier backup `since` holds are linked instead of copied, where the disk
    allows it. Raises ToolMissing, NoBackup (of `since`) and Occupied before anything is written;
    then ToolFailed, OSError and what the store raises. Cut short, it leaves no finished backup,
    and is simply made again.
    """
    server = postgres_tools.server_major()
    tool = postgres_tools.find("pg_dump", at_least=server)
    earlier = layout.read_sums(since) if since else {}
    layout.begin(folder)
    _copy_checkpoints(folder)
    with postgres_tools.snapshot() as snapshot:
        size = audit.size()
        ledger: dict[str, Any] = {"size": size, "root": audit.root(size).hex()}
        ledger["origin"] = audit.origin_number()
        migration = _newest_migration()
        named = list(issued())
        postgres_tools.dump(tool, folder / layout.DATABASE, snapshot=snapshot, without=SESSIONS)
    sums = dict(_copy_documents(folder, since, earlier))
    crash_points.reach("backup:copied")
    missing, erased = not_copied(folder, named, sums)
    keys = sealed_keys.collect(keyring.folder(), keyring.passphrase())
    durable_files.create(folder / layout.KEYS, sealed_keys.seal(keys, passphrase))
    manifest = Manifest(
        at=at.isoformat(),
        ledger=ledger,
        postgres={"server": server, "tool": tool.major},
        migration=migration,
        files=len(sums),
        missing=missing,
        erased=erased,
        keys_elsewhere=_keys_elsewhere(),
    )
    durable_files.create(folder / layout.MANIFEST, manifest.write())
    for name in (layout.CHECKPOINTS, layout.DATABASE, layout.KEYS, layout.MANIFEST):
        sums[name] = layout.digest_of_file(folder / name)
    layout.finish(folder, sums)
    return manifest


def _copy_checkpoints(folder: Path) -> None:
    """As one file: there may be hundreds of thousands. The newest comes last, as at restoring."""
    published = audit.folder()
    with tarfile.open(folder / layout.CHECKPOINTS, "w") as archive:
        if published.is_dir():
            paths = [path for path in published.rglob("*") if path.is_file()]
            names = sorted(
                (path.relative_to(published).as_posix() for path in paths), key=_newest_last
            )
            for name in names:
                if not Path(name).name.startswith(durable_files.UNFINISHED):
                    archive.add(published / name, name)


def _newest_last(name: str) -> tuple[bool, str]:
    return name == checkpoint_folder.LATEST, name


def _newest_migration() -> str:
    recorded = MigrationRecorder.Migration.objects.filter(app=APP).order_by("-name")
    return recorded.values_list("name", flat=True).first() or ""


def issued() -> Iterator[Issued]:
    """The files that the database names, of each pledge or record the longest first."""
    kept = Document.objects.exclude(pledge__status=PledgeState.ERASED)
    rows = kept.order_by("pledge_id", "-size").values_list("pledge_id", "sha256", "size")
    yield from (Issued(*row) for row in rows.iterator(chunk_size=5000))
    files = RecordFile.objects.filter(record__erased_at__isnull=True)
    records = files.order_by("record_id", "-size").values_list("record_id", "sha256", "size")
    yield from (Issued(*row) for row in records.iterator(chunk_size=5000))


def _copy_documents(
    folder: Path, since: Path | None, earlier: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Copy all documents and records; gives each file's name in the backup and its SHA-256."""

    def copy(name: str) -> tuple[str, str] | None:
        inside = f"{layout.DOCUMENTS}/{name}"
        target = folder / inside
        # Of files that are named by their hash alone: of those it is certain what they say.
        known = earlier.get(inside) == name.rpartition("/")[2]
        if since and known and _link(since / inside, target):
            return inside, earlier[inside]
        try:
            data = stored_files.read(name)
        except (document_store.Missing, document_store.Corrupt, FileNotFoundError):
            return None  # removed a moment ago, or told of below
        with target.open("xb") as file:
            file.write(data)
        return inside, sha256_hex(data)

    for names in stored_files.list_names():
        for name in {name.rpartition("/")[0] for name in names}:
            durable_files.make_folder(folder / layout.DOCUMENTS / name)
        yield from filter(None, layout.side_by_side(copy, names))


def _link(source: Path, target: Path) -> bool:
    """Whether the file is now the earlier backup's too: it never changes in either."""
    with suppress(OSError):
        durable_files.link(source, target)
        return True
    return False


def not_copied(
    folder: Path, issued: Iterable[Issued], copied: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Of the files that the snapshot names: those that are missing, and those erased meanwhile."""
    missing: list[str] = []
    erased: list[str] = []
    for pledge, files in groupby(issued, key=lambda each: each.pledge):
        lacking = _lacking(folder, list(files), copied)
        if lacking:
            gone = (
                Pledge.objects.filter(pk=pledge, status=PledgeState.ERASED).exists()
                or IssuedRecord.objects.filter(pk=pledge, erased_at__isnull=False).exists()
            )
            (erased if gone else missing).extend(lacking)
    return sorted(missing), sorted(erased)


def _lacking(folder: Path, files: list[Issued], copied: Mapping[str, str]) -> list[str]:
    """The digests that no copied file has, nor the beginning of a longer one of that pledge."""
    lacking: list[str] = []
    longer: Path | None = None
    for file in files:  # the longest first
        name = f"{layout.DOCUMENTS}/{file.sha256[:2]}/{file.sha256}"
        if name in copied:
            longer = folder / name
        elif longer is None or not _begins_with(longer, file):
            lacking.append(file.sha256)
    return lacking


def _begins_with(longer: Path, file: Issued) -> bool:
    with longer.open("rb") as content:
        return sha256_hex(content.read(file.size)) == file.sha256


def _keys_elsewhere() -> dict[str, str]:
    """The keys that are not in the folder, and where they are: nobody can copy a token."""
    found = {}
    for name in (EVENT_CA, COMPANY_SEAL):
        source = keyring.source(name)
        if source is not None:
            found[name] = source.location.partition("?")[0]
    return found
