"""A member opens what they are asked for: with their first click there is a draft, not before."""

from datetime import date, datetime
from typing import Any

from pledges import access, transactions
from pledges.access import Act
from pledges.actions import answers
from pledges.actions.tasks import versions
from pledges.core.standings import TaskState
from pledges.core.task_refusals import TaskNotBegun, TaskNotRunning
from pledges.models import Organisation, Person, Pledge, SigningTask, TaskMember, TemplateVersion


@transactions.atomic
def open_for(member: TaskMember, *, actor: Person, at: datetime, language: str) -> Pledge:
    """The member's draft for the task: the one there is, or a new one with message and due date.

    Raises `TaskNotRunning`, `TaskNotBegun` before the first notices, `NoVersion`, and
    `AlreadyWaiting` where what they signed counts or waits for review.
    """
    # Persons are locked before tasks and members: the draft is opened under this lock.
    Person.objects.select_for_update(no_key=True).get(pk=member.person_id)
    locked = TaskMember.objects.select_for_update(no_key=True).get(pk=member.pk)
    access.require(actor, Act.FILL_PLEDGE, locked)
    task = SigningTask.objects.get(pk=locked.task_id)
    _require_begun(task, at)
    day = Organisation.current().localdate(at)
    version = versions.to_sign(task, day)
    draft = _own_draft(version, actor)
    if draft is None or draft.pk != locked.pledge_id or draft.version_id != version.pk:
        asked = _asked(task, locked, draft)
        draft = answers.open_asked(version, actor=actor, at=at, language=language, asked=asked)
    if locked.pledge_id != draft.pk:
        TaskMember.objects.filter(pk=locked.pk).update(pledge=draft)
    return draft


def _require_begun(task: SigningTask, at: datetime) -> None:
    """Whoever closes or cancels the task locks its members: this is read after theirs."""
    if task.state != TaskState.RUNNING:
        raise TaskNotRunning
    if task.first_notices_at is None or at < task.first_notices_at:
        raise TaskNotBegun


def _own_draft(version: TemplateVersion, person: Person) -> Pledge | None:
    return Pledge.objects.of(person).drafts().filter(template=version.template_id).first()


def _asked(task: SigningTask, member: TaskMember, draft: Pledge | None) -> dict[str, Any]:
    """Who asked, when and why; of two tasks that ask for the same, the earlier due date stays."""
    days: list[date] = [member.due_on]
    if draft is not None and draft.due_on is not None and draft.assigned_at is not None:
        days.append(draft.due_on)
    return {
        "assigned_at": member.joined_at,
        "assigned_by": task.launched_by,
        "assignment_note": task.message,
        "due_on": min(days),
    }
