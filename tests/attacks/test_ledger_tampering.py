"""Seven ways to falsify the ledger, a hundred of each, by somebody who may do everything in the
database and knows how it works: all found from the last checkpoint outside of it alone.

The falsifier drops the triggers, recomputes every hash and removes the checkpoints that the
database remembers, so that the ledger agrees with itself in every way: each test sees that first.
`pytest -s` prints the counts.
"""

import json
import random
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from pledges import audit
from pledges.access import SYSTEM
from pledges.core.digests import canonical_json
from pledges.core.refusals import LedgerBroken
from pledges.models import LedgerCheckpoint, LedgerEntry, LedgerOpening
from pledges.proof.ledger import merkle
from tests.baseline import START

pytestmark = pytest.mark.django_db

ENTRIES = 40
EACH = 100
TABLES = ("pledges_ledgerentry", "pledges_ledgeropening", "pledges_ledgercheckpoint")
EVENTS = ("pledge.opened", "pledge.prepared", "pledge.signed", "pledge.accepted")


def happen(count, begin=0):
    """So many honest entries, some of them with personal data behind a commitment."""
    for number in range(begin, begin + count):
        audit.record(
            EVENTS[number % len(EVENTS)],
            actor=SYSTEM,
            subject=f"pledge:{number // len(EVENTS)}",
            at=START + timedelta(minutes=number),
            facts={"document": f"{number:064x}"},
            personal={"signer": {"name": "李明"}} if number % 3 == 0 else None,
        )


@pytest.fixture
def note():
    """The one thing that the falsifier cannot reach; a few entries are younger than it."""
    happen(ENTRIES)
    text = audit.checkpoint(START).note
    happen(3, begin=ENTRIES)
    assert list(audit.verify(text)) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    return text


def edit(told, known, chance):
    victim = told[chance.randrange(known)]
    change = chance.choice(("event", "subject", "facts", "at", "actor"))
    victim[change] = {
        "event": "pledge.revoked",
        "subject": "pledge:77",
        "facts": {"document": "f" * 64},
        "at": (datetime.fromisoformat(victim["at"]) - timedelta(seconds=1)).isoformat(
            timespec="microseconds"
        ),
        "actor": "person:7",
    }[change]
    return told


def delete(told, known, chance):
    del told[chance.randrange(known)]
    return told


def insert(told, known, chance):
    forged = {**told[chance.randrange(known)], "subject": "pledge:77"}
    told.insert(chance.randrange(known), forged)
    return told


def swap(told, known, chance):
    one, other = chance.sample(range(known), 2)
    told[one], told[other] = told[other], told[one]
    return told


def cut(told, known, chance):
    return told[: chance.randrange(known)]


def rewrite(told, known, chance):
    later = timedelta(seconds=chance.randrange(1, 86400))
    for each in told:
        moved = datetime.fromisoformat(each["at"]) + later
        each["at"] = moved.isoformat(timespec="microseconds")
    return told


def restore(told, known, chance):
    """An old backup, upon which the site then went on working, perhaps for longer than before."""
    kept = told[: chance.randrange(known)]
    since = chance.randrange(2 * ENTRIES)
    news = [{**told[0], "subject": f"pledge:{1000 + number}"} for number in range(since)]
    return kept + news


def falsify(told):
    """Put `told` in the place of the ledger, every hash and column in its own right."""
    tree, rows = merkle.Growing(), []
    for sequence, each in enumerate(told, start=1):
        leaf = canonical_json({**each, "sequence": sequence})
        hashed = merkle.leaf_hash(leaf)
        actor = each["actor"].removeprefix("person:")
        rows.append(
            LedgerEntry(
                sequence=sequence,
                at=datetime.fromisoformat(each["at"]),
                event=each["event"],
                actor_id=None if actor == "system" else int(actor),
                subject=each["subject"],
                leaf=leaf.decode(),
                leaf_hash=hashed.hex(),
                subtrees=b"".join(tree.append(hashed)).hex(),
            )
        )
    for model in (LedgerOpening, LedgerCheckpoint, LedgerEntry):
        model.objects.all()._raw_delete("default")
    LedgerEntry.objects.bulk_create(rows)


def noticed(note):
    try:
        audit.checkpoint(START)
    except LedgerBroken:
        return bool(list(audit.verify(note)))
    return False


@pytest.mark.parametrize(
    "attack", [edit, delete, insert, swap, cut, rewrite, restore], ids=lambda each: each.__name__
)
def test_every_falsification_is_found_from_the_last_note(note, attack):
    honest = [
        json.loads(leaf)
        for leaf in LedgerEntry.objects.order_by("sequence").values_list("leaf", flat=True)
    ]
    known = len(honest) - 3
    found = 0
    for seed in range(EACH):
        before = transaction.savepoint()
        chance = random.Random(f"{attack.__name__} {seed}")
        falsify(attack([dict(each) for each in honest], known, chance))
        assert list(audit.verify()) == []
        found += noticed(note)
        transaction.savepoint_rollback(before)
    print(f"\nledger, {attack.__name__}: {found} of {EACH} found")
    assert found == EACH
    assert list(audit.verify(note)) == []


def test_the_same_data_falsified_into_itself_is_no_fault(note):
    """The falsifier of these tests is right: what changes nothing is not found."""
    told = [
        json.loads(leaf)
        for leaf in LedgerEntry.objects.order_by("sequence").values_list("leaf", flat=True)
    ]
    falsify(told)
    assert not noticed(note)
    assert list(audit.verify(note)) == []
