"""Pledge numbers: sequential in each year, given once, never used again."""

from datetime import datetime

from django.db import connection

from pledges.models import Organisation, SerialCounter


def next_number(at: datetime) -> str:
    """The next number of the year that `at` falls in by the organisation's calendar.

    The counter's row is locked until the caller's transaction ends, so numbers have no gaps
    among committed pledges and two pledges never get the same one.
    """
    organisation = Organisation.current()
    year = organisation.localdate(at).year
    table = connection.ops.quote_name(SerialCounter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (year, last) VALUES (%s, 1) "
            f"ON CONFLICT (year) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [year],
        )
        (last,) = cursor.fetchone()
    return f"{organisation.number_prefix}-{year}-{last:06d}"
