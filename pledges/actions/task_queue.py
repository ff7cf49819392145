"""What waits in the queue of the background workers: asked before it is queued once more."""

from collections.abc import Collection
from typing import Any

from django_tasks_db.models import DBTaskResult


def is_queued(task: Any, key: int | str) -> bool:
    """Whether `task` waits to be run for `key`, its first argument as JSON has it.

    What a worker is at, or died at, waits no longer.
    """
    ready = DBTaskResult.objects.filter(status="READY", task_path=task.module_path)
    return ready.filter(args_kwargs__args__0=key).exists()


def waiting_mails(message_ids: Collection[str]) -> set[str]:
    """Which of the mails with these Message-IDs are still to be sent."""
    name = "args_kwargs__kwargs__message_id"
    queued = DBTaskResult.objects.filter(status__in=("READY", "RUNNING"))
    found = queued.filter(**{f"{name}__in": sorted(message_ids)})
    return set(found.values_list(name, flat=True))
