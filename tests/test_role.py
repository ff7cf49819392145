"""The site's own role in the database: enough for every use case, and never for the past."""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from pledges import audit
from pledges.models import LedgerOpening
from tests.baseline import START

pytestmark = pytest.mark.django_db

ROLE = 'the "site" role'  # a name that has to be quoted


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def role(db):
    quoted = connection.ops.quote_name(ROLE.replace('"', '""'))
    run(f"CREATE ROLE {quoted}")
    return quoted


@pytest.fixture
def granted(role):
    call_command("grant_role", ROLE, stdout=StringIO())
    return role


@contextmanager
def acting_as(role):
    run(f"SET ROLE {role}")
    try:
        yield
    finally:
        run("RESET ROLE")


def denied(statement):
    refusal = r"permission denied|must be owner"
    with pytest.raises(ProgrammingError, match=refusal), transaction.atomic():
        run(statement)


def test_a_pledge_goes_its_whole_way_under_the_role(granted, accepted, client, liming):
    with acting_as(granted):
        pledge = accepted()
        assert pledge.status == "accepted"
        assert list(audit.verify(audit.checkpoint(START).note)) == []
        client.force_login(liming)
        assert client.get("/healthz").status_code == 200
        assert client.get("/").status_code in (200, 302)


@pytest.mark.parametrize("table", ["pledges_ledgerentry", "pledges_ledgercheckpoint"])
def test_the_past_is_out_of_its_reach(granted, accepted, table):
    accepted()
    run("SET CONSTRAINTS ALL IMMEDIATE")
    column = "root" if table.endswith("checkpoint") else "leaf"
    with acting_as(granted):
        denied(f"UPDATE {table} SET {column} = {column}")
        denied(f"DELETE FROM {table}")
        denied(f"TRUNCATE {table} CASCADE")
        denied(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        denied(f"DROP TABLE {table} CASCADE")
        denied("SET session_replication_role = replica")
        denied("CREATE TABLE mine (x int)")


def test_openings_may_be_erased_under_the_role(granted, accepted):
    accepted()
    with acting_as(granted):
        denied("UPDATE pledges_ledgeropening SET value = ''")
        LedgerOpening.objects.all().delete()
    assert not LedgerOpening.objects.exists()


def test_it_may_not_pretend_migrations(granted):
    with acting_as(granted):
        denied("DELETE FROM django_migrations")


def test_granting_again_takes_back_what_was_given_besides(granted):
    run(f"GRANT ALL ON pledges_ledgerentry TO {granted}")
    run("GRANT DELETE ON pledges_ledgerentry TO PUBLIC")
    call_command("grant_role", ROLE, stdout=StringIO())
    with acting_as(granted):
        denied("DELETE FROM pledges_ledgerentry")


def test_a_role_that_does_not_exist_is_named(db):
    with pytest.raises(CommandError, match="no role nobody-there"):
        call_command("grant_role", "nobody-there")


def test_a_role_that_could_switch_the_guards_off_is_refused(role):
    run(f"ALTER ROLE {role} SUPERUSER")
    with pytest.raises(CommandError, match="superuser"):
        call_command("grant_role", ROLE)
    run(f"ALTER ROLE {role} NOSUPERUSER")
    run("CREATE ROLE table_owner")
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE pledges_requestcount OWNER TO table_owner")
    run(f"GRANT table_owner TO {role}")
    with pytest.raises(CommandError, match="table_owner"):
        call_command("grant_role", ROLE)


@pytest.mark.parametrize("inheriting", ["INHERIT", "NOINHERIT"])
def test_a_role_that_belongs_to_one_with_more_rights_is_refused(role, inheriting):
    run("CREATE ROLE operators")
    run("GRANT DELETE ON pledges_ledgerentry TO operators")
    run(f"ALTER ROLE {role} {inheriting}")
    run(f"GRANT operators TO {role}")
    with pytest.raises(CommandError, match="may DELETE on the ledger"):
        call_command("grant_role", ROLE)


def test_only_the_owner_can_grant(granted):
    with acting_as(granted), pytest.raises(CommandError, match="nothing was granted"):
        call_command("grant_role", ROLE)
