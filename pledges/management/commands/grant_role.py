"""`manage.py grant_role ROLE`: what the running site needs in the database, and not more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.backends.postgresql.psycopg_any import sql
from django.db.backends.utils import CursorWrapper

from pledges import transactions
from pledges.models import LedgerCheckpoint, LedgerEntry, LedgerOpening

# Everything else may be read and written; the triggers say what of it may change.
USUAL = "SELECT, INSERT, UPDATE, DELETE"
NARROWER = {
    LedgerEntry._meta.db_table: "SELECT, INSERT",
    LedgerCheckpoint._meta.db_table: "SELECT, INSERT",
    # What opens a commitment can be erased.
    LedgerOpening._meta.db_table: "SELECT, INSERT, DELETE",
    "django_migrations": "SELECT",
}


class Command(BaseCommand):
    help = (
        "Give an existing PostgreSQL role what web server, workers and commands need; of the "
        "ledger, to read and to append. To be run by the owner of the tables, after each migrate."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role")

    def handle(self, **options: Any) -> None:
        role = options["role"]
        count = _grant_all(role)
        self.stdout.write(
            f"{role} may read and write {count} tables; of the ledger it may read and append."
        )


@transactions.atomic
def _grant_all(role: str) -> int:
    with connection.cursor() as cursor:
        _require_ownership(cursor)
        _require_mere_role(cursor, role)
        count = _grant(cursor, role)
        _require_nothing_inherited(cursor, role)
    return count


def _grant(cursor: CursorWrapper, role: str) -> int:
    schema, tables = _schema(cursor), _tables(cursor)
    _run(cursor, "REVOKE ALL ON SCHEMA {} FROM {}", schema, role)
    _run(cursor, "GRANT USAGE ON SCHEMA {} TO {}", schema, role)
    _run(cursor, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}", schema, role)
    for table in tables:
        # What everybody may, the role may too.
        _run(cursor, "REVOKE ALL ON {} FROM PUBLIC", table)
        _run(cursor, "REVOKE ALL ON {} FROM {}", table, role)
        _run(cursor, f"GRANT {NARROWER.get(table, USUAL)} ON {{}} TO {{}}", table, role)
    return len(tables)


def _require_ownership(cursor: CursorWrapper) -> None:
    """For others PostgreSQL grants nothing and calls that a warning."""
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        " AND NOT pg_has_role(tableowner, 'USAGE') ORDER BY tablename LIMIT 1"
    )
    foreign = cursor.fetchone()
    if foreign is not None:
        raise CommandError(f"Only the owner of {foreign[0]} can grant; nothing was granted.")


def _require_mere_role(cursor: CursorWrapper, role: str) -> None:
    """Whoever owns a table can switch its triggers off: privileges would be for show."""
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
    found = cursor.fetchone()
    if found is None:
        raise CommandError(f"There is no role {role}: createuser {role} makes it.")
    if found[0]:
        raise CommandError(f"{role} is a superuser and may do everything; choose another role.")
    cursor.execute(
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = current_schema()"
        " AND pg_has_role(%s, tableowner, 'MEMBER')",
        [role],
    )
    owner = cursor.fetchone()
    if owner is not None:
        raise CommandError(
            f"{role} owns tables, or belongs to {owner[0]} who does, and could switch their guards "
            "off: let another role own the database and migrate it."
        )


def _require_nothing_inherited(cursor: CursorWrapper, role: str) -> None:
    """What a group may, its members may: taking a right from the role alone would be for show."""
    cursor.execute(
        "SELECT DISTINCT right_ FROM unnest(%s) AS table_,"
        " unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS right_, pg_roles"
        " WHERE pg_has_role(%s, oid, 'MEMBER') AND has_table_privilege(oid, table_, right_)"
        " ORDER BY right_",
        [[LedgerEntry._meta.db_table, LedgerCheckpoint._meta.db_table], role],
    )
    if inherited := [right for (right,) in cursor.fetchall()]:
        raise CommandError(
            f"{role} belongs to a role that may {', '.join(inherited)} on the ledger; nothing was "
            "granted. Take it out of that role first."
        )


def _schema(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT current_schema()")
    return str(cursor.fetchone()[0])


def _tables(cursor: CursorWrapper) -> list[str]:
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    )
    return [name for (name,) in cursor.fetchall()]


def _run(cursor: CursorWrapper, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
