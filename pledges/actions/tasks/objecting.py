"""What a member objects to, in their own words; their due date stays, and the row is marked."""

from datetime import datetime
from typing import Final

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core.characters import made_visible, unified_line_breaks
from pledges.core.standings import TaskState
from pledges.core.task_refusals import ObjectionMissing, TaskNotRunning
from pledges.models import Person, SigningTask, TaskMember

MAX_OBJECTION: Final = 2_000  # characters; what is beyond is not kept


@transactions.atomic
def object_to(member: TaskMember, words: str, *, actor: Person, at: datetime) -> TaskMember:
    """Keep what the member says; said again, the newer words stand in place of the older.

    The ledger holds a salted commitment to each. Raises `TaskNotRunning`, `ObjectionMissing`.
    """
    locked = _locked(member)
    access.require(actor, Act.OBJECT, locked)
    kept = made_visible(unified_line_breaks(words.strip())[:MAX_OBJECTION], "\n")
    if not kept:
        raise ObjectionMissing
    return _set(locked, "objection.made", kept, actor=actor, at=at)


@transactions.atomic
def take_back(member: TaskMember, *, actor: Person, at: datetime) -> TaskMember:
    """The member objects no longer; the ledger keeps that they did. Raises `TaskNotRunning`."""
    locked = _locked(member)
    access.require(actor, Act.OBJECT, locked)
    if locked.objected_at is None:
        return locked
    return _set(locked, "objection.taken_back", "", actor=actor, at=at)


def _locked(member: TaskMember) -> TaskMember:
    """The member's row, of a running task: whoever closes or cancels it locks all members."""
    locked = TaskMember.objects.select_for_update(no_key=True).get(pk=member.pk)
    if SigningTask.objects.get(pk=locked.task_id).state != TaskState.RUNNING:
        raise TaskNotRunning
    return locked


def _set(member: TaskMember, event: str, words: str, *, actor: Person, at: datetime) -> TaskMember:
    member.objection, member.objected_at = words, at if words else None
    member.save(update_fields=["objection", "objected_at"])
    audit.record(
        event,
        actor=actor,
        subject=member,
        at=at,
        facts={"task": str(member.task_id)},
        personal={"objection": words} if words else None,
    )
    return member
