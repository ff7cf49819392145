"""Checkpoints that somebody kept outside: in a folder, as a file, in a mail."""

import email
import email.policy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pledges.proof.ledger import checkpoints, signing_key
from pledges.proof.ledger.checkpoints import Checkpoint
from pledges.storage import checkpoint_folder

MAIL, NOTE = ".eml", ".note"


class NoCheckpoint(Exception):
    """What was given holds no checkpoint, or one that this ledger did not sign."""


@dataclass(frozen=True)
class Known:
    """A checkpoint that the ledger signed, as it was published."""

    note: str
    checkpoint: Checkpoint
    place: Path


def newest(places: Iterable[Path], certificates: Iterable[bytes]) -> Known | None:
    """The one of most entries, of the latest origin. Raises NoCheckpoint."""
    keys = [signing_key.public_key(each) for each in certificates]
    found = [_known(note, path, keys) for place in places for path, note in _notes(place)]
    return max(found, key=_age, default=None)


def origin_number(known: Known) -> int:
    """Which origin of its ledger the checkpoint is of."""
    return checkpoints.number_in(known.checkpoint.origin)


def _age(known: Known) -> tuple[int, int]:
    return origin_number(known), known.checkpoint.size


def _notes(place: Path) -> Iterator[tuple[Path, str]]:
    if place.is_dir():
        yield from ((path, _text(path.read_bytes(), path)) for path in _newest_in(place))
    elif place.suffix == MAIL:
        yield from _attached(place)
    else:
        try:
            yield place, _text(place.read_bytes(), place)
        except OSError as error:
            raise NoCheckpoint(f"{place} cannot be read: {error.strerror}") from error


def _newest_in(folder: Path) -> Iterator[Path]:
    """The latest, and of each origin the one of most entries: their names are their sizes."""
    latest = folder / checkpoint_folder.LATEST
    if latest.is_file():
        yield latest
    for origin in (folder, *sorted(folder.glob("origin-*"))):
        sizes = [path for path in origin.glob(f"*{NOTE}") if path.stem.isdigit()]
        if sizes:
            yield max(sizes)


def _attached(mail: Path) -> Iterator[tuple[Path, str]]:
    try:
        message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    except OSError as error:
        raise NoCheckpoint(f"{mail} cannot be read: {error.strerror}") from error
    notes = [
        part.get_content()
        for part in message.iter_attachments()
        if (part.get_filename() or "").endswith(NOTE)
    ]
    if not notes:
        raise NoCheckpoint(f"{mail} has no checkpoint attached")
    for note in notes:
        yield mail, _text(note, mail) if isinstance(note, bytes) else str(note)


def _text(data: bytes, place: Path) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise NoCheckpoint(f"{place} is not text") from error


def _known(note: str, place: Path, keys: list[bytes]) -> Known:
    for key in keys:
        try:
            checkpoint = checkpoints.read(
                note, public_key=key, verify=lambda *said, key=key: signing_key.verify(key, *said)
            )
        except checkpoints.Malformed:
            continue
        return Known(note, checkpoint, place)
    raise NoCheckpoint(
        f"{place} holds no checkpoint that this ledger signed, with its key of the backup or an "
        "earlier one"
    )
