"""Drafts of signing tasks: kept, copied, deleted; nobody is asked for anything by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from pledges import access, transactions
from pledges.access import Act
from pledges.actions.working_calendar import current_calendar
from pledges.core.audiences import AudienceRule
from pledges.core.characters import made_visible, unified_line_breaks
from pledges.core.digests import digest_of
from pledges.core.due_rules import MAX_DAYS, DueRule, due_on
from pledges.core.notice_plans import DEFAULT_PLAN, Plan
from pledges.core.standings import TaskState
from pledges.core.task_refusals import FaultyTask, TaskChanged, TaskNotDraft
from pledges.models import Organisation, Person, PledgeTemplate, SigningTask, TemplateVersion

MAX_TITLE: Final = 120  # characters
MAX_MESSAGE: Final = 500  # characters, as of the note of an assignment
_FILLED_IN: Final = (
    *("template_id", "version_id", "title", "audience", "due_rule", "message"),
    *("notice_plan", "takes_joiners", "joiner_days", "follows_versions"),
)


@dataclass(frozen=True)
class Drafted:
    """What a task is to be: what an officer fills in. Rules are data of their vocabularies."""

    template: PledgeTemplate
    title: str
    audience: Mapping[str, Any]
    due_rule: Mapping[str, Any]
    message: str = ""
    version: TemplateVersion | None = None
    notice_plan: Mapping[str, Any] = field(default_factory=dict)
    takes_joiners: bool = True
    joiner_days: int = 10
    follows_versions: bool = True


@transactions.atomic
def save_task(
    drafted: Drafted,
    *,
    actor: Person,
    at: datetime,
    task: SigningTask | None = None,
    seen: str | None = None,
) -> SigningTask:
    """Keep a new draft, or what became of `task`; all of it is checked first.

    `seen` is the `state_of` the draft that was changed. Raises `FaultyTask`, `FaultyAudience`,
    `FaultyDueRule`, `DueInThePast`, `TaskChanged` where it is another one by now, and
    `TaskNotDraft` for a task that was launched, or is being launched.
    """
    access.require(actor, Act.MAKE_TASK)
    values = _checked(drafted, Organisation.current().localdate(at))
    if task is None:
        return SigningTask.objects.create(created_at=at, created_by_id=actor.pk, **values)
    locked = locked_draft(task)
    require_seen(locked, seen)
    for name, value in values.items():
        setattr(locked, name, value)
    locked.launch_fault = ""
    locked.save(update_fields=[*values, "launch_fault"])
    return locked


@transactions.atomic
def delete_draft(task: SigningTask, *, actor: access.Actor) -> None:
    """Delete a draft: nobody was asked for anything. Raises `TaskNotDraft`."""
    access.require(actor, Act.MAKE_TASK)
    locked_draft(task).delete()


def copy(task: SigningTask, *, actor: Person, at: datetime) -> SigningTask:
    """A draft with everything that was filled in for `task`, whatever became of that.

    A due date that has passed meanwhile comes along, and has to be changed before the launch.
    """
    access.require(actor, Act.MAKE_TASK)
    kept = {name: getattr(task, name) for name in _FILLED_IN}
    return SigningTask.objects.create(created_at=at, created_by_id=actor.pk, **kept)


def state_of(task: SigningTask) -> str:
    """By which a page knows the draft that it shows: another one once anything in it changes."""
    return digest_of({name: getattr(task, name) for name in _FILLED_IN})


def require_seen(locked: SigningTask, seen: str | None) -> None:
    """Raise `TaskChanged` unless `seen` is the draft as it is; None: no page showed it."""
    if seen is not None and seen != state_of(locked):
        raise TaskChanged


def locked_draft(task: SigningTask) -> SigningTask:
    """The draft itself, locked until the transaction ends. Raises `TaskNotDraft`."""
    locked = SigningTask.objects.select_for_update(no_key=True).filter(pk=task.pk).first()
    if locked is None or locked.state != TaskState.DRAFT or locked.launching_since is not None:
        raise TaskNotDraft
    return locked


def _checked(drafted: Drafted, today: date) -> dict[str, Any]:
    title = made_visible(drafted.title.strip())
    message = made_visible(unified_line_breaks(drafted.message.strip()), "\n")
    if not 0 < len(title) <= MAX_TITLE:
        raise FaultyTask("title")
    if len(message) > MAX_MESSAGE:
        raise FaultyTask("message")
    if not 1 <= drafted.joiner_days <= MAX_DAYS:
        raise FaultyTask("joiner_days")
    if set(drafted.notice_plan) - set(DEFAULT_PLAN):
        raise FaultyTask("notice_plan")
    if drafted.version is not None and drafted.version.template_id != drafted.template.pk:
        raise FaultyTask("version")
    try:
        plan = Plan.from_data(drafted.notice_plan).to_data()
    except (TypeError, ValueError) as error:
        raise FaultyTask("notice_plan") from error
    due_rule = DueRule.from_data(drafted.due_rule)
    due_on(due_rule, today, current_calendar())
    return {
        "template": drafted.template,
        "version": drafted.version,
        "title": title,
        "audience": AudienceRule.from_data(drafted.audience).to_data(),
        "due_rule": due_rule.to_data(),
        "message": message,
        "notice_plan": plan,
        "takes_joiners": drafted.takes_joiners,
        "joiner_days": drafted.joiner_days,
        "follows_versions": drafted.follows_versions,
    }
