"""What a new version of a template means for its running tasks: it counts too, or instead."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from pledges import access, audit, transactions
from pledges.access import SYSTEM, Act
from pledges.actions.tasks.membership import LAUNCHED
from pledges.core.lifecycle import VersionState
from pledges.core.standings import SIGNED, TaskState
from pledges.models import Organisation, SigningTask, TaskVersion, TemplateVersion, VersionStep

CHANGED: Final = "task.versions_changed"


def asks_again(task: SigningTask) -> bool:
    """Whether a material version counts in `task` instead of what its members signed before."""
    return task.follows_versions and task.version_id is None


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
    instead of all before it, in the tasks that ask again: whoever had signed what counted signs
    again, by `due_on` if that is later than their own due date; everybody else keeps their own. In
    the others it counts beside them: whoever has not signed yet can sign no other. Before `version`
    takes effect nothing happens, and a second time neither.
    """
    access.require(actor, Act.WRITE_TEMPLATES)
    if version.effective_on > Organisation.current().localdate(at):
        return 0
    keys = behind(version).values_list("pk", flat=True)
    followed = (
        _follow(key, version, editorial, due_on, actor=actor, at=at) for key in sorted(keys)
    )
    return sum(followed)


def behind(version: TemplateVersion) -> QuerySet[SigningTask]:
    """The running tasks of its template in which neither `version` counts yet nor a later one."""
    running = SigningTask.objects.filter(template=version.template_id, state=TaskState.RUNNING)
    return running.exclude(counting__version__number__gte=version.number)


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
    instead = not editorial and asks_again(task)
    if instead:
        if due_on is not None:
            _give_longer(task, due_on, Organisation.current().localdate(at))
        task.counting.all().delete()
    TaskVersion.objects.create(task=task, version=version)
    facts = {
        "task": str(task.pk),
        "editorial": editorial,
        "versions": sorted(task.counting.values_list("version__digest", flat=True)),
    }
    audit.record(CHANGED, actor=actor, subject=task, at=at, facts=facts)
    return True


def _give_longer(task: SigningTask, due_on: date, today: date) -> None:
    """Until `due_on` for those who have signed on `today` what still counts; it is asked before."""
    standing = task.members.filter(due_on__lt=due_on).with_standing(today)
    signed = list(standing.filter(standing__in=SIGNED).values_list("pk", flat=True))
    members = task.members.filter(pk__in=signed)
    # Whoever withdraws many drafts locks their members, too: in the same order.
    list(members.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    members.update(due_on=due_on)


@dataclass(frozen=True)
class Followed:
    """That `version` counts since `at`: instead of some, or, where these are none, beside them."""

    version: TemplateVersion
    at: datetime
    instead_of: tuple[TemplateVersion, ...]
    sign_again_by: date | None


def history(task: SigningTask) -> list[Followed]:
    """Every version that came to count after the launch of `task`, as the ledger tells it."""
    entries = list(audit.trail(task).filter(event__in=(LAUNCHED, CHANGED)))
    told = [set(audit.facts_of(entry)["versions"]) for entry in entries]
    known = TemplateVersion.objects.filter(template=task.template_id, digest__in=set().union(*told))
    versions = {each.digest: each for each in known.select_related("step").order_by("number")}
    found = []
    for entry, before, after in zip(entries[1:], told, told[1:], strict=False):
        for digest in sorted(after - before):
            version = versions[digest]
            gone = tuple(each for key, each in versions.items() if key in before - after)
            step = getattr(version, "step", None)
            by = step.sign_again_by if step and gone else None
            found.append(Followed(version, entry.at, gone, by))
    return found
