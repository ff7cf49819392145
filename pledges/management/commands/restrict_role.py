"""`manage.py restrict_role`: let the site work under a role that can only add to the ledger."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg2 import sql

from pledges.models import LedgerCheckpoint, LedgerEntry

ONLY_ADDED_TO = (LedgerEntry._meta.db_table, LedgerCheckpoint._meta.db_table)
ONLY_READ = ("django_migrations",)
# Everything that the site does to its tables; what is not named here is not granted.
GRANTS = """
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role};
REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;
REVOKE ALL ON SCHEMA {schema} FROM {role};
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
REVOKE UPDATE, DELETE ON {added} FROM {role};
REVOKE INSERT, UPDATE, DELETE ON {read} FROM {role};
"""
# Rights that reach a role through others: as a superuser, as a member of a table's owner or of a
# group, or because they were granted to everybody.
REMAINING = """
SELECT right_ FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS right_,
    unnest(%s::text[]) AS table_
WHERE has_table_privilege(%s, table_, right_)
"""


class Command(BaseCommand):
    help = (
        "Grant an existing database role what the site needs, and on the ledger and its "
        "checkpoints only INSERT and SELECT. Run as the owner of the tables, after each migrate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="the role that the site connects as from now on")

    @transaction.atomic
    def handle(self, *args: Any, role: str, **options: Any) -> None:
        with connection.cursor() as cursor:
            _require_fit(cursor, role)
            names = {
                "role": sql.Identifier(role),
                "schema": sql.Identifier(_schema(cursor)),
                "added": _tables(ONLY_ADDED_TO),
                "read": _tables(ONLY_READ),
            }
            cursor.execute(sql.SQL(GRANTS).format(**names))
            cursor.execute(REMAINING, [list(ONLY_ADDED_TO), role])
            if remaining := sorted({right for (right,) in cursor.fetchall()}):
                raise CommandError(
                    f"The role {role} still has {', '.join(remaining)} on the ledger, through "
                    "another role or a grant to everybody. Nothing was changed."
                )
        self.stdout.write(f"The role {role} can read the ledger and add to it, nothing else.")


def _require_fit(cursor: Any, role: str) -> None:
    cursor.execute("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = %s", [role])
    found = cursor.fetchone()
    if found is None:
        raise CommandError(f"There is no role {role}: CREATE ROLE … LOGIN PASSWORD …, then again.")
    if any(found):
        raise CommandError(f"The role {role} may do everything, or make itself one that may.")
    cursor.execute(
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema()"
        " AND pg_has_role(%s, tableowner, 'MEMBER') LIMIT 1",
        [role],
    )
    if cursor.fetchone():
        raise CommandError(
            f"The role {role} owns tables, or is a member of their owner: it could switch the "
            "guards off. Take another role for the site, and keep this one for migrate."
        )


def _schema(cursor: Any) -> str:
    cursor.execute("SELECT current_schema()")
    return str(cursor.fetchone()[0])


def _tables(names: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
