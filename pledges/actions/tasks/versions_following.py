"""What a new version of a template means for its running tasks: it counts too, or instead."""

from datetime import date, datetime
from uuid import UUID

from pledges import access, audit, transactions
from pledges.access import SYSTEM, Act
from pledges.core.lifecycle import VersionState
from pledges.core.standings import TaskState
from pledges.models import Organisation, SigningTask, TaskVersion, TemplateVersion, VersionStep


def follow_steps(at: datetime) -> int:
    """Have running tasks follow every version that has taken its predecessor's place by `at`."""
    today, followed = Organisation.current().localdate(at), 0
    running = SigningTask.objects.filter(state=TaskState.RUNNING)
    steps = VersionStep.objects.due(today).filter(
        after__template__in=running.values("template"), after__status=VersionState.PUBLISHED
    )
    for step in steps.select_related("after").order_by("after__number"):
        followed += follow(
            step.after,
            editorial=step.kind == VersionStep.Kind.EDITORIAL,
            actor=SYSTEM,
            at=at,
            due_on=step.sign_again_by,
        )
    return followed


def follow(
    version: TemplateVersion,
    *,
    editorial: bool,
    actor: access.Actor,
    at: datetime,
    due_on: date | None = None,
) -> int:
    """Have the running tasks of its template follow `version`; gives how many did.

    An editorial version counts beside what it succeeds, in every task. A material one counts
    instead of all before it, in the tasks that follow versions: whoever signed one of those signs
    again, by `due_on` if that is later than their own due date. In the others it counts beside
    them: whoever has not signed yet can sign no other. Before `version` takes effect nothing
    happens, and a second time neither.
    """
    access.require(actor, Act.WRITE_TEMPLATES)
    if version.effective_on > Organisation.current().localdate(at):
        return 0
    running = SigningTask.objects.filter(template=version.template_id, state=TaskState.RUNNING)
    behind = running.exclude(counting__version__number__gte=version.number)
    keys = behind.values_list("pk", flat=True)
    followed = (
        _follow(key, version, editorial, due_on, actor=actor, at=at) for key in sorted(keys)
    )
    return sum(followed)


@transactions.atomic
def _follow(
    key: UUID,
    version: TemplateVersion,
    editorial: bool,
    due_on: date | None,
    *,
    actor: access.Actor,
    at: datetime,
) -> bool:
    task = SigningTask.objects.select_for_update(no_key=True).get(pk=key)
    newest = task.counting.order_by("-version__number").first()
    if task.state != TaskState.RUNNING or task.closing_since is not None or newest is None:
        return False
    if newest.version.number >= version.number:
        return False
    instead = not editorial and task.follows_versions and task.version_id is None
    if instead:
        task.counting.all().delete()
    TaskVersion.objects.create(task=task, version=version)
    if due_on is not None and instead:
        earlier = task.members.filter(due_on__lt=due_on)
        # Whoever withdraws many drafts locks their members, too: in the same order.
        list(earlier.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        earlier.update(due_on=due_on)
    facts = {
        "task": str(task.pk),
        "editorial": editorial,
        "versions": sorted(task.counting.values_list("version__digest", flat=True)),
    }
    audit.record("task.versions_changed", actor=actor, subject=task, at=at, facts=facts)
    return True
