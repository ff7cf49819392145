"""The whole ledger recomputed, and compared with what was published of it outside."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from pledges.audit import verifying_readings
from pledges.audit.checkpointing import opened
from pledges.audit.recording import actor_name, commitment
from pledges.models import LedgerCheckpoint, LedgerEntry, LedgerOpening
from pledges.proof.ledger import merkle
from pledges.proof.ledger.checkpoints import Checkpoint
from pledges.proof.ledger.merkle import Growing

CHUNK = 5000  # rows fetched at a time
COLUMNS = ("sequence", "at", "event", "actor_id", "subject", "leaf", "leaf_hash", "subtrees")


@dataclass(frozen=True)
class Discrepancy:
    """What `verify` found wrong, and at which entry (or, of a checkpoint, up to which)."""

    sequence: int
    kind: str


def verify(since: str | None = None) -> Iterator[Discrepancy]:
    """Recompute the tree and yield every fault, in order; in constant memory.

    `since` is the text of a checkpoint that was kept outside the database. With it, whatever was
    done to the entries that it covers is found; without it, only what contradicts itself. Raises
    LedgerBroken at once if the ledger never signed it, CheckpointUnavailable without the
    ledger's certificate.
    """
    return _faults(opened(since) if since is not None else None)


def _faults(known: Checkpoint | None) -> Iterator[Discrepancy]:
    walk = _Walk(known)
    rows = LedgerEntry.objects.order_by("sequence").values_list(*COLUMNS)
    for row in rows.iterator(chunk_size=CHUNK):
        yield from walk.step(*row)
    yield from walk.end()
    yield from _altered_openings()
    for sequence in verifying_readings.contradicted(walk.last):
        yield Discrepancy(sequence, "readings differ")


@dataclass
class _Walk:
    """One pass over the ledger: the tree as it grows, and the checkpoints still to come."""

    known: Checkpoint | None
    tree: Growing = field(default_factory=Growing)
    whole: bool = True  # no entry was missing so far, or positions say nothing any more

    def __post_init__(self) -> None:
        rows = LedgerCheckpoint.objects.filter(size__gt=0).order_by("size")
        self._stored = rows.values_list("size", "root").iterator(chunk_size=CHUNK)
        self._next = next(self._stored, None)
        self.last = 0

    def step(
        self,
        sequence: int,
        at: datetime,
        event: str,
        actor_id: int | None,
        subject: str,
        leaf: str,
        leaf_hash: str,
        subtrees: str,
    ) -> Iterator[Discrepancy]:
        if sequence != self.last + 1:
            yield Discrepancy(self.last + 1, "missing")
            self.whole = False
        self.last = sequence
        hashed = merkle.leaf_hash(leaf.encode())
        done = self.tree.append(hashed)
        if hashed.hex() != leaf_hash:
            yield Discrepancy(sequence, "altered")
        elif not _agrees(leaf, (sequence, at, event, actor_name(actor_id), subject)):
            yield Discrepancy(sequence, "contradicts its columns")
        if self.whole:
            if b"".join(done).hex() != subtrees:
                yield Discrepancy(sequence, "tree differs")
            yield from self._compare(sequence)

    def _compare(self, size: int) -> Iterator[Discrepancy]:
        stored = self._next
        if stored and stored[0] <= size:
            if stored != (size, self.tree.root().hex()):
                yield Discrepancy(stored[0], "not its checkpoint")
            self._next = next(self._stored, None)
        if self.known and self.known.size == size:
            if self.tree.root() != self.known.root:
                yield Discrepancy(size, "not as published")
            self.known = None

    def end(self) -> Iterator[Discrepancy]:
        """What was published and never reached."""
        if self.whole and self._next:
            yield Discrepancy(self._next[0], "cut short")
        if self.known and self.known.size:
            yield Discrepancy(self.known.size, "cut short" if self.whole else "not as published")


def _agrees(leaf: str, columns: tuple[int, datetime, str, str, str]) -> bool:
    """Whether the columns that lists are made of say the same as the hashed text."""
    try:
        told = json.loads(leaf)
        return columns == (
            told["sequence"],
            datetime.fromisoformat(told["at"]),
            told["event"],
            told["actor"],
            told["subject"],
        )
    except (ValueError, KeyError, TypeError):
        return False


def _altered_openings() -> Iterator[Discrepancy]:
    """Openings that do not open what their entry commits to; erased ones are nobody's fault."""
    rows = LedgerOpening.objects.order_by("entry_id", "name")
    kept = rows.values_list("entry_id", "entry__leaf", "name", "salt", "value")
    for sequence, leaf, name, salt, value in kept.iterator(chunk_size=CHUNK):
        if not _opens(leaf, name, salt, value):
            yield Discrepancy(sequence, "opening altered")


def _opens(leaf: str, name: str, salt: str, value: str) -> bool:
    try:
        return bool(json.loads(leaf)["commitments"][name] == commitment(salt, value))
    except (ValueError, KeyError, TypeError):
        return False
