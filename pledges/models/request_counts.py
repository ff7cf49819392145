"""How often something was asked or tried: counted in the database, so by all processes together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, models
from django.db.models.functions import Least, Now

# The database's clock, for machines' clocks differ: each would begin the other's window anew.
# Several keys are locked in the order in which they are given, so that nobody waits in a circle.
COUNT = """
INSERT INTO pledges_requestcount AS known (key, until, count)
SELECT key, now() + make_interval(secs => seconds), 1
FROM unnest(%s::text[], %s::float8[]) WITH ORDINALITY AS asked (key, seconds, place) ORDER BY place
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN known.until > now() THEN known.count + 1 ELSE 1 END,
    until = CASE WHEN known.until > now() THEN known.until ELSE EXCLUDED.until END
RETURNING key, count, until - now()
"""
TAKE_BACK = """
INSERT INTO pledges_requestcount AS known (key, until, count)
SELECT key, now(), 0
FROM unnest(%s::text[]) WITH ORDINALITY AS asked (key, place) ORDER BY place
ON CONFLICT (key) DO UPDATE SET count = GREATEST(known.count - 1, 0)
"""


class Counted(NamedTuple):
    """How many there were by now, this one among them, and when the count begins anew."""

    number: int
    left: timedelta


class RequestCountManager(models.Manager["RequestCount"]):
    """Counts in single statements: two requests at once are two, and nobody waits for a lock."""

    def count_each(self, windows: Mapping[str, timedelta]) -> dict[str, Counted]:
        """Count one under each key; the first under a key opens a window of the length beside it.

        Who counts several keys at once names them in one order, always the same.
        """
        seconds = [within.total_seconds() for within in windows.values()]
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [list(windows), seconds])
            return {key: Counted(*found) for key, *found in cursor.fetchall()}

    def count_one(self, key: str, within: timedelta) -> Counted:
        return self.count_each({key: within})[key]

    def is_first(self, key: str, within: timedelta) -> bool:
        """Count one under `key`; whether it is the only one so far."""
        return self.count_one(key, within).number == 1

    def is_counted(self, key: str) -> bool:
        """Whether there was one under `key` whose window is still open."""
        return self.filter(key=key, until__gt=Now()).exists()

    def take_back(self, *keys: str) -> None:
        """What was counted under these keys last shall not count."""
        with connection.cursor() as cursor:
            cursor.execute(TAKE_BACK, [list(keys)])

    def forget(self, key: str) -> None:
        """Begin anew with `key`, and with every key that begins with it as a whole word."""
        # In the order in which they are counted.
        self.filter(key__startswith=f"{key} ").delete()
        self.filter(key=key).delete()

    def forget_closed(self, at: datetime) -> int:
        """Remove the counts whose window has closed by `at`, and by the database's own clock."""
        return self.filter(until__lte=Least(at, Now())).delete()[0]


class RequestCount(models.Model):
    """How many there were under `key` since a window opened that closes at `until`."""

    key = models.CharField(max_length=100, primary_key=True)
    until = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    objects = RequestCountManager()

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
