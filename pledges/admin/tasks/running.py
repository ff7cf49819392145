"""Signing tasks that run, on the first page of the admin: how far each is, how many are late."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pledges import access
from pledges.access import Act
from pledges.admin.tasks import ending, frames
from pledges.admin.tasks.ending import Declined
from pledges.admin.tasks.figures import Figure, Segment, Tally
from pledges.core.standings import TaskState
from pledges.models import Organisation, Person, SigningTask

MAX_SHOWN: Final = 6  # the others are in the list of tasks


@dataclass(frozen=True)
class RunningTask:
    """One task in a line."""

    task: SigningTask
    address: str
    signed: Figure
    total: Figure
    overdue: Figure
    objections: Figure
    bar: tuple[Segment, ...]
    declined: Declined | None = None  # a request of the reader's to cancel it


def of(person: Person, at: datetime) -> list[RunningTask]:
    """The tasks that run, those due first at the top; nothing for whom they do not concern."""
    if not access.allows(person, Act.READ_TASKS):
        return []
    day = Organisation.current().localdate(at)
    running = SigningTask.objects.filter(state=TaskState.RUNNING).order_by("due_on", "pk")
    calendar = frames.calendar()
    return [_line(task, Tally(task, day, calendar), person) for task in running[:MAX_SHOWN]]


def _line(task: SigningTask, tally: Tally, reader: Person) -> RunningTask:
    answer = ending.declined(task)
    return RunningTask(
        task=task,
        address=frames.address(task),
        signed=tally.group("signed"),
        total=tally.all(),
        overdue=tally.overdue(),
        objections=tally.objections(),
        bar=tally.bar(),
        declined=answer if answer and answer.asked_by == reader else None,
    )
