"""People who become members of a running task: because the rule names them now, or by hand."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import QuerySet

from pledges import access, audit, transactions
from pledges.access import SYSTEM, Act
from pledges.actions.tasks import audience, membership, versions
from pledges.actions.working_calendar import current_calendar
from pledges.core.audiences import AudienceRule
from pledges.core.due_rules import DueInThePast
from pledges.core.standings import Joined, TaskState
from pledges.core.task_refusals import NobodyToAdd, TaskNotRunning
from pledges.models import Organisation, Person, SigningTask


def take_joiners(at: datetime) -> int:
    """Add whoever joined to every running task that takes them; gives how many, for all."""
    taken = 0
    running = SigningTask.objects.filter(
        state=TaskState.RUNNING, takes_joiners=True, closing_since__isnull=True
    )
    for task in running:
        try:
            taken += add_joiners(task, actor=SYSTEM, at=at)
        except TaskNotRunning:  # closed or cancelled a moment ago
            continue
    return taken


@transactions.atomic
def add_joiners(task: SigningTask, *, actor: access.Actor, at: datetime) -> int:
    """Make members of the people whom the task's rule names now and who are none; gives how many.

    They have `joiner_days` working days of their own. Raises `TaskNotRunning`.
    """
    locked = membership.locked_running(task)
    access.require(actor, Act.ADD_JOINERS, locked)
    day = Organisation.current().localdate(at)
    rule = AudienceRule.from_data(locked.audience)
    named = audience.members_of(rule, locked.template, versions.counting(locked, day), day)
    new = named.exclude(pk__in=locked.members.values("person"))
    joiners = [membership.Joiner(*row) for row in _known(new)]
    if joiners:
        _add(locked, joiners, Joined.JOINER, _due(locked, day), actor=actor, at=at)
    return len(joiners)


@transactions.atomic
def add_by_hand(
    task: SigningTask,
    people: Collection[Person],
    *,
    actor: Person,
    at: datetime,
    due_on: date | None = None,
) -> int:
    """Make members of `people`, whatever the rule says; gives how many were none before.

    Without `due_on`, they have as long as joiners. Raises `TaskNotRunning`, `DueInThePast`, and
    `NobodyToAdd` where all are members or have left.
    """
    locked = membership.locked_running(task)
    access.require(actor, Act.RUN_TASK, locked)
    day = Organisation.current().localdate(at)
    if due_on is not None and due_on < day:
        raise DueInThePast(due_on)
    active = audience.active_people(day).filter(pk__in=[person.pk for person in people])
    new = active.exclude(pk__in=locked.members.values("person")).order_by("employee_number", "pk")
    joiners = [membership.Joiner(*row) for row in _known(new)]
    if not joiners:
        raise NobodyToAdd
    _add(locked, joiners, Joined.BY_HAND, due_on or _due(locked, day), actor=actor, at=at)
    return len(joiners)


def _known(people: "QuerySet[Person]") -> "QuerySet[Person, tuple[int, str, str]]":
    return people.values_list("pk", "employee_number", "name")


def _due(task: SigningTask, day: date) -> date:
    """Nobody who joins early has less time than those who were there from the beginning."""
    theirs = current_calendar().add(day, task.joiner_days)
    return max(theirs, task.due_on) if task.due_on else theirs


def _add(
    task: SigningTask,
    joiners: Collection[membership.Joiner],
    why: Joined,
    due_on: date,
    *,
    actor: access.Actor,
    at: datetime,
) -> None:
    added = membership.write(task, joiners, why=why, due_on=due_on, at=at)
    facts = membership.chained(task) | {
        "added": added,
        "why": why.value,
        "due_on": due_on.isoformat(),
    }
    audit.record(membership.JOINED, actor=actor, subject=task, at=at, facts=facts)
