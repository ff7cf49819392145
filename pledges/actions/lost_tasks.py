"""Tasks that died with their worker: the queue holds them for running, and nobody would begin them.

Whoever queues a task must bear that it is done twice: a worker may die after it, and before it
could say so.
"""

from datetime import datetime

from django_tasks_db.models import DBTaskResult

from pledges.models import BackgroundWorker
from pledges.models.housekeeping import SEEN_WITHIN

# A task under which so many workers died is left as it is.
MAX_WORKERS = 3


def requeue(at: datetime) -> int:
    """Queue again what was begun long ago by a worker that is not seen any more."""
    long_ago = at - SEEN_WITHIN
    alive = set(BackgroundWorker.objects.filter(seen_at__gt=long_ago).values_list("pk", flat=True))
    lost = 0
    for task in DBTaskResult.objects.filter(status="RUNNING", started_at__lte=long_ago):
        if len(task.worker_ids) < MAX_WORKERS and alive.isdisjoint(task.worker_ids[-1:]):
            same = DBTaskResult.objects.filter(
                pk=task.pk, status="RUNNING", started_at=task.started_at
            )
            lost += same.update(status="READY", started_at=None)
    return lost
