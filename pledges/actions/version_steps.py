"""Which version may be signed on a day, and what becomes of drafts on one that may be no more."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_tasks import task

from pledges import transactions
from pledges.access import SYSTEM
from pledges.actions import moving, withdrawing
from pledges.core import refusals
from pledges.core.lifecycle import VersionState, Why
from pledges.models import Organisation, Pledge, TemplateVersion, VersionStep
from pledges.models.pledges import PledgeQuerySet

CHUNK: Final = 500  # drafts in one transaction: the ledger's turn is held for half a second


def replaced_by(version: TemplateVersion, today: date) -> VersionStep | None:
    """The newest step after which `version` is signed no more on `today`; `None`: it still is."""
    steps = VersionStep.objects.due(today).filter(
        after__template_id=version.template_id, after__number__gt=version.number
    )
    return steps.order_by("-after__number").first()


def require_open(version: TemplateVersion, at: datetime) -> None:
    """Raise `VersionReplaced` where a later version has taken the place of this one."""
    if replaced_by(version, Organisation.current().localdate(at)):
        raise refusals.VersionReplaced


def open_version(version: TemplateVersion, today: date) -> TemplateVersion | None:
    """The version to sign on `today` in place of this one: itself, the current one, or none."""
    if version.status == VersionState.PUBLISHED and replaced_by(version, today) is None:
        return version
    return _current(version.template_id, today)


def _current(template_id: int, today: date) -> TemplateVersion | None:
    return TemplateVersion.objects.current(today).filter(template_id=template_id).first()


def stuck(today: date) -> PledgeQuerySet:
    """The drafts that nobody can sign as they are: their version was retired, or replaced."""
    later = VersionStep.objects.due(today).filter(
        after__template=OuterRef("template"), after__number__gt=OuterRef("version__number")
    )
    is_retired = Q(version__status=VersionState.RETIRED)
    return Pledge.objects.drafts().filter(is_retired | Q(Exists(later)))


def settle(at: datetime) -> int:
    """Move or withdraw every draft that is stuck, as the step says; gives how many.

    Each chunk is a transaction of its own: whoever signs meanwhile waits no longer than for one.
    """
    today, settled = Organisation.current().localdate(at), 0
    waiting = stuck(today).order_by("version_id", "pk").values_list("version_id", "pk")
    by_version: dict[int, list[UUID]] = {}
    for version_id, key in waiting:
        by_version.setdefault(version_id, []).append(key)
    for version_id, keys in by_version.items():
        for begin in range(0, len(keys), CHUNK):
            settled += _settle(version_id, keys[begin : begin + CHUNK], at=at)
    return settled


def settle_one(draft: Pledge, *, at: datetime) -> bool:
    """The same for one draft that somebody opens before its turn has come; whether it was stuck."""
    today = Organisation.current().localdate(at)
    if not stuck(today).filter(pk=draft.pk).exists():
        return False
    return _settle(draft.version_id, [draft.pk], at=at) > 0


@transactions.atomic
def _settle(version_id: int, keys: Sequence[UUID], *, at: datetime) -> int:
    version = TemplateVersion.objects.get(pk=version_id)
    today = Organisation.current().localdate(at)
    step, current = replaced_by(version, today), _current(version.template_id, today)
    if current is None and _is_awaited(version.template_id):
        return 0  # until it takes effect
    if current is None or (step and step.drafts == VersionStep.Drafts.WITHDRAWN):
        ended = withdrawing.withdraw_many(
            keys, actor=SYSTEM, at=at, why=Why.VERSION_STEP, version_id=version_id
        )
        return ended.withdrawn + ended.deleted
    return moving.move_many(keys, current, actor=SYSTEM, at=at)


def _is_awaited(template_id: int) -> bool:
    return TemplateVersion.objects.published().filter(template_id=template_id).exists()


@task()
def settle_now() -> None:
    """What the worker does once a version was published or retired; the chore does what is left."""
    settle(timezone.now())
