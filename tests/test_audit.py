"""The ledger: gapless, free of personal data, and every tampering of its rows found."""

import hashlib
import json
import secrets
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pledges import audit
from pledges.access import SYSTEM
from pledges.core.digests import canonical_json
from pledges.models import LedgerCheckpoint, LedgerEntry, LedgerOpening
from pledges.proof.keys import pki
from pledges.proof.ledger import checkpoints, merkle, signing_key
from tests.baseline import START
from tests.keys import ORGANISATION, PASSPHRASE

pytestmark = pytest.mark.django_db


def tamper(sql):
    """Change the ledger as somebody would who may do everything in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("entry", "opening", "checkpoint"):
            cursor.execute(f"ALTER TABLE pledges_ledger{table} DISABLE TRIGGER ALL")
        cursor.execute(sql)


def add(count=1, **options):
    for number in range(count):
        audit.record(
            "pledges.exported",
            actor=SYSTEM,
            subject="test:1",
            at=START,
            facts={"count": number},
            **options,
        )


@pytest.fixture
def entries(db):
    add(5)
    return list(LedgerEntry.objects.all())


def tell(subject, **facts):
    return audit.record("pledge.prepared", actor=SYSTEM, subject=subject, at=START, facts=facts)


def test_an_entry_is_found_by_exactly_what_it_tells():
    first, second = tell("test:1", intent="a", document="b"), tell("test:1", intent="b")
    tell("test:1", intent="ab"), tell("test:2", intent="a"), tell("test:1", document="a")
    told = ["pledge.prepared"]
    assert audit.find_entry("test:1", told, intent="a") == first
    assert audit.find_entry("test:1", told, intent="b") == second
    assert audit.find_entry("test:1", told, intent="a", document="b") == first
    for facts in ({"intent": "c"}, {"intent": "a", "document": "c"}, {"person": "a"}):
        with pytest.raises(audit.LedgerBroken):
            audit.find_entry("test:1", told, **facts)
    for subject, events in (("test:3", told), ("test:1", ["pledge.signed"])):
        with pytest.raises(audit.LedgerBroken):
            audit.find_entry(subject, events, intent="a")


def test_what_is_told_twice_or_made_unreadable_is_no_entry():
    tell("test:1", intent="a"), tell("test:1", intent="a"), tell("test:2", intent="a")
    with pytest.raises(audit.LedgerBroken):
        audit.find_entry("test:1", ["pledge.prepared"], intent="a")
    for leaf in ("x", "[]", '{"facts": 1}'):
        tamper(f"UPDATE pledges_ledgerentry SET leaf = '{leaf}' WHERE subject = 'test:2'")
        with pytest.raises(audit.LedgerBroken):
            audit.find_entry("test:2", ["pledge.prepared"], intent="a")


def test_an_entry_is_looked_for_by_the_index_and_in_no_text():
    entry = tell("test:1", intent="a")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as queries:
        assert audit.find_entry("test:1", ["pledge.prepared"], intent="a") == entry
        (asked,) = queries.captured_queries
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked['sql']}")
        plan = "".join(line for (line,) in cursor.fetchall())
    # Of a small table either index will do: the planner takes now one, now the other.
    assert "Index Scan" in plan and "~~" not in plan


def notes():
    return sorted(path.name for path in settings.CHECKPOINTS_DIR.iterdir())


def test_an_honest_ledger_has_no_fault(entries):
    assert list(audit.verify()) == []
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE pledges_ledgerentry SET leaf = replace(leaf, '\"count\":2', '\"count\":3')",
        "UPDATE pledges_ledgerentry SET leaf = 'no entry' WHERE sequence = 2",
        "UPDATE pledges_ledgerentry SET event = 'pledge.signed' WHERE subject = 'test:1'",
        "UPDATE pledges_ledgerentry SET at = at + interval '1 second' WHERE subject = 'test:1'",
        "UPDATE pledges_ledgerentry SET actor_id = 1 WHERE subject = 'test:1'",
        "UPDATE pledges_ledgerentry SET leaf_hash = repeat('0', 64) WHERE subject = 'test:1'",
        "UPDATE pledges_ledgerentry SET subtrees = repeat('0', 64) WHERE sequence = 2",
        "UPDATE pledges_ledgerentry SET subtrees = '' WHERE sequence = 4",
        "DELETE FROM pledges_ledgerentry WHERE sequence = 2",
        "DELETE FROM pledges_ledgerentry WHERE sequence = 1",
    ],
)
def test_tampering_is_found(entries, sql):
    tamper(sql)
    assert list(audit.verify())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE pledges_ledgercheckpoint SET root = repeat('0', 64)",
        "UPDATE pledges_ledgercheckpoint SET size = size + 1000",
        "DELETE FROM pledges_ledgerentry WHERE sequence = (SELECT max(sequence) FROM"
        " pledges_ledgerentry)",
    ],
)
def test_what_contradicts_the_checkpoints_on_record_is_found(entries, sql):
    audit.checkpoint(START)
    assert list(audit.verify()) == []
    tamper(sql)
    assert list(audit.verify())


def test_faults_name_the_entry(entries):
    tamper("UPDATE pledges_ledgerentry SET event = 'pledge.signed' WHERE sequence = 3")
    assert list(audit.verify()) == [audit.Discrepancy(3, "contradicts its columns")]


def test_unknown_events_are_refused(db):
    with pytest.raises(audit.UnknownEvent):
        audit.record("pledge.forgotten", actor=SYSTEM, subject="test:1", at=START)


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_only_written_with_its_change():
    with pytest.raises(transaction.TransactionManagementError):
        audit.record("pledges.exported", actor=SYSTEM, subject="test:1", at=START)


@pytest.mark.django_db(transaction=True)
def test_a_checkpoint_never_covers_what_is_not_committed():
    with transaction.atomic():
        add()
        with pytest.raises(RuntimeError):
            audit.checkpoint(START)


def test_the_tree_is_that_of_the_leaves(entries):
    leaves = [leaf.encode() for leaf in LedgerEntry.objects.values_list("leaf", flat=True)]
    growing = merkle.Growing()
    for size, leaf in enumerate(leaves, start=1):
        growing.append(merkle.leaf_hash(leaf))
        assert audit.root(size) == growing.root()


def test_proofs_are_found_in_few_rows(entries, django_assert_num_queries):
    add(60)
    size = audit.size()
    root = audit.root(size)
    for entry in LedgerEntry.objects.all():
        with django_assert_num_queries(1):
            path = audit.inclusion(entry.sequence, size)
        leaf = merkle.leaf_hash(entry.leaf.encode())
        assert merkle.verify_inclusion(leaf, entry.sequence - 1, size, path, root)
    for old in range(1, size + 1):
        with django_assert_num_queries(0 if old == size else 1):
            path = audit.consistency(old, size)
        assert merkle.verify_consistency(old, size, path, audit.root(old), root)


def test_a_checkpoint_is_signed_published_and_kept(entries):
    made = audit.checkpoint(START)
    public = signing_key.public_key((settings.PKI_DIR / "ledger.pem").read_bytes())
    read = checkpoints.read(
        made.note, public_key=public, verify=lambda *said: signing_key.verify(public, *said)
    )
    assert (read.size, read.root.hex()) == (audit.size(), made.root)
    assert read.origin.endswith("/ledger")
    assert audit.root(made.size).hex() == made.root
    name = f"{made.size:012}.note"
    assert notes() == [name, "latest.note"]
    for each in (name, "latest.note"):
        assert (settings.CHECKPOINTS_DIR / each).read_text("utf-8") == made.note
    assert audit.unpublished() == 0


def test_without_growth_there_is_no_new_checkpoint(entries):
    first = audit.checkpoint(START)
    again = audit.checkpoint(START + timedelta(hours=1))
    assert (again.note, again.at) == (first.note, first.at)
    add()
    assert audit.unpublished() == 1
    assert audit.checkpoint(START).size == first.size + 1
    assert len(notes()) == 3
    assert list(audit.verify(first.note)) == []


def test_a_published_file_is_never_overwritten(entries):
    size = audit.size() + 1
    settings.CHECKPOINTS_DIR.mkdir(parents=True)
    (settings.CHECKPOINTS_DIR / f"{size:012}.note").write_text("something else")
    add()
    with pytest.raises(audit.LedgerBroken):
        audit.checkpoint(START)
    assert (settings.CHECKPOINTS_DIR / f"{size:012}.note").read_text() == "something else"
    assert not LedgerCheckpoint.objects.exists()


def test_a_row_that_was_lost_after_publishing_comes_back(entries):
    """As when the power fails between the file and the commit, or a younger backup is restored."""
    made = audit.checkpoint(START)
    tamper("DELETE FROM pledges_ledgercheckpoint")
    assert audit.checkpoint(START).note == made.note
    assert LedgerCheckpoint.objects.get().note == made.note


@pytest.mark.parametrize(
    "damage",
    [
        lambda note: note.replace("\n", "\n1", 1),
        lambda note: "",
        lambda note: "\udcff",
    ],
)
def test_a_falsified_note_outside_stops_everything(entries, damage):
    note = audit.checkpoint(START).note
    latest = settings.CHECKPOINTS_DIR / "latest.note"
    latest.unlink()
    latest.write_bytes(damage(note).encode("utf-8", "surrogateescape"))
    with pytest.raises(audit.LedgerBroken):
        audit.checkpoint(START)


def test_a_note_by_another_ledger_is_refused(entries, tmp_path):
    pki.create(tmp_path / "foreign", organisation=ORGANISATION, passphrase=b"foreign" * 9, at=START)
    key = signing_key.load((tmp_path / "foreign" / "ledger.key.pem").read_bytes(), b"foreign" * 9)
    size = audit.size()
    said = checkpoints.Checkpoint("localhost:8000/ledger", size, audit.root(size))
    public = key.public_key().public_bytes_raw()
    note = checkpoints.write(said, public_key=public, sign=key.sign)
    with pytest.raises(audit.LedgerBroken):
        audit.verify(note)


def test_notes_outlive_the_key_that_signed_them(entries, settings, tmp_path, monkeypatch):
    settings.PKI_DIR = tmp_path / "pki"
    make = {"organisation": ORGANISATION, "passphrase": PASSPHRASE.encode(), "at": START}
    pki.create(settings.PKI_DIR, **make)
    note = audit.checkpoint(START).note
    pki.renew(settings.PKI_DIR, "ledger", **make)
    add()
    newer = audit.checkpoint(START).note
    assert newer.splitlines()[-1] != note.splitlines()[-1]
    assert list(audit.verify(note)) == []
    assert list(audit.verify(newer)) == []


def test_without_a_key_nothing_is_published_and_nothing_breaks(entries, settings, tmp_path):
    settings.PKI_DIR = tmp_path / "none"
    assert not audit.has_key()
    with pytest.raises(audit.CheckpointUnavailable):
        audit.checkpoint(START)
    assert not Path(settings.CHECKPOINTS_DIR).exists()
    assert list(audit.verify()) == []


def test_a_proof_needs_nothing_but_the_root(entries):
    entry = entries[2]
    told = audit.proof(entry, audit.checkpoint(START))
    assert json.loads(told["entry"])["sequence"] == told["index"] + 1 == entry.sequence
    public = signing_key.public_key(told["certificate"].encode())
    head = checkpoints.read(
        told["checkpoint"],
        public_key=public,
        verify=lambda *said: signing_key.verify(public, *said),
    )
    path = [bytes.fromhex(each) for each in told["inclusion"]]
    leaf = merkle.leaf_hash(told["entry"].encode())
    assert merkle.verify_inclusion(leaf, told["index"], head.size, path, head.root)


def test_personal_values_enter_as_salted_commitments(db):
    signer = {"name": "李明", "department": "华东零售部"}
    entry = audit.record(
        "pledge.signed", actor=SYSTEM, subject="test:1", at=START, personal={"signer": signer}
    )
    opening = LedgerOpening.objects.get(entry=entry)
    salt = bytes.fromhex(opening.salt)
    assert len(salt) >= 16
    assert json.loads(opening.value) == signer
    expected = hashlib.sha256(salt + canonical_json(signer)).hexdigest()
    assert json.loads(entry.leaf)["commitments"] == {"signer": expected}
    again = audit.record(
        "pledge.signed", actor=SYSTEM, subject="test:1", at=START, personal={"signer": signer}
    )
    assert expected not in again.leaf


EVENTS_TOLD = st.builds(
    audit.Event,
    st.sampled_from(["pledge.opened", "pledge.signed", "person.changed"]),
    st.sampled_from(["pledge:1", "person:22", "test:1"]),
    st.dictionaries(st.text(max_size=4), st.integers(-9, 9**9) | st.text(max_size=9), max_size=3),
    st.dictionaries(st.sampled_from(["signer", "reply"]), st.text(max_size=9), max_size=2),
)


def written(add_them):
    """The rows that `add_them` writes; afterwards they are gone again."""
    salts, turns = (f"{number:064x}" for number in range(10_000)), []

    def note(execute, sql, *rest):
        turns.extend(["turn"] if "advisory" in sql else [])
        return execute(sql, *rest)

    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_hex", lambda _size: next(salts))
        with connection.execute_wrapper(note):
            add_them()
        assert list(audit.verify()) == []
        rows = list(LedgerEntry.objects.order_by("sequence").values())
        fields = ("entry_id", "name", "salt", "value")
        openings = list(LedgerOpening.objects.order_by("pk").values(*fields))
        transaction.set_rollback(True)
    return rows, openings, len(turns)


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(EVENTS_TOLD, max_size=6), max_size=4))
def test_many_at_once_are_the_same_entries_as_one_by_one(chenjing, groups):
    who = {"actor": chenjing, "at": START}

    def one_by_one():
        for each in chain.from_iterable(groups):
            told = {"subject": each.subject, "facts": each.facts, "personal": each.personal}
            audit.record(each.event, **told, **who)

    def together():
        for group in groups:
            audit.record_many(group, **who)

    *alone, turns = written(one_by_one)
    *many, fewer = written(together)
    assert alone == many
    for row in many[0]:
        assert canonical_json(json.loads(row["leaf"])).decode() == row["leaf"]
    assert (turns, fewer) == (sum(map(len, groups)), sum(map(bool, groups)))


def test_of_many_events_one_unknown_leaves_no_entry(entries):
    told = [audit.Event("pledge.opened", "test:1"), audit.Event("pledge.forgotten", "test:1")]
    with pytest.raises(audit.UnknownEvent):
        audit.record_many(told, actor=SYSTEM, at=START)
    assert audit.size() == len(entries)


def test_an_entry_without_personal_values_has_no_commitments(entries):
    assert all("commitments" not in json.loads(entry.leaf) for entry in entries)


def test_erasing_openings_leaves_every_proof_valid(accepted):
    accepted()
    note = audit.checkpoint(START).note
    assert LedgerOpening.objects.exists()
    LedgerOpening.objects.all().delete()
    assert list(audit.verify(note)) == []


@pytest.mark.parametrize(
    "change", ['value = \'{"name":"王芳"}\'', "salt = repeat('0', 64)", "name = 'other'"]
)
def test_an_altered_opening_is_found(accepted, change):
    accepted()
    victim = LedgerOpening.objects.first()
    tamper(f"UPDATE pledges_ledgeropening SET {change} WHERE id = {victim.pk}")
    assert list(audit.verify()) == [audit.Discrepancy(victim.entry_id, "opening altered")]


def test_no_personal_data_in_any_entry(accepted):
    accepted()
    leaves = "".join(LedgerEntry.objects.values_list("leaf", flat=True))
    notes = "".join(LedgerCheckpoint.objects.values_list("note", flat=True))
    for secret in ("李明", "liming", "E1001", "陈静", "华东", "021-5555"):
        assert secret not in leaves
        assert secret not in notes
    kept = LedgerOpening.objects.values_list("value", flat=True)
    assert any("李明" in value for value in kept)
    for opening in LedgerOpening.objects.all():
        # Nor what somebody with a list of names could compute.
        assert hashlib.sha256(opening.value.encode()).hexdigest() not in leaves
        assert json.loads(opening.value) not in leaves if len(opening.value) == 66 else True
