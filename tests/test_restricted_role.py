"""The site under a database role that may add to the ledger, and never take away from it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from pledges import audit
from pledges.models import LedgerCheckpoint, LedgerEntry, LedgerOpening

pytestmark = pytest.mark.django_db

ROLE = "shounuo_site"
TABLES = ("pledges_ledgerentry", "pledges_ledgercheckpoint")


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def restrict(role=ROLE):
    out = StringIO()
    call_command("restrict_role", role, stdout=out)
    return out.getvalue()


@pytest.fixture
def role():
    """A role as an operator makes it; it goes with the transaction of the test."""
    run(f"CREATE ROLE {ROLE} LOGIN")
    return ROLE


@pytest.fixture
def restricted(role):
    """From here on the test is that role."""
    restrict()
    run(f"SET LOCAL ROLE {role}")


def test_everything_still_works_under_it(restricted, accepted, now):
    pledge = accepted()
    assert pledge.status == "accepted"
    audit.checkpoint(now)
    assert LedgerCheckpoint.objects.exists()
    assert list(audit.verify(audit.published())) == []
    # Erasing is the one thing that takes something away, and it leaves every proof valid.
    LedgerOpening.objects.filter(entry__subject=audit.subject_of(pledge)).delete()
    assert list(audit.verify(audit.published())) == []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {table} SET at = now()",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
        "ALTER TABLE {table} DISABLE TRIGGER USER",
        "DROP TRIGGER written_once ON {table}",
        "DROP TABLE {table} CASCADE",
        "CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION shounuo_refuse()",
        "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
        "SET session_replication_role = replica",
        "GRANT UPDATE ON {table} TO " + ROLE + "; UPDATE {table} SET at = now()",
        "CREATE TABLE mine (); SELECT 1",
    ],
)
def test_the_ledger_is_closed_to_it(accepted, now, role, table, sql):
    accepted()
    audit.checkpoint(now)
    restrict()
    run(f"SET LOCAL ROLE {role}")
    before = (LedgerEntry.objects.count(), LedgerCheckpoint.objects.count())
    # The right itself is missing; the triggers, which would raise another error, are not reached.
    denied = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with denied, transaction.atomic():
        run(sql.format(table=table))
    assert (LedgerEntry.objects.count(), LedgerCheckpoint.objects.count()) == before


def test_rights_granted_before_are_taken_back(role):
    run(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
    restrict()
    run(f"SET LOCAL ROLE {role}")
    with pytest.raises(ProgrammingError, match="permission denied"):
        run("DELETE FROM pledges_ledgerentry")


def test_it_can_be_run_again(role):
    assert ROLE in restrict() and ROLE in restrict()


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ((), "no role"),
        ((f"CREATE ROLE {ROLE} SUPERUSER",), "everything"),
        ((f"CREATE ROLE {ROLE} CREATEROLE",), "everything"),
        ((f"CREATE ROLE {ROLE}", f"GRANT shounuo TO {ROLE}"), "member of their owner"),
        (
            (
                f"CREATE ROLE {ROLE}",
                "CREATE ROLE shounuo_group",
                "GRANT DELETE ON pledges_ledgerentry TO shounuo_group",
                f"GRANT shounuo_group TO {ROLE}",
            ),
            "still has DELETE",
        ),
        ((f"CREATE ROLE {ROLE}", "GRANT UPDATE ON pledges_ledgerentry TO PUBLIC"), "still has UP"),
    ],
)
def test_a_role_that_could_do_more_is_refused(statements, said):
    run(*statements)
    with pytest.raises(CommandError, match=said):
        restrict()
