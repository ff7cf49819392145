"""Moving open drafts to another version of their template, with the answers that it takes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import draft_answers
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import VersionState
from pledges.models import Pledge, RenderedAhead, TemplateVersion

MOVED: Final = "pledge.moved"
BATCH: Final = 200  # rows in one statement


@transactions.atomic
def move(draft: Pledge, to: TemplateVersion, *, actor: access.Actor, at: datetime) -> Pledge:
    """Put a draft on another version of its template; a second time changes nothing.

    What was typed into blanks that are there too, of the same kind, stays. The document that was
    prepared of it is signed no more. Raises `VersionNotOpen`, `Forbidden` where it is no draft.
    """
    (locked,) = _locked([draft.pk])
    lifecycle.require(lifecycle.SIGN, locked.status)
    access.require(actor, Act.MOVE_DRAFT, locked)
    _carry([locked], to, actor=actor, at=at)
    return locked


@transactions.atomic
def move_many(
    keys: Sequence[UUID], to: TemplateVersion, *, actor: access.Actor, at: datetime
) -> int:
    """The same for all of `keys` that are drafts still, in one turn of the ledger; how many moved.

    A thousand take about a second: whoever moves more calls this again. Raises `VersionNotOpen`.
    """
    access.require(actor, Act.MOVE_DRAFT)
    drafts = [each for each in _locked(keys) if each.status in lifecycle.SIGN.sources]
    return _carry(drafts, to, actor=actor, at=at)


def _locked(keys: Sequence[UUID]) -> list[Pledge]:
    locked = Pledge.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys)
    return list(
        locked.select_related("version", "person__department").order_by("person_id", "number", "pk")
    )


def _carry(
    drafts: Sequence[Pledge], to: TemplateVersion, *, actor: access.Actor, at: datetime
) -> int:
    if to.status != VersionState.PUBLISHED:
        raise refusals.VersionNotOpen
    going = [each for each in drafts if each.version_id != to.pk]
    events = []
    for draft in going:
        if draft.template_id != to.template_id:
            raise refusals.VersionNotOpen
        kept = draft_answers.carried(draft.answers, draft.version, to)
        facts = {"from": draft.version.digest, "to": to.digest, "kept": len(kept)}
        events.append(audit.Event(MOVED, draft, facts))
        draft.answers = draft_answers.profile_answers(to, draft.person) | kept
        draft.answers_revision += 1
        draft.version = to
    Pledge.objects.bulk_update(going, ["version", "answers", "answers_revision"], batch_size=BATCH)
    RenderedAhead.objects.filter(pledge__in=going).delete()
    audit.record_many(events, actor=actor, at=at)
    return len(going)
