"""The only writer of the ledger: gapless, a leaf of the hash tree each, free of personal data."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from django.db import connection, models, transaction

from pledges.audit import tree
from pledges.core import lifecycle, papers
from pledges.core.digests import canonical_json
from pledges.models import LedgerEntry, LedgerOpening, Person
from pledges.proof.ledger import merkle

EVENTS: Final = (
    lifecycle.events()
    | papers.events()
    | {
        "version.imported",
        "version.drafted",
        "version.changed",
        "version.discarded",
        "version.stepped",
        "pledge.opened",
        "pledge.assigned",
        "pledge.prepared",
        "pledge.moved",
        "pledge.read",
        "task.launched",
        "task.joined",
        "task.reported",
        "record.issued",
        "record.erased",
        "document.renewed",
        "files.removed",
        "acceptance.begun",
        "ledger.restored",
        "pledges.exported",
        "commitments.exported",
        "members.exported",
        "person.created",
        "person.changed",
        "person.invited",
        "person.left",
        "person.returned",
        "record.reported",
        "invitation.printed",
        "invitation.withdrawn",
        "invitation.used",
        "password.set",
        "password.chosen",
        "sessions.ended",
        "template.retention_set",
        "department.changed",
        "organisation.changed",
        "calendar.changed",
        "notices.switched",
        "notices.printed",
        "task.reminded",
        "roster.uploaded",
        "roster.asked",
        "roster.confirmed",
        "roster.applied",
        "roster.discarded",
        "roster.mended",
        "proposal.made",
        "proposal.accepted",
        "proposal.rejected",
        "phone.invited",
        "passkey.registered",
        "passkey.discarded",
        "passkey.permitted",
        "passkey.enrolled",
        "passkey.removed",
        "app.registered",
        "app.discarded",
        "app.enrolled",
        "task.undone",
        "task.extended",
        "task.versions_changed",
        "task.cancellation_asked",
        "task.cancellation_taken_back",
        "task.cancelled",
        "excuse.asked",
        "excuse.approved",
        "excuse.rejected",
        "excuse.ended",
        "objection.made",
        "objection.taken_back",
        "enrolment.confirmed",
        "factors.removed",
    }
)
SALT: Final = 32  # bytes
BATCH: Final = 2_000  # rows in one statement
# Any fixed number will do: every writer of the ledger takes the same lock.
_LOCK_KEY: Final = 0x5E_C0_1E_D6


class UnknownEvent(ValueError):
    """The event is not in the ledger's closed vocabulary."""


def subject_of(thing: models.Model) -> str:
    """How the ledger names a row: its table and key."""
    return f"{thing._meta.model_name}:{thing.pk}"


@dataclass(frozen=True)
class Event:
    """One thing that happened: the ledger's word, what it is about, what is told of it.

    `facts` may hold digests, counts, codes and keys, never names or other personal data, nor a
    digest of them that could be guessed. What is `personal` enters as salted commitments; what
    opens them is kept beside the ledger, and can be erased.
    """

    event: str
    subject: models.Model | str
    facts: Mapping[str, object] = field(default_factory=dict)
    personal: Mapping[str, object] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """The subject as the ledger names it."""
        return self.subject if isinstance(self.subject, str) else subject_of(self.subject)


def record(
    event: str,
    *,
    actor: object,
    subject: models.Model | str,
    at: datetime,
    facts: Mapping[str, object] | None = None,
    personal: Mapping[str, object] | None = None,
) -> LedgerEntry:
    """Append one event, told as `Event` says; must run inside the transaction of its change.

    Raises `UnknownEvent`.
    """
    told = Event(event, subject, facts or {}, personal or {})
    return record_many([told], actor=actor, at=at)[0]


def record_many(events: Sequence[Event], *, actor: object, at: datetime) -> list[LedgerEntry]:
    """Append many events of one moment, in their order, within one turn of the ledger.

    The same entries as `record` makes one by one. For what concerns thousands of rows: write the
    rows first, for all others wait as long as the turn is held. Raises `UnknownEvent`; for no
    events nothing happens, and nobody waits.
    """
    for each in events:
        if each.event not in EVENTS:
            raise UnknownEvent(each.event)
    if not events:
        return []
    actor_id = getattr(actor, "pk", None)
    # Everything that can be done before the turn: all others wait as long as it is held.
    told = [_Told.of(each, at=at, actor_id=actor_id) for each in events]
    _take_turn(actor_id)
    for sequence, one in enumerate(told, tree.size() + 1):
        one.number(sequence)
    _hash([one.entry for one in told])
    kept = LedgerEntry.objects.bulk_create([one.entry for one in told], batch_size=BATCH)
    openings = [opening for one in told for opening in one.openings]
    LedgerOpening.objects.bulk_create(openings, batch_size=BATCH)
    return kept


@dataclass(frozen=True)
class _Told:
    """An entry that has no number yet: its text, canonical JSON, before and after the number."""

    entry: LedgerEntry
    openings: tuple[LedgerOpening, ...]
    before: str
    after: str

    @classmethod
    def of(cls, event: Event, *, at: datetime, actor_id: int | None) -> "_Told":
        openings = tuple(_opening(*item) for item in event.personal.items())
        told: dict[str, object] = {
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "event": event.event,
            "actor": actor_name(actor_id),
            "facts": dict(event.facts),
        }
        if openings:
            opened = {each.name: commitment(each.salt, each.value) for each in openings}
            told["commitments"] = opened
        entry = LedgerEntry(at=at, event=event.event, actor_id=actor_id, subject=event.about)
        # Of all keys, only "subject" comes after "sequence".
        before, after = canonical_json(told), canonical_json({"subject": event.about})
        return cls(entry, openings, before.decode()[:-1], after.decode()[1:])

    def number(self, sequence: int) -> None:
        """Give the entry its place, and its text."""
        self.entry.sequence = sequence
        self.entry.leaf = f'{self.before},"sequence":{sequence},{self.after}'
        for opening in self.openings:
            opening.entry_id = sequence


def _hash(entries: Sequence[LedgerEntry]) -> None:
    """Give each entry its own hash and those of the subtrees that it completes."""
    leaves = [merkle.leaf_hash(entry.leaf.encode()) for entry in entries]
    first = entries[0].sequence
    done = tree.answer(lambda look_up: merkle.completed_by(first, leaves, look_up))
    for entry, leaf, subtrees in zip(entries, leaves, done, strict=True):
        entry.leaf_hash, entry.subtrees = leaf.hex(), b"".join(subtrees).hex()


def _opening(name: str, value: object) -> LedgerOpening:
    salt = secrets.token_hex(SALT)
    return LedgerOpening(name=name, salt=salt, value=canonical_json(value).decode())


def commitment(salt: str, value: str) -> str:
    """What an entry says in place of `value` (canonical JSON): SHA-256(salt ‖ value)."""
    return hashlib.sha256(bytes.fromhex(salt) + value.encode()).hexdigest()


def _take_turn(actor_id: int | None) -> None:
    """Wait until nobody else writes, with every row locked that this transaction will need.

    Foreign keys are checked, and so their rows locked, at the commit: whoever waited for one of
    these rows then, with all others waiting for the turn, might wait for one of them.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the ledger is written with its change")
    person = connection.ops.quote_name(Person._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
            f"SELECT FROM {person} WHERE id = %s FOR KEY SHARE;"
            "SELECT pg_advisory_xact_lock(%s)",
            [actor_id, _LOCK_KEY],
        )


def actor_name(actor_id: int | None) -> str:
    """How the ledger names whoever acted."""
    return "system" if actor_id is None else f"person:{actor_id}"
