"""The list of a task's members: written with a salt each, and committed to under one root.

Whoever writes it holds the task's row, so that the list and the task's entries in the ledger have
one order.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from django.db.models import Max

from pledges import audit
from pledges.core.standings import Joined, TaskState
from pledges.core.task_refusals import TaskNotRunning
from pledges.models import SigningTask, TaskMember
from pledges.proof.records import members
from pledges.proof.records.completion import CHAIN
from pledges.proof.records.completion import JOINED as JOINED
from pledges.proof.records.completion import LAUNCHED as LAUNCHED
from pledges.proof.records.trees import Tree

BATCH: Final = 2_000  # rows in one statement


class Joiner(NamedTuple):
    """What a commitment says of a person."""

    person_id: int
    employee_number: str
    name: str


def write(
    task: SigningTask, people: Iterable[Joiner], *, why: Joined, due_on: date, at: datetime
) -> int:
    """Make members of `people`, after those who are there; gives how many they are.

    They stand in an order of chance: a list by employee numbers would name everybody in a report
    without names to whoever knows the numbers, also those whose salt was erased.
    """
    mixed = list(people)
    secrets.SystemRandom().shuffle(mixed)
    last = task.members.aggregate(last=Max("position"))["last"]
    first = 0 if last is None else last + 1
    rows = list(_rows(task, mixed, why=why, due_on=due_on, at=at, first=first))
    TaskMember.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _rows(
    task: SigningTask,
    people: Sequence[Joiner],
    *,
    why: Joined,
    due_on: date,
    at: datetime,
    first: int,
) -> Iterator[TaskMember]:
    for position, person in enumerate(people, first):
        salt = members.new_salt()
        yield TaskMember(
            task=task,
            person_id=person.person_id,
            position=position,
            joined=why,
            joined_at=at,
            due_on=due_on,
            salt=salt.hex(),
            commitment=members.member_commitment(salt, *person),
        )


def chained(task: SigningTask) -> dict[str, object]:
    """What every entry of `CHAIN` says: the one before it, how many members, their root."""
    commitments = task.members.order_by("position").values_list("commitment", flat=True)
    leaves = [members.member_leaf(task.pk, each) for each in commitments.iterator()]
    return {
        "task": str(task.pk),
        "previous": previous(task),
        "size": len(leaves),
        "root": Tree(leaves).root().hex(),
    }


def previous(task: SigningTask) -> int:
    """The number of the task's last entry in `CHAIN`; 0 before its launch."""
    entries = audit.trail(task).filter(event__in=CHAIN)
    return entries.values_list("sequence", flat=True).last() or 0


def locked_running(task: SigningTask) -> SigningTask:
    """The running task itself, locked until the transaction ends. Raises `TaskNotRunning`."""
    locked = SigningTask.objects.select_for_update(no_key=True).get(pk=task.pk)
    if locked.state != TaskState.RUNNING or locked.closing_since is not None:
        raise TaskNotRunning
    return locked
