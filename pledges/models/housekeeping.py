"""What the background workers say of themselves, and when each chore was last done."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

# A worker that said nothing for so long is taken for dead. It speaks between two tasks, and a slice
# of a bulk acceptance with a slow timestamp authority takes minutes.
SEEN_WITHIN = timedelta(minutes=15)


class ChoreRun(models.Model):
    """When a chore is due and when it was last done, by the database's clock.

    Until its first success, `succeeded_at` is since when the chore is known.
    """

    name = models.CharField(max_length=40, primary_key=True)
    due_at = models.DateTimeField(db_default=Now())
    succeeded_at = models.DateTimeField(db_default=Now())
    failed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class BackgroundWorker(models.Model):
    """A background worker that runs, when it last said so, and whether its keys can seal."""

    name = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())
    can_seal = models.BooleanField()

    def __str__(self) -> str:
        return self.name
