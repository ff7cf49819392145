"""The only writer of the ledger: gapless, a leaf of the hash tree each, free of personal data."""

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection, models, transaction

from pledges.audit import tree
from pledges.core import lifecycle, papers
from pledges.core.digests import canonical_json
from pledges.core.refusals import LedgerBroken
from pledges.models import LedgerEntry, LedgerOpening, Person
from pledges.proof.ledger import merkle

EVENTS: Final = (
    lifecycle.events()
    | papers.events()
    | {
        "version.imported",
        "version.drafted",
        "version.changed",
        "pledge.opened",
        "pledge.assigned",
        "pledge.prepared",
        "pledge.read",
        "document.renewed",
        "files.removed",
        "acceptance.begun",
        "ledger.restored",
        "pledges.exported",
        "commitments.exported",
        "person.created",
        "person.changed",
        "person.invited",
        "record.reported",
        "invitation.withdrawn",
        "invitation.used",
        "password.set",
        "password.chosen",
        "sessions.ended",
        "template.retention_set",
        "department.changed",
        "organisation.changed",
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
        "enrolment.confirmed",
        "factors.removed",
    }
)
SALT: Final = 32  # bytes
# Any fixed number will do: every writer of the ledger takes the same lock.
_LOCK_KEY: Final = 0x5E_C0_1E_D6


class UnknownEvent(ValueError):
    """The event is not in the ledger's closed vocabulary."""


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
    personal: Mapping[str, object] | None = None,
) -> LedgerEntry:
    """Append one event; must run inside the transaction whose change it tells of.

    `facts` may hold digests, counts, codes and keys, never names or other personal data, nor a
    digest of them that could be guessed. What is `personal` enters as salted commitments; what
    opens them is kept beside the ledger, and can be erased.
    """
    if event not in EVENTS:
        raise UnknownEvent(event)
    openings = [_opening(name, value) for name, value in (personal or {}).items()]
    actor_id = getattr(actor, "pk", None)
    _take_turn(actor_id)
    sequence = tree.size() + 1
    name = subject if isinstance(subject, str) else subject_of(subject)
    told: dict[str, object] = {
        "sequence": sequence,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "event": event,
        "actor": actor_name(actor_id),
        "subject": name,
        "facts": dict(facts or {}),
    }
    if openings:
        told["commitments"] = {each.name: commitment(each.salt, each.value) for each in openings}
    entry = _append(sequence, canonical_json(told), at, event, actor_id, name)
    for each in openings:
        each.entry = entry
    LedgerOpening.objects.bulk_create(openings)
    return entry


def _append(
    sequence: int, leaf: bytes, at: datetime, event: str, actor_id: int | None, subject: str
) -> LedgerEntry:
    hashed = merkle.leaf_hash(leaf)
    done = tree.answer(lambda look_up: merkle.completed(sequence, hashed, look_up))
    return LedgerEntry.objects.create(
        sequence=sequence,
        at=at,
        event=event,
        actor_id=actor_id,
        subject=subject,
        leaf=leaf.decode(),
        leaf_hash=hashed.hex(),
        subtrees=b"".join(done).hex(),
    )


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


def trail(*subjects: models.Model | str) -> models.QuerySet[LedgerEntry]:
    """The entries about any of `subjects`, oldest first."""
    names = [item if isinstance(item, str) else subject_of(item) for item in subjects]
    return LedgerEntry.objects.filter(subject__in=names).order_by("sequence")


def find_entry(subject: models.Model | str, events: Collection[str], **facts: str) -> LedgerEntry:
    """The one entry about `subject`, of one of `events`, that tells `facts` among other things.

    It is found by its subject, which is indexed and has a handful of entries, and told from those
    by what the hashed text itself says, read as the JSON that it is. No other row keeps its
    number: that row could be changed, and the text cannot. Raises LedgerBroken.
    """
    about = trail(subject).filter(event__in=events)
    found = [entry for entry in about if facts.items() <= facts_of(entry).items()]
    if len(found) != 1:
        raise LedgerBroken(f"{len(found)} entries about {subject} say {facts}")
    return found[0]


def facts_of(entry: LedgerEntry) -> dict[str, Any]:
    """The facts in an entry's text; none where somebody made it unreadable."""
    try:
        return dict(json.loads(entry.leaf)["facts"])
    except (ValueError, KeyError, TypeError):
        return {}
