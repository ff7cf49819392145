"""Which versions count in a signing task, and which of them a member signs."""

from datetime import date

from pledges.core.lifecycle import VersionState
from pledges.core.task_refusals import NoVersion
from pledges.models import SigningTask, TemplateVersion
from pledges.models.version_steps import alike


def counting(task: SigningTask, day: date) -> list[TemplateVersion]:
    """The versions that count in `task`, newest first; of a draft, those of a launch on `day`.

    With the one that is asked for count all that editorial steps alone connect with it.

    Raises `NoVersion` where a draft could not be launched for want of one.
    """
    if task.launched_at is not None:
        rows = TemplateVersion.objects.filter(pk__in=task.counting.values("version"))
        return list(rows.order_by("-number"))
    first = _first(task, day)
    own = TemplateVersion.objects.filter(pk__in=alike(first.pk), effective_on__lte=day)
    return list(own.order_by("-number"))


def to_sign(task: SigningTask, day: date) -> TemplateVersion:
    """The newest version that counts and can be signed on `day`. Raises `NoVersion`."""
    for version in counting(task, day):
        if version.status == VersionState.PUBLISHED and version.effective_on <= day:
            return version
    raise NoVersion


def _first(task: SigningTask, day: date) -> TemplateVersion:
    """The one version that was named, or else the current one."""
    published = TemplateVersion.objects.current(day).filter(template=task.template_id)
    if task.version_id is not None:
        published = TemplateVersion.objects.published().filter(
            pk=task.version_id, effective_on__lte=day
        )
    version = published.first()
    if version is None:
        raise NoVersion
    return version
