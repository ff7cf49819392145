"""Whom a draft of a task would ask what another running task asks them already."""

from collections.abc import Iterator

from django.db.models import QuerySet

from pledges.actions.tasks.previewing import Preview
from pledges.core.standings import TaskState
from pledges.models import Person, SigningTask


def elsewhere(task: SigningTask, found: Preview) -> Iterator[tuple[SigningTask, QuerySet[Person]]]:
    """The tasks that run for the same pledge, each with the people here whom it asks already."""
    running = SigningTask.objects.filter(state=TaskState.RUNNING, template=task.template_id)
    for other in running.exclude(pk=task.pk).order_by("due_on", "pk"):
        both = found.people.filter(pk__in=other.members.values("person"))
        if both.exists():
            yield other, both
