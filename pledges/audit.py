"""The only writer of the ledger: gapless, hash-chained, free of personal data."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import connection, models, transaction

from pledges.core import lifecycle
from pledges.core.digests import canonical_json
from pledges.models import LedgerEntry

EVENTS: Final = lifecycle.events() | {
    "version.imported",
    "version.drafted",
    "version.changed",
    "pledge.opened",
    "pledge.assigned",
    "pledge.prepared",
    "acceptance.begun",
    "pledges.exported",
    "commitments.exported",
    "person.created",
    "person.changed",
    "department.changed",
    "organisation.changed",
    "passkey.permitted",
    "passkey.enrolled",
    "passkey.removed",
}
GENESIS: Final = "0" * 64
# Any fixed number will do: every writer of the ledger takes the same lock.
_LOCK_KEY: Final = 0x5E_C0_1E_D6


class UnknownEvent(ValueError):
    """The event is not in the ledger's closed vocabulary."""


@dataclass(frozen=True)
class Fault:
    """What `verify` found wrong, and at which entry."""

    sequence: int
    kind: str


def leaf_hash(leaf: bytes) -> str:
    """The hash of an entry as RFC 6962 section 2.1 hashes a leaf."""
    return hashlib.sha256(b"\x00" + leaf).hexdigest()


def chain_hash(previous: str, leaf: str) -> str:
    """The running hash over all entries up to one whose leaf hash is `leaf`."""
    return hashlib.sha256(bytes.fromhex(previous) + bytes.fromhex(leaf)).hexdigest()


def subject_of(thing: models.Model) -> str:
    """How the ledger names a row: its table and key."""
    return f"{thing._meta.model_name}:{thing.pk}"


def record(
    event: str,
    *,
    actor: object,
    subject: models.Model | str,
    at: datetime,
    facts: Mapping[str, object] | None = None,
) -> LedgerEntry:
    """Append one event; must run inside the transaction whose change it tells of.

    `facts` may hold digests, counts, codes and keys, never names or other personal data.
    """
    if event not in EVENTS:
        raise UnknownEvent(event)
    _take_turn()
    last = LedgerEntry.objects.order_by("-sequence").first()
    sequence = last.sequence + 1 if last else 1
    name = subject if isinstance(subject, str) else subject_of(subject)
    actor_id = getattr(actor, "pk", None)
    leaf = canonical_json(
        {
            "sequence": sequence,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "event": event,
            "actor": _actor_name(actor_id),
            "subject": name,
            "facts": dict(facts or {}),
        }
    )
    hashed = leaf_hash(leaf)
    return LedgerEntry.objects.create(
        sequence=sequence,
        at=at,
        event=event,
        actor_id=actor_id,
        subject=name,
        leaf=leaf.decode(),
        leaf_hash=hashed,
        chain_hash=chain_hash(last.chain_hash if last else GENESIS, hashed),
    )


def _take_turn() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the ledger is written with its change")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


def _actor_name(actor_id: int | None) -> str:
    return "system" if actor_id is None else f"person:{actor_id}"


def trail(*subjects: models.Model | str) -> models.QuerySet[LedgerEntry]:
    """The entries about any of `subjects`, oldest first."""
    names = [item if isinstance(item, str) else subject_of(item) for item in subjects]
    return LedgerEntry.objects.filter(subject__in=names).order_by("sequence")


def verify() -> Iterator[Fault]:
    """Recompute the whole chain and yield every fault, in order."""
    expected, previous = 1, GENESIS
    for entry in LedgerEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        if entry.sequence != expected:
            yield Fault(expected, "missing")
        hashed = leaf_hash(entry.leaf.encode())
        if hashed != entry.leaf_hash:
            yield Fault(entry.sequence, "altered")
        elif not _agrees(entry):
            yield Fault(entry.sequence, "contradicts its columns")
        if chain_hash(previous, entry.leaf_hash) != entry.chain_hash:
            yield Fault(entry.sequence, "broken chain")
        expected, previous = entry.sequence + 1, entry.chain_hash


def _agrees(entry: LedgerEntry) -> bool:
    """Whether the columns that lists are made of say the same as the hashed text."""
    leaf = json.loads(entry.leaf)
    return (
        leaf["sequence"] == entry.sequence
        and datetime.fromisoformat(leaf["at"]) == entry.at
        and leaf["event"] == entry.event
        and leaf["actor"] == _actor_name(entry.actor_id)
        and leaf["subject"] == entry.subject
    )
