"""More time for members of a running task: for all of it, or for some."""

from collections.abc import Collection
from datetime import date, datetime

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions.tasks import membership
from pledges.core.due_rules import DueInThePast
from pledges.core.task_refusals import NobodyToExtend
from pledges.models import Organisation, Person, Pledge, SigningTask, TaskMember
from pledges.notices import tasks


@transactions.atomic
def extend(
    task: SigningTask,
    due_on: date,
    *,
    actor: Person,
    at: datetime,
    members: Collection[TaskMember] | None = None,
) -> int:
    """Give `members` of `task` until `due_on`, or all of them and the task; gives how many got it.

    Who has longer already keeps that. Drafts that were opened for the task are due then, too.
    Raises `TaskNotRunning`, `DueInThePast`, `NobodyToExtend`.
    """
    locked = membership.locked_running(task)
    access.require(actor, Act.RUN_TASK, locked)
    if due_on < Organisation.current().localdate(at):
        raise DueInThePast(due_on)
    rows = locked.members.filter(due_on__lt=due_on)
    if members is not None:
        rows = rows.filter(pk__in=[member.pk for member in members])
    keys = list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    if not keys:
        raise NobodyToExtend
    TaskMember.objects.filter(pk__in=keys).update(due_on=due_on)
    _extend_drafts(keys, due_on)
    if members is None and (locked.due_on is None or locked.due_on < due_on):
        SigningTask.objects.filter(pk=locked.pk).update(due_on=due_on)
    if not locked.is_untold(at):  # the first notice will name the new date
        tasks.announce_extended(TaskMember.objects.filter(pk__in=keys).order_by("pk"))
    facts = {"task": str(locked.pk), "members": len(keys), "due_on": due_on.isoformat()}
    audit.record("task.extended", actor=actor, subject=locked, at=at, facts=facts)
    return len(keys)


def _extend_drafts(members: Collection[int], due_on: date) -> None:
    drafts = Pledge.objects.drafts().filter(memberships__in=members, due_on__lt=due_on)
    keys = drafts.select_for_update(no_key=True, of=("self",)).order_by("person_id", "number", "pk")
    Pledge.objects.drafts().filter(pk__in=[draft.pk for draft in keys]).update(due_on=due_on)
