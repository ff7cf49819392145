"""An installation out of a backup: first what must hold, then the files, at last the database.

Nothing is written before everything was looked at. Cut short, it is simply run again: what is
there already, and is the backup's, stays.
"""

import os
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from pledges import audit, crash_points, durable_files, keyring
from pledges.access import SYSTEM
from pledges.actions import beginning_origin
from pledges.backups import known_checkpoints, layout, postgres_tools, saving
from pledges.backups.known_checkpoints import Known
from pledges.backups.layout import Manifest
from pledges.backups.postgres_tools import Tool
from pledges.models import LedgerEntry
from pledges.proof.keys import sealed_keys
from pledges.proof.keys.hierarchy import LEDGER
from pledges.proof.keys.sealed_keys import Keys
from pledges.storage import checkpoint_folder, document_store, stored_files


class Damaged(Exception):
    """Files of the backup are missing or are not as they were written."""

    def __init__(self, files: list[str]) -> None:
        super().__init__(files)
        self.files = files


class NotEmpty(Exception):
    """Something is here already that the backup did not bring; the text says what."""


class DamagedLedger(Exception):
    """The restored ledger contradicts itself."""


class Contradiction(Exception):
    """The restored ledger is not the one that a checkpoint covers."""


@dataclass(frozen=True)
class Loss:
    """What the newest checkpoint covers and the backup does not hold.

    `count` is not known where the checkpoint is of a later origin than the backup.
    """

    newest: Known
    kept: int
    count: int | None


@dataclass(frozen=True)
class Plan:
    """A backup that was looked at, and what is known of the ledger besides."""

    folder: Path
    manifest: Manifest
    sums: dict[str, str]
    keys: Keys
    newest: Known | None
    loss: Loss | None
    tool: Tool


def plan(folder: Path, *, passphrase: str, given: Iterable[Path]) -> Plan:
    """Look at the backup, at this installation and at the checkpoints given; writes nothing.

    Raises NoBackup, Damaged, CannotOpen, NoCheckpoint, ToolMissing and NotEmpty.
    """
    sums = layout.read_sums(folder)
    if found := list(layout.faults(folder, sums)):
        raise Damaged(found)
    manifest = Manifest.read((folder / layout.MANIFEST).read_bytes())
    if (there := len(layout.documents(sums))) != manifest.files:
        raise layout.NoBackup(f"{manifest.files} documents and records were saved, it has {there}")
    _require_names(sums)
    _require_known(manifest.migration)
    newer = max(postgres_tools.server_major(), manifest.postgres["tool"])
    tool = postgres_tools.find("pg_restore", at_least=newer)
    keys = sealed_keys.unseal((folder / layout.KEYS).read_bytes(), passphrase)
    places = [*given, *([audit.folder()] if audit.folder().is_dir() else [])]
    newest = known_checkpoints.newest(places, keys.certificates(LEDGER))
    _require_empty(manifest, sums, keys)
    return Plan(folder, manifest, sums, keys, newest, _loss(manifest, newest), tool)


def _require_names(sums: dict[str, str]) -> None:
    """Each document is named by its bytes, and each record as records are: else it has no place."""
    for name in layout.documents(sums):
        inside = name.removeprefix(f"{layout.DOCUMENTS}/")
        if not stored_files.is_name_of(inside, sums[name]):
            raise layout.NoBackup(f"{name} is no name of those bytes")


def _require_known(migration: str) -> None:
    if migration and (saving.APP, migration) not in MigrationLoader(None).graph.nodes:
        raise layout.NoBackup(f"it is of a later version, which has the migration {migration}")


def _loss(manifest: Manifest, newest: Known | None) -> Loss | None:
    if newest is None or (_is_restored(manifest) and _begins_with(newest)):
        return None
    kept, origin = manifest.ledger["size"], manifest.ledger["origin"]
    if known_checkpoints.origin_number(newest) != origin:
        return Loss(newest, kept, None)
    lost = newest.checkpoint.size - kept
    return Loss(newest, kept, lost) if lost > 0 else None


def _require_empty(manifest: Manifest, sums: dict[str, str], keys: Keys) -> None:
    if connection.introspection.table_names() and not _is_restored(manifest):
        raise NotEmpty("the database has tables")
    for names in stored_files.list_names():
        for name in names:
            if f"{layout.DOCUMENTS}/{name}" not in sums:
                raise NotEmpty("the store of documents has others than the backup")
    if _has_keys() and not keys.stand_in(keyring.folder()):
        raise NotEmpty(f"{keyring.folder()} has keys")


def _has_keys() -> bool:
    return keyring.folder().is_dir() and any(keyring.folder().iterdir())


def _is_restored(manifest: Manifest) -> bool:
    """Whether the database is the backup's, restored by a run that was cut short after it."""
    if LedgerEntry._meta.db_table not in connection.introspection.table_names():
        return False
    size = int(manifest.ledger["size"])
    later = LedgerEntry.objects.filter(sequence__gt=size).exclude(event=audit.RESTORED)
    same = audit.size() >= size and audit.root(size).hex() == manifest.ledger["root"]
    return same and not later.exists()


def carry_out(plan: Plan) -> None:
    """Put everything in its place: documents, checkpoints, keys, then the database in one go."""
    _put_documents(plan)
    _put_checkpoints(plan)
    if plan.keys.files and not _has_keys():
        sealed_keys.place(plan.keys, keyring.folder(), keyring.passphrase())
    crash_points.reach("restore:files")
    if not connection.introspection.table_names():
        postgres_tools.restore(plan.tool, plan.folder / layout.DATABASE)
        connections.close_all()
    crash_points.reach("restore:database")


def _put_documents(plan: Plan) -> None:
    def put(name: str) -> None:
        inside = name.removeprefix(f"{layout.DOCUMENTS}/")
        try:
            stored_files.write(inside, (plan.folder / name).read_bytes())
        except (document_store.Corrupt, document_store.Taken) as error:
            raise FileExistsError(f"{inside} is stored here with another content") from error

    for _done in layout.side_by_side(put, layout.documents(plan.sums)):
        pass


def _put_checkpoints(plan: Plan) -> None:
    place = audit.folder()
    if (place / checkpoint_folder.LATEST).exists():
        return  # what was published and survived is at least as new
    with tarfile.open(plan.folder / layout.CHECKPOINTS, "r:") as archive:  # never packed
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is None or not layout.is_inside(member.name):
                continue
            target = place / member.name
            durable_files.make_folder(target.parent, mode=checkpoint_folder.PUBLIC_FOLDER)
            if member.name == checkpoint_folder.LATEST:
                os.sync()  # the others first: where it stands, all of them do
            if not target.exists():
                _write_whole(target, content.read())
    os.sync()


def _write_whole(note: Path, content: bytes) -> None:
    """A run that is cut short here leaves none that is empty, or the next would refuse it.

    Not on the disk yet when this returns: of hundreds of thousands that would take hours.
    """
    unfinished = note.with_name(f"{durable_files.UNFINISHED}{note.name}")
    unfinished.unlink(missing_ok=True)  # of an earlier run, and not to be written to
    unfinished.write_bytes(content)
    unfinished.chmod(checkpoint_folder.PUBLIC_FILE)
    crash_points.reach("restore:checkpoint")
    unfinished.replace(note)


def conclude(plan: Plan, *, reason: str, at: datetime, tell: Callable[[str], None]) -> None:
    """Compare the restored ledger with itself and with the newest checkpoint.

    With a `reason` it goes on under a new origin where they differ. Raises DamagedLedger, or
    Contradiction.
    """
    newest = plan.newest
    agrees = newest is None or (plan.loss is None and _begins_with(newest))
    if any(audit.verify(newest.note if newest and agrees else None)):
        raise DamagedLedger
    if newest is None:
        return
    if not agrees and not reason:
        raise Contradiction(
            f"the checkpoint of {newest.checkpoint.size} entries in {newest.place} covers another "
            "ledger than the restored one"
        )
    _publish(newest)
    if agrees:
        return
    kept = int(plan.manifest.ledger["size"])
    begun = beginning_origin.begin(newest.checkpoint, kept=kept, reason=reason, actor=SYSTEM, at=at)
    tell(f"The ledger goes on under a new origin with entry {begun.size}.")


def lacking(plan: Plan) -> list[str]:
    """Of the documents that the restored rows name: those that no file of the backup holds.

    Not those that were missing when it was made, as its manifest says.
    """
    missing, _erased = saving.not_copied(plan.folder, saving.issued(), plan.sums)
    told = {*plan.manifest.missing, *plan.manifest.erased}
    return [digest for digest in missing if digest not in told]


def _begins_with(newest: Known) -> bool:
    """Whether the ledger, as it stands here, begins with the entries that the checkpoint covers."""
    checkpoint = newest.checkpoint
    same = known_checkpoints.origin_number(newest) == audit.origin_number()
    covered = same and checkpoint.size <= audit.size()
    return covered and audit.root(checkpoint.size) == checkpoint.root


def _publish(newest: Known) -> None:
    """Have what somebody kept outside stand in the folder too, where it is newer."""
    there = audit.published()
    if there is None or audit.opened(there).size < newest.checkpoint.size:
        audit.publish_again(newest.note)
