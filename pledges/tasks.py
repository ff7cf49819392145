"""Background work, as the worker starts it: each task takes the time and calls one action."""

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from pledges.actions import batches


@task()
def accept_slice(batch: int, turn: int) -> None:
    """One turn of an acceptance of many."""
    batches.work(batch, turn, clock=timezone.now, queue=queue_acceptance)


def queue_acceptance(batch: int, turn: int, not_before: datetime | None = None) -> None:
    """Queue one turn of a batch, in the caller's transaction."""
    accept_slice.using(run_after=not_before).enqueue(batch, turn)
