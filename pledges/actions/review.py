"""Compliance: accepting under the company's seal, returning with reasons, revoking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pledges import access, audit, crash_points, notices, rendering, transactions
from pledges.access import Act
from pledges.actions import (
    draft_answers,
    expiring,
    issuing,
    readings,
    sealing,
    version_steps,
)
from pledges.actions.issuing import StoredFile
from pledges.actions.preparing import FONT_FILES, font_of
from pledges.core import lifecycle, refusals
from pledges.core.characters import refused_at
from pledges.core.lifecycle import Transition
from pledges.models import (
    Document,
    Organisation,
    Person,
    Pledge,
    ReturnReason,
    TemplateVersion,
    organisation_read_once,
)
from pledges.proof.verdict import Outcome
from pledges.rendering.fonts import MissingGlyph

MAX_REASON_LENGTH = 2_000
# Who asked for a pledge, until when and why: its correction is asked for as well.
ASKED = ("due_on", "assigned_at", "assigned_by_id", "assignment_note")


@dataclass(frozen=True)
class ClauseReason:
    """Why a pledge is returned; `clause` is an outline key, or empty for the whole pledge."""

    text: str
    clause: str = ""


@organisation_read_once()
def accept(pledge: Pledge, *, actor: Person, at: datetime) -> Pledge:
    """Accept a signed pledge in the company's name; accepting it again changes nothing.

    Raises `SealUnavailable`, `ClockBehind` before the signing, `TermOver` after the last day of its
    term, and what `readings.read_signed` raises; then nothing has changed.
    """
    known = ("version__font", "version__template")
    seen = Pledge.objects.select_related(*known).defer(*FONT_FILES).get(pk=pledge.pk)
    access.require(actor, Act.JUDGE_PLEDGE, seen)
    if seen.status == lifecycle.ACCEPT.target and seen.reviewed_by_id == actor.pk:
        return seen
    lifecycle.require(lifecycle.ACCEPT, seen.status)
    if seen.signed_at and at < seen.signed_at:
        raise refusals.ClockBehind
    if seen.ends_on and seen.ends_on < Organisation.current().localdate(at):
        raise refusals.TermOver
    sealed = _seal(seen, at)
    crash_points.reach("accept:sealed")
    kept = issuing.keep(sealed, sealing.level_at_acceptance(), Outcome.ACCEPTED, at)
    crash_points.reach("accept:stored")
    accepted = _commit(pledge, kept, actor=actor, at=at)
    crash_points.reach("accept:committed")
    return accepted


@transactions.atomic
def _commit(pledge: Pledge, kept: StoredFile, *, actor: Person, at: datetime) -> Pledge:
    locked = _lock(pledge, lifecycle.ACCEPT, Act.JUDGE_PLEDGE, actor)
    _judge(locked, lifecycle.ACCEPT, actor=actor, at=at)
    issuing.issue(kept, locked, revision=Document.Revision.ACCEPTED, at=at)
    crash_points.reach("accept:claimed")
    facts = {"issued": kept.sha256}
    audit.record(lifecycle.ACCEPT.event, actor=actor, subject=locked, at=at, facts=facts)
    notices.announce(notices.ACCEPTED, locked)
    expiring.schedule(locked)
    return locked


@transactions.atomic
def return_to_manager(
    pledge: Pledge, *, actor: Person, at: datetime, reasons: Sequence[ClauseReason]
) -> Pledge:
    """Return a signed pledge with at least one reason; gives the new draft that replaces it."""
    locked = _lock(pledge, lifecycle.RETURN, Act.JUDGE_PLEDGE, actor)
    outline = locked.version.outline(locked.language)
    for reason in reasons:
        _check_words(reason.text)
        if reason.clause and outline.find(reason.clause) is None:
            raise refusals.ReasonMissing
    if not reasons:
        raise refusals.ReasonMissing
    _judge(locked, lifecycle.RETURN, actor=actor, at=at)
    ReturnReason.objects.bulk_create(
        ReturnReason(pledge=locked, clause=reason.clause, text=reason.text.strip())
        for reason in reasons
    )
    draft = _draft_after(locked, at=at)
    audit.record(
        lifecycle.RETURN.event,
        actor=actor,
        subject=locked,
        at=at,
        facts={
            "clauses": sorted({reason.clause for reason in reasons if reason.clause}),
            "draft": str(draft.pk),
        },
    )
    notices.announce(notices.RETURNED, locked)
    return draft


def _draft_after(returned: Pledge, *, at: datetime) -> Pledge:
    """The new draft that takes the place of a returned pledge, its answers kept.

    It stays on the same version while that may be signed; else it is on the newest. A draft of the
    template that is open already takes its place, with what was returned where it is empty.
    """
    today = Organisation.current().localdate(at)
    version = version_steps.open_version(returned.version, today) or returned.version
    drafts = Pledge.objects.drafts().select_for_update(no_key=True, of=("self",))
    draft = drafts.filter(person_id=returned.person_id, template_id=returned.template_id)
    if found := draft.select_related("version").first():
        return _take_in(found, returned, at=at)
    return Pledge.objects.create(
        person=returned.person,
        version=version,
        template_id=returned.template_id,
        language=returned.language,
        answers=_answers_for(version, returned),
        saved_at=at,
        created_at=at,
        corrects=returned,
        **{name: getattr(returned, name) for name in ASKED},
    )


def _answers_for(version: TemplateVersion, returned: Pledge) -> dict[str, str]:
    if version.pk == returned.version_id:
        return returned.answers
    given = draft_answers.profile_answers(version, returned.person)
    return given | draft_answers.carried(returned.answers, returned.version, version)


def _take_in(draft: Pledge, returned: Pledge, *, at: datetime) -> Pledge:
    """What was typed into the draft stays; documents prepared of it are signed no more."""
    other = _answers_for(draft.version, returned)
    draft.answers = draft_answers.filled_up(draft.answers, other, draft.version)
    draft.answers_revision += 1
    draft.saved_at, draft.corrects = at, returned
    for name in ASKED:
        if not getattr(draft, name):
            setattr(draft, name, getattr(returned, name))
    draft.save(update_fields=["answers", "answers_revision", "saved_at", "corrects", *ASKED])
    return draft


@transactions.atomic
def revoke(
    pledge: Pledge, *, actor: Person, at: datetime, reason: str, for_good: bool = False
) -> Pledge:
    """End a pledge that is in force, with a reason; its documents stay as they are.

    One that is revoked `for_good` is not offered to its person again: they left the post.
    """
    locked = _lock(pledge, lifecycle.REVOKE, Act.REVOKE_PLEDGE, actor)
    # What has ended with its term, noted or not, did not end by a revocation.
    lifecycle.require(lifecycle.REVOKE, locked.state_on(Organisation.current().localdate(at)))
    _check_words(reason)
    changed = Pledge.objects.filter(pk=locked.pk, status__in=lifecycle.REVOKE.sources).update(
        status=lifecycle.REVOKE.target,
        revoked_at=at,
        revoked_by=actor,
        revocation_reason=reason.strip(),
        revoked_for_good=for_good,
    )
    if changed != 1:
        raise lifecycle.Forbidden(lifecycle.REVOKE, locked.status)
    locked.refresh_from_db()
    facts = {"for_good": for_good}
    audit.record(lifecycle.REVOKE.event, actor=actor, subject=locked, at=at, facts=facts)
    notices.announce(notices.REVOKED, locked)
    return locked


def _lock(pledge: Pledge, step: Transition, act: Act, actor: Person) -> Pledge:
    locked = (
        Pledge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version__template", "person")
        .get(pk=pledge.pk)
    )
    lifecycle.require(step, locked.status)
    access.require(actor, act, locked)
    return locked


def _judge(pledge: Pledge, step: Transition, *, actor: Person, at: datetime) -> None:
    changed = Pledge.objects.filter(pk=pledge.pk, status__in=step.sources).update(
        status=step.target, reviewed_at=at, reviewed_by=actor
    )
    if changed != 1:
        raise lifecycle.Forbidden(step, pledge.status)
    pledge.status, pledge.reviewed_at, pledge.reviewed_by = step.target, at, actor


def _check_words(text: str) -> None:
    if not text.strip() or len(text) > MAX_REASON_LENGTH or refused_at(text, "\n\r") is not None:
        raise refusals.ReasonMissing


def _seal(pledge: Pledge, at: datetime) -> bytes:
    """Revision 2: the signed bytes, and after them the company's stamp and seal."""
    organisation = Organisation.current()
    # Whoever accepts has read what the database says: it must be what the file says.
    signed = readings.read_signed(pledge).issued
    try:
        stamp = rendering.draw_stamp(
            organisation=organisation.name_in(pledge.language),
            number=pledge.number or "",
            accepted_at=organisation.localtime(at),
            language=pledge.language,
            fonts=font_of(pledge),
        )
    except MissingGlyph as missing:
        raise refusals.Unprintable(tuple(missing.characters)) from missing
    return sealing.seal_as_company(signed, appearance=stamp, at=at)
