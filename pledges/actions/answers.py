"""Drafts: opening one, assigning one to somebody, saving what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core import lifecycle, refusals
from pledges.core.languages import LANGUAGES
from pledges.core.lifecycle import PledgeState, VersionState
from pledges.core.template.blanks import Blank, Kind, Reading
from pledges.models import Organisation, Person, Pledge, TemplateVersion

# More than the longest answer that any blank takes; what is beyond is not kept but refused.
MAX_TYPED_LENGTH = 10_000


@dataclass(frozen=True)
class Saved:
    """A draft after saving: its new revision, and how its answers read."""

    revision: int
    at: datetime
    reading: Reading


def open_pledge(version: TemplateVersion, *, actor: Person, at: datetime, language: str) -> Pledge:
    """The actor's draft on `version`: the one there is, or a new one.

    Raises `VersionNotOpen` for a version not published, `AlreadyWaiting` where a pledge of the
    same template waits for review or one on this version is in force.
    """
    access.require(actor, Act.OPEN_PLEDGE)
    return _open_draft(version, person=actor, actor=actor, at=at, language=language, due_on=None)


def assign(
    version: TemplateVersion,
    *,
    person: Person,
    actor: access.Actor,
    at: datetime,
    due_on: date | None,
) -> Pledge:
    """Give `person` a draft on `version`, to be signed by `due_on`; refused as by `open_pledge`."""
    access.require(actor, Act.ASSIGN_PLEDGE, person)
    access.require(person, Act.OPEN_PLEDGE)
    return _open_draft(
        version, person=person, actor=actor, at=at, language=person.language, due_on=due_on
    )


@transactions.atomic
def _open_draft(
    version: TemplateVersion,
    *,
    person: Person,
    actor: access.Actor,
    at: datetime,
    language: str,
    due_on: date | None,
) -> Pledge:
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if version.status != VersionState.PUBLISHED:
        raise refusals.VersionNotOpen
    own = Pledge.objects.of(person)
    draft = own.drafts().filter(version=version).first()
    if draft:
        if due_on and draft.due_on != due_on:
            draft.due_on = due_on
            draft.save(update_fields=["due_on"])
        return draft
    organisation = Organisation.current()
    today = organisation.localdate(at)
    if own.awaiting_review().filter(version__template_id=version.template_id).exists() or any(
        not held.may_be_followed_on(today, organisation)
        for held in own.accepted().filter(version=version)
    ):
        raise refusals.AlreadyWaiting
    pledge = Pledge.objects.create(
        person=person,
        version=version,
        language=language,
        answers=first_answers(version, person, language),
        saved_at=at,
        created_at=at,
        due_on=due_on,
    )
    event = "pledge.opened" if actor == person else "pledge.assigned"
    audit.record(event, actor=actor, subject=pledge, at=at, facts={"version": version.digest})
    return pledge


def first_answers(version: TemplateVersion, person: Person, language: str) -> dict[str, str]:
    """What a new draft begins with: the defaults of the version, and the person's record."""
    return {**default_answers(version, language), **profile_answers(version, person)}


def default_answers(version: TemplateVersion, language: str) -> dict[str, str]:
    """The defaults of `version` in this language, as answers are kept."""
    offered = {blank.code: blank.default.in_(language) for blank in version.blank_list}
    return dict(version.read(offered).answers)


def profile_answers(version: TemplateVersion, person: Person) -> dict[str, str]:
    """What the person's record fills in of `version`'s blanks."""
    profile = person.profile()
    return {
        blank.code: profile[blank.profile_field]
        for blank in version.blank_list
        if blank.kind is Kind.PROFILE
    }


@transactions.atomic
def save(
    pledge: Pledge,
    *,
    actor: access.Actor,
    at: datetime,
    typed: Mapping[str, str],
    revision: int,
) -> Saved:
    """Keep what was typed, right or wrong, so that nothing is lost; tell how it reads.

    `revision` is the one the page was made from: raises `StaleDraft` if the draft moved on,
    unless it already holds exactly this (the answer to an earlier request was lost on its way).
    Codes that the version has not, or that the manager does not fill, are ignored.
    """
    locked = _locked_for(actor, pledge)
    version = locked.version
    kept = {
        code: value[:MAX_TYPED_LENGTH].replace("\x00", "\N{REPLACEMENT CHARACTER}")
        for code, value in typed.items()
        if code in typed_codes(version.blank_list)
    }
    answers = {**locked.answers, **kept}
    if answers != locked.answers:
        if locked.answers_revision != revision:
            raise refusals.StaleDraft
        locked.answers, locked.saved_at = answers, at
        locked.answers_revision = revision + 1
        locked.save(update_fields=["answers", "answers_revision", "saved_at"])
    return Saved(locked.answers_revision, locked.saved_at, reading_of(locked))


@transactions.atomic
def set_language(pledge: Pledge, *, actor: access.Actor, at: datetime, language: str) -> Pledge:
    """Put the draft into the other of the two languages; its answers stay.

    A default that nobody changed is put into that language too.
    Counts as a change of the draft: what was prepared in the old language is signed no more.
    """
    if language not in LANGUAGES:
        raise ValueError(language)
    locked = _locked_for(actor, pledge)
    if locked.language != language:
        old, new = (default_answers(locked.version, each) for each in (locked.language, language))
        untouched = {code: new[code] for code in old if locked.answers.get(code) == old[code]}
        locked.answers = {**locked.answers, **untouched}
        locked.language, locked.saved_at = language, at
        locked.answers_revision += 1
        locked.save(update_fields=["answers", "language", "answers_revision", "saved_at"])
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


def typed_codes(blanks: tuple[Blank, ...]) -> frozenset[str]:
    """The keys under which a manager's answers are kept."""
    own = [blank for blank in blanks if blank.filled_by_manager]
    others = [f"{blank.code}.other" for blank in own if blank.other]
    return frozenset([blank.code for blank in own] + others)


def reading_of(pledge: Pledge) -> Reading:
    """How a draft's answers read now, with what the record and the system fill in."""
    return pledge.version.read(pledge.answers)


def draft_after(returned: Pledge, *, at: datetime) -> Pledge:
    """The new draft that takes the place of a returned pledge, its answers kept.

    It stays on the same version, unless that was retired: then it moves to the newest.
    """
    version = returned.version
    if version.status != VersionState.PUBLISHED:
        newest = TemplateVersion.objects.current(Organisation.current().localdate(at)).filter(
            template=version.template
        )
        version = newest.first() or version
    draft, _created = Pledge.objects.get_or_create(
        person=returned.person,
        version=version,
        status=PledgeState.DRAFT,
        defaults={
            "language": returned.language,
            "answers": {**default_answers(version, returned.language), **returned.answers},
            "saved_at": at,
            "created_at": at,
            "due_on": returned.due_on,
        },
    )
    draft.corrects = returned
    draft.save(update_fields=["corrects"])
    return draft
