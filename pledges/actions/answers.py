"""Drafts: opening one, assigning one to somebody, saving what was typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.actions import moving
from pledges.actions.draft_answers import MAX_TYPED_LENGTH as MAX_TYPED_LENGTH
from pledges.actions.draft_answers import kept_of, profile_answers, typed_codes
from pledges.core import lifecycle, refusals
from pledges.core.characters import made_visible, unified_line_breaks
from pledges.core.languages import LANGUAGES
from pledges.core.lifecycle import VersionState
from pledges.core.template.blanks import Reading
from pledges.models import Organisation, Person, Pledge, TemplateVersion
from pledges.models.pledges import PledgeQuerySet
from pledges.models.version_steps import alike

MAX_REPLY_LENGTH = 2_000
MAX_NOTE_LENGTH = 500


@dataclass(frozen=True)
class Saved:
    """A draft after saving: its new revision, and how its answers read."""

    revision: int
    at: datetime
    reading: Reading


def open_pledge(version: TemplateVersion, *, actor: Person, at: datetime, language: str) -> Pledge:
    """The actor's draft on `version`: the one there is of its template, or a new one.

    One on an earlier version moves to this one, with its answers; one on a later stays. Raises
    `VersionNotOpen` for a version not published, `AlreadyWaiting` where a pledge of the same
    template waits for review or one that counts as this version is in force, `RevokedForGood`
    where the last one of the template was.
    """
    access.require(actor, Act.OPEN_PLEDGE)
    return _open_draft(version, person=actor, actor=actor, at=at, language=language)


def assign(
    version: TemplateVersion,
    *,
    person: Person,
    actor: access.Actor,
    at: datetime,
    due_on: date | None,
    note: str = "",
) -> Pledge:
    """Ask `person` for a pledge on `version`, to be signed by `due_on`; `note` tells them why.

    A draft that they opened themselves becomes the one that was asked for. Refused as by
    `open_pledge`, but for `RevokedForGood`.
    """
    access.require(actor, Act.ASSIGN_PLEDGE, person)
    access.require(person, Act.OPEN_PLEDGE)
    asked: dict[str, Any] = {
        "assigned_at": at,
        "assigned_by": actor if isinstance(actor, Person) else None,
        "assignment_note": _kept_words(note.strip(), MAX_NOTE_LENGTH),
    }
    if due_on:
        asked["due_on"] = due_on
    return _open_draft(
        version, person=person, actor=actor, at=at, language=person.language, asked=asked
    )


def open_asked(
    version: TemplateVersion,
    *,
    actor: Person,
    at: datetime,
    language: str,
    asked: Mapping[str, Any],
) -> Pledge:
    """The actor's draft on `version` as `open_pledge` gives it, but as one that was asked for.

    `asked` are the columns that say who asked for it, when, why and until when.
    """
    access.require(actor, Act.OPEN_PLEDGE)
    return _open_draft(version, person=actor, actor=actor, at=at, language=language, asked=asked)


def revoked_for_good(signed: Iterable[Pledge]) -> frozenset[int]:
    """The templates (by key) whose newest pledge among `signed` was revoked for good."""
    newest: dict[int, Pledge] = {}
    for pledge in sorted(signed, key=attrgetter("signed_at")):
        newest[pledge.version.template_id] = pledge
    return frozenset(key for key, pledge in newest.items() if pledge.revoked_for_good)


@transactions.atomic
def _open_draft(
    version: TemplateVersion,
    *,
    person: Person,
    actor: access.Actor,
    at: datetime,
    language: str,
    asked: Mapping[str, Any] | None = None,
) -> Pledge:
    """`asked` says who asked for it; without it, its person opens it."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if version.status != VersionState.PUBLISHED:
        raise refusals.VersionNotOpen
    own = Pledge.objects.of(person)
    # Locked: its person may be about to discard it.
    open_draft = own.drafts().select_for_update(no_key=True, of=("self",))
    draft = open_draft.filter(template_id=version.template_id).select_related("version").first()
    if draft:
        if draft.version.number < version.number:
            draft = moving.move(draft, version, actor=actor, at=at)
        return _ask(draft, asked, actor=actor, at=at) if asked else draft
    _require_room(version, own, at=at, by_oneself=asked is None)
    pledge = Pledge.objects.create(
        person=person,
        version=version,
        template_id=version.template_id,
        language=language,
        answers=profile_answers(version, person),
        saved_at=at,
        created_at=at,
        **(asked or {}),
    )
    _record(pledge, actor=actor, at=at)
    return pledge


def _require_room(
    version: TemplateVersion, own: PledgeQuerySet, *, at: datetime, by_oneself: bool
) -> None:
    """Refuse a new draft beside what its person already has; as `open_pledge` says."""
    organisation = Organisation.current()
    today = organisation.localdate(at)
    if own.awaiting_review().filter(template_id=version.template_id).exists() or any(
        not held.may_be_followed_on(today, organisation)
        for held in own.accepted().filter(version__in=alike(version.pk))
    ):
        raise refusals.AlreadyWaiting
    if by_oneself and version.template_id in revoked_for_good(own.kept().select_related("version")):
        raise refusals.RevokedForGood


def _ask(draft: Pledge, asked: Mapping[str, Any], *, actor: access.Actor, at: datetime) -> Pledge:
    told = ("due_on", "assignment_note")
    same = all(getattr(draft, name) == asked[name] for name in told if name in asked)
    if draft.assigned_at is not None and same:
        return draft
    for name, value in asked.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(asked))
    _record(draft, actor=actor, at=at)
    return draft


def _record(draft: Pledge, *, actor: access.Actor, at: datetime) -> None:
    event = "pledge.assigned" if draft.assigned_at else "pledge.opened"
    facts = {"version": draft.version.digest}
    audit.record(event, actor=actor, subject=draft, at=at, facts=facts)


@transactions.atomic
def save(
    pledge: Pledge,
    *,
    actor: access.Actor,
    at: datetime,
    typed: Mapping[str, str],
    revision: int,
    reply: str | None = None,
) -> Saved:
    """Keep what was typed, right or wrong, so that nothing is lost; tell how it reads.

    `reply` is what the person says to the reasons of a return; None leaves it as it is.

    `revision` is the one the page was made from: raises `StaleDraft` if the draft moved on,
    unless it already holds exactly this (the answer to an earlier request was lost on its way).
    Codes that the version has not, or that the manager does not fill, are ignored.
    """
    locked = _locked_for(actor, pledge)
    version = locked.version
    own = typed_codes(version.blank_list)
    kept = kept_of({code: text for code, text in typed.items() if code in own})
    answers = {**locked.answers, **kept}
    if reply is None or locked.corrects_id is None:
        reply = locked.reply
    reply = _kept_words(reply, MAX_REPLY_LENGTH)
    if (answers, reply) != (locked.answers, locked.reply):
        if locked.answers_revision != revision:
            raise refusals.StaleDraft
        locked.answers, locked.reply, locked.saved_at = answers, reply, at
        locked.answers_revision = revision + 1
        locked.save(update_fields=["answers", "reply", "answers_revision", "saved_at"])
    return Saved(locked.answers_revision, locked.saved_at, reading_of(locked))


@transactions.atomic
def set_language(pledge: Pledge, *, actor: access.Actor, at: datetime, language: str) -> Pledge:
    """Put the draft into the other of the two languages; its answers stay.

    Counts as a change of the draft: what was prepared in the old language is signed no more.
    """
    if language not in LANGUAGES:
        raise ValueError(language)
    locked = _locked_for(actor, pledge)
    if locked.language != language:
        locked.language, locked.saved_at = language, at
        locked.answers_revision += 1
        locked.save(update_fields=["language", "answers_revision", "saved_at"])
    return locked


def _locked_for(actor: access.Actor, pledge: Pledge) -> Pledge:
    """The draft itself, locked until the transaction ends, if the actor may fill it in."""
    locked = Pledge.objects.select_for_update(no_key=True).get(pk=pledge.pk)
    if locked.version_id == pledge.version_id:
        # Its texts are long, and what was published stays as it is.
        locked.version = pledge.version
    lifecycle.require(lifecycle.SIGN, locked.status)
    access.require(actor, Act.FILL_PLEDGE, locked)
    return locked


def _kept_words(text: str, longest: int) -> str:
    return made_visible(unified_line_breaks(text)[:longest], "\n")


def reading_of(pledge: Pledge) -> Reading:
    """How a draft's answers read now, with what the record and the system fill in."""
    return pledge.version.read(pledge.answers)


def is_unchanged(draft: Pledge) -> bool:
    """Whether a draft says what the returned pledge said that it corrects, and replies nothing."""
    returned = draft.corrects
    if returned is None or draft.reply.strip() or returned.version_id != draft.version_id:
        return False
    own = typed_codes(draft.version.blank_list)
    before = {code: answer for code, answer in returned.answers.items() if code in own}
    return reading_of(draft).answers == before
