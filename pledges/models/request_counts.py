"""How often strangers asked: counted in the database, so by all processes and machines together."""

from django.db import connection, models

# The database's clock, for machines' clocks differ: each would begin the other's minute anew.
COUNT = """
INSERT INTO pledges_requestcount AS known (key, minute, count)
VALUES (%s, date_trunc('minute', now()), 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN known.minute = EXCLUDED.minute THEN known.count + 1 ELSE 1 END,
    minute = EXCLUDED.minute
RETURNING count
"""
FORGET = "DELETE FROM pledges_requestcount WHERE minute < date_trunc('minute', now())"


class RequestCountManager(models.Manager["RequestCount"]):
    """Counts in single statements: two requests at once are two, and nobody waits for a lock."""

    def count_one(self, key: str) -> int:
        """Count a request under `key`; gives how many there were in this minute."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [key])
            count: int = cursor.fetchone()[0]
            return count

    def forget_earlier_minutes(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(FORGET)


class RequestCount(models.Model):
    """How many requests there were under `key` in the minute that began at `minute`."""

    key = models.CharField(max_length=80, primary_key=True)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField()

    objects = RequestCountManager()

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
