"""The ledger: gapless, chained, and every tampering of its rows found."""

import pytest
from django.db import connection, transaction

from pledges import audit
from pledges.access import SYSTEM
from pledges.models import LedgerEntry
from tests.baseline import START

pytestmark = pytest.mark.django_db


def tamper(sql):
    """Change the ledger as somebody would who may do everything in the database."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pledges_ledgerentry DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def entries(db):
    for count in range(5):
        audit.record(
            "pledges.exported", actor=SYSTEM, subject="test:1", at=START, facts={"count": count}
        )
    return list(LedgerEntry.objects.all())


def test_an_honest_ledger_has_no_fault(entries):
    assert list(audit.verify()) == []
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE pledges_ledgerentry SET leaf = replace(leaf, '\"count\":2', '\"count\":3')",
        "UPDATE pledges_ledgerentry SET event = 'pledge.signed' WHERE subject = 'test:1'",
        "UPDATE pledges_ledgerentry SET at = at + interval '1 second' WHERE subject = 'test:1'",
        "UPDATE pledges_ledgerentry SET actor_id = 1 WHERE subject = 'test:1'",
        "UPDATE pledges_ledgerentry SET leaf_hash = repeat('0', 64) WHERE subject = 'test:1'",
        "DELETE FROM pledges_ledgerentry WHERE sequence = 2",
        "DELETE FROM pledges_ledgerentry WHERE sequence = 1",
    ],
)
def test_tampering_is_found(entries, sql):
    tamper(sql)
    assert list(audit.verify())


def test_unknown_events_are_refused(db):
    with pytest.raises(audit.UnknownEvent):
        audit.record("pledge.forgotten", actor=SYSTEM, subject="test:1", at=START)


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_only_written_with_its_change():
    with pytest.raises(transaction.TransactionManagementError):
        audit.record("pledges.exported", actor=SYSTEM, subject="test:1", at=START)


def test_no_personal_data_in_any_entry(accepted):
    accepted()
    leaves = "".join(LedgerEntry.objects.values_list("leaf", flat=True))
    for secret in ("李明", "liming", "E1001", "陈静", "华东", "021-5555"):
        assert secret not in leaves
