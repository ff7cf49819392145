"""Checkpoints: the ledger signs what it holds, and says so outside the database."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from pledges import transactions
from pledges.audit import origins, tree
from pledges.core.refusals import CheckpointUnavailable, LedgerBroken
from pledges.models import LedgerCheckpoint, LedgerEntry
from pledges.proof.keys import pki
from pledges.proof.keys.pki import PkiFault
from pledges.proof.ledger import checkpoints, signing_key
from pledges.proof.ledger.checkpoints import Checkpoint
from pledges.storage import checkpoint_folder

# Any fixed number will do, but for that of the ledger's writers, who need not wait for a disk.
_LOCK_KEY = 0x5E_C0_1E_D7
NAME = "ledger"
SENT = "sent"
NOTHING = Checkpoint("", 0, b"")


@transactions.durable
def checkpoint(at: datetime) -> LedgerCheckpoint:
    """Sign and publish the ledger as it stands; the same one again if nothing was added.

    The file is on disk before the row says that there is one, and it covers what is committed
    and nothing else: hence no transaction may be open. Raises LedgerBroken when the ledger does
    not begin with what was published last, CheckpointUnavailable when it cannot be signed or
    published.
    """
    _take_turn()
    size, number = origins.extent()
    note = published()
    last = opened(note) if note is not None else NOTHING
    root = _grown_root(last, size, number)
    if note is None or last.size != size:
        note = _publish(Checkpoint(origins.name(number), size, root), number)
    return _on_record(LedgerCheckpoint(size=size, root=root.hex(), note=note, at=at))


@transactions.durable
def begin_origin(at: datetime) -> LedgerCheckpoint:
    """Publish the first checkpoint of the origin that the ledger's last entry begins.

    For `manage.py restore` alone: what was published before may say that there was more.
    """
    _take_turn()
    size, number = origins.extent()
    root = tree.root(size)
    note = _publish(Checkpoint(origins.name(number), size, root), number)
    return _on_record(LedgerCheckpoint(size=size, root=root.hex(), note=note, at=at))


def publish_again(note: str) -> None:
    """Put a note that somebody kept into the folder: what was published and was lost there."""
    checkpoint = opened(note)
    number = checkpoints.number_in(checkpoint.origin)
    with _folder_trouble():
        checkpoint_folder.publish(
            origins.folder_of(number), checkpoint.size, note, latest_in=origins.folder()
        )


def proof(entry: LedgerEntry, checkpoint: LedgerCheckpoint) -> dict[str, object]:
    """That `entry` is in the ledger as `checkpoint` has it, for whoever has the root.

    Raises LedgerBroken.
    """
    path = tree.inclusion(entry.sequence, checkpoint.size)
    return {
        "entry": entry.leaf,
        "index": entry.sequence - 1,
        "inclusion": [each.hex() for each in path],
        "checkpoint": checkpoint.note,
        "certificate": certificate().decode(),
    }


def published() -> str | None:
    """The note published last, as it stands outside the database; None before the first.

    Raises CheckpointUnavailable when it cannot be read.
    """
    with _folder_trouble():
        return checkpoint_folder.read_latest(origins.folder())


def unpublished() -> int:
    """How many entries are younger than the published checkpoint; below zero, some are gone.

    Raises as `opened` and `published` do.
    """
    note = published()
    return tree.size() - (opened(note).size if note is not None else 0)


def sent() -> int:
    """Of how many entries the newest checkpoint is that was mailed. Raises CheckpointUnavailable.

    Kept beside the notes: whoever puts the database back in time must not silence the mail.
    """
    with _folder_trouble():
        return checkpoint_folder.read_number(origins.folder_of(origins.number()), SENT)


def note_sent(size: int) -> None:
    """The checkpoint of `size` entries has been mailed. Raises CheckpointUnavailable."""
    with _folder_trouble():
        checkpoint_folder.keep_number(origins.folder_of(origins.number()), SENT, size)


def has_key() -> bool:
    """Whether the ledger was ever given a key; without one nothing can be published."""
    with suppress(PkiFault):
        return bool(pki.read(Path(settings.PKI_DIR), f"{NAME}.pem"))
    return False


def opened(note: str) -> Checkpoint:
    """What a published note says, if a key of this ledger signed it, now or before a renewal.

    Raises LedgerBroken if none did, CheckpointUnavailable without a certificate.
    """
    for key in _public_keys():
        try:
            return checkpoints.read(
                note, public_key=key, verify=lambda *said, key=key: signing_key.verify(key, *said)
            )
        except checkpoints.Malformed:
            continue
    raise LedgerBroken("the published checkpoint is not one that this ledger signed")


def certificate() -> bytes:
    """The certificate of the ledger's key (PEM). Raises CheckpointUnavailable."""
    with _key_trouble():
        return pki.read(Path(settings.PKI_DIR), f"{NAME}.pem")


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


def _grown_root(last: Checkpoint, size: int, number: int) -> bytes:
    """The root over `size` entries, of which the first must be those that were published."""
    if last.size and checkpoints.number_in(last.origin) != number:
        raise LedgerBroken("the last published checkpoint is of another origin of this ledger")
    if last.size > size:
        raise LedgerBroken(f"{last.size} entries were published and there are {size}")
    then, root = tree.roots(last.size, size)
    if last.size and then != last.root:
        raise LedgerBroken(f"the first {last.size} entries are not those that were published")
    return root


def _on_record(row: LedgerCheckpoint) -> LedgerCheckpoint:
    """The row as it stands now: this one, or that of the same size that was there before."""
    table = connection.ops.quote_name(LedgerCheckpoint._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (size, root, note, at) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (size) DO NOTHING",
            [row.size, row.root, row.note, row.at],
        )
        if cursor.rowcount == 1:
            return row
    kept = LedgerCheckpoint.objects.get(size=row.size)
    if kept.root != row.root:
        raise LedgerBroken(f"another checkpoint of {row.size} entries is on record")
    return kept


def _publish(checkpoint: Checkpoint, number: int) -> str:
    note = _signed(checkpoint)
    with _folder_trouble():
        checkpoint_folder.publish(
            origins.folder_of(number), checkpoint.size, note, latest_in=origins.folder()
        )
    return note


def _signed(checkpoint: Checkpoint) -> str:
    with _key_trouble():
        place = Path(settings.PKI_DIR)
        public = signing_key.public_key(certificate())
        key = _key(pki.read(place, f"{NAME}.key.pem"), settings.PKI_PASSPHRASE)
        if key.public_key().public_bytes_raw() != public:
            raise CheckpointUnavailable("the ledger's key and its certificate do not fit")
        return checkpoints.write(checkpoint, public_key=public, sign=key.sign)


# Opening it is slow on purpose, and each signing wants it; a renewed key is another file.
@lru_cache(maxsize=1)
def _key(pem: bytes, passphrase: str) -> signing_key.LedgerKey:
    return signing_key.load(pem, passphrase)


def _public_keys() -> Iterator[bytes]:
    with _key_trouble():
        yield signing_key.public_key(certificate())
        for old in pki.retired(Path(settings.PKI_DIR), NAME):
            yield signing_key.raw(old)


@contextmanager
def _folder_trouble() -> Iterator[None]:
    try:
        yield
    except checkpoint_folder.Contradiction as error:
        raise LedgerBroken(f"{error} was published with another text") from error
    except UnicodeDecodeError as error:
        raise LedgerBroken("the published checkpoint is not text") from error
    except OSError as error:
        raise CheckpointUnavailable(f"the folder of checkpoints: {error.strerror}") from error


@contextmanager
def _key_trouble() -> Iterator[None]:
    try:
        yield
    except PkiFault as error:
        raise CheckpointUnavailable(str(error)) from error
    except (ValueError, TypeError) as error:
        raise CheckpointUnavailable("the ledger's key does not open, or is of no use") from error
