"""Before signing: freeze the answers, render the document, record the intent."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings

from pledges import access, audit, crash_points, rendering, sheets, transactions
from pledges.access import Act
from pledges.actions import readings, version_steps
from pledges.actions.draft_answers import profile_answers
from pledges.actions.pledge_numbers import next_number
from pledges.core import consent, lifecycle, refusals
from pledges.core.characters import EMPLOYEE_NUMBER
from pledges.core.lifecycle import VersionState
from pledges.core.promised_content import content_digest
from pledges.core.template.blanks import Kind
from pledges.models import (
    Organisation,
    Pledge,
    RenderedAhead,
    SigningIntent,
    VersionFont,
    organisation_read_once,
)
from pledges.rendering import fonts
from pledges.rendering.fonts import FontSubset, MissingGlyph
from pledges.storage import document_store

FONT_FILES = ("version__font__serif", "version__font__sans")
"""What `font_of` fetches by itself where it has to."""


@dataclass(frozen=True)
class Frozen:
    """What the document will say, read under a lock."""

    pledge: Pledge
    content: Mapping[str, Any]
    signer: Mapping[str, str]

    @property
    def digest(self) -> str:
        return content_digest(self.content)

    @property
    def answers(self) -> Mapping[str, str]:
        answers: Mapping[str, str] = self.content["answers"]
        return answers


@organisation_read_once()
def prepare(
    pledge: Pledge, *, actor: access.Actor, at: datetime, asked_at: datetime | None = None
) -> SigningIntent:
    """Prepare the finished document for its signer: render it, store it, record the intent.

    The same answers prepared again give the intent that is open, if its document is kept and says
    what the intent says; in the last minutes of that, a new one. Raises `Incomplete`,
    `VersionNotOpen`, `VersionReplaced`, `WordingDiffers`, `Unprintable`, `NumberUnfit`,
    `StaleDraft` when the draft moved on while the document was rendered, or a kind of `Unmade`.
    After `StillMaking` whoever asks again with the same `asked_at` finds the document done.
    """
    frozen = freeze(pledge, actor=actor, at=at)
    still_open = (
        SigningIntent.objects.open(at)
        .filter(
            pledge=frozen.pledge,
            content_digest=frozen.digest,
            answers_revision=frozen.pledge.answers_revision,
            created_at__lte=at,
        )
        .order_by("-created_at")
        .first()
    )
    if still_open and at < still_open.last_call and readings.is_faithful(still_open):
        return still_open
    check_printable(frozen)
    if ready := _rendered_ahead(frozen, at):
        return _record_intent(
            frozen, actor=actor, at=at, digest=ready.document_digest, size=ready.document_size
        )
    rendered = render(frozen, at=asked_at or at, within=settings.RENDER_PATIENCE)
    crash_points.reach("prepare:rendered")
    digest = document_store.put(rendered)
    crash_points.reach("prepare:stored")
    return _record_intent(frozen, actor=actor, at=at, digest=digest, size=len(rendered))


def check_printable(frozen: Frozen) -> None:
    """The signer's name is drawn only at the signing; it must be known now that it can be."""
    unprintable = fonts.missing_glyphs("".join([*frozen.signer.values(), *frozen.answers.values()]))
    if unprintable:
        raise refusals.Unprintable(unprintable)
    if not re.fullmatch(EMPLOYEE_NUMBER, frozen.signer["employee_number"]):
        raise refusals.NumberUnfit


def render(frozen: Frozen, *, at: datetime, within: float, urgent: bool = True) -> bytes:
    """The document as it is rendered at `at`; raises `Unprintable`, or a kind of `Unmade`."""
    try:
        return rendering.render_pledge(
            sheets.sheet_of(frozen.pledge, frozen.content, rendered_at=at),
            font_of(frozen.pledge),
            within=within,
            urgent=urgent,
        )
    except MissingGlyph as missing:
        raise refusals.Unprintable(tuple(missing.characters)) from missing


def _rendered_ahead(frozen: Frozen, at: datetime) -> RenderedAhead | None:
    """The document that was rendered before anybody asked, if it says the same on the same day."""
    day = Organisation.current().localdate
    ready = RenderedAhead.objects.filter(
        pledge=frozen.pledge,
        answers_revision=frozen.pledge.answers_revision,
        rendered_at__lte=at,
    ).first()
    if ready is None or day(ready.rendered_at) != day(at):
        return None
    return ready if readings.says(ready, frozen.digest, frozen.pledge.version) else None


def font_of(pledge: Pledge) -> FontSubset:
    """The font subset of the pledge's version, made when it was published."""
    font = pledge.version.font
    return _loaded(font.pk, font.sha256)


# A quarter of a megabyte each, which never changes: fetched once in each process.
@lru_cache(maxsize=32)
def _loaded(key: int, sha256: str) -> FontSubset:
    font = VersionFont.objects.get(pk=key, sha256=sha256)
    return FontSubset(serif=bytes(font.serif), sans=bytes(font.sans), sha256=sha256)


@transactions.atomic
def freeze(pledge: Pledge, *, actor: access.Actor, at: datetime) -> Frozen:
    """Read under a lock what the document will say; gives the pledge its number."""
    locked = (
        Pledge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version__template", "version__font", "person__department")
        .defer(*FONT_FILES)
        .get(pk=pledge.pk)
    )
    lifecycle.require(lifecycle.SIGN, locked.status)
    access.require(actor, Act.SIGN_PLEDGE, locked)
    if locked.version.status != VersionState.PUBLISHED:
        raise refusals.VersionNotOpen
    version_steps.require_open(locked.version, at)
    readings.require_published_wording(locked.version)
    reading = locked.version.read(locked.answers)
    if reading.problems or reading.missing:
        raise refusals.Incomplete(reading)
    if locked.number is None:
        locked.number = next_number(at)
        locked.save(update_fields=["number"])
    person = locked.person
    answers = {**reading.answers, **_given_by_system(locked)}
    signer = {
        "name": person.name,
        "employee_number": person.employee_number,
        "department": person.department.name_zh,
    }
    content = sheets.content(
        locked,
        answers=answers,
        signer=signer,
        organisation=Organisation.current().name_in(locked.language),
        consent_version=consent.CURRENT,
        consent_text=consent.wording().in_(locked.language),
    )
    return Frozen(locked, content, signer)


def _given_by_system(pledge: Pledge) -> dict[str, str]:
    profile = profile_answers(pledge.version, pledge.person)
    given = {}
    for blank in pledge.version.blank_list:
        if blank.kind is Kind.SERIAL:
            given[blank.code] = pledge.number or ""
        elif not blank.filled_by_manager:
            given[blank.code] = profile[blank.code]
    return given


@transactions.atomic
def _record_intent(
    frozen: Frozen,
    *,
    actor: access.Actor,
    at: datetime,
    digest: str,
    size: int,
) -> SigningIntent:
    now = Pledge.objects.select_for_update(no_key=True).get(pk=frozen.pledge.pk)
    lifecycle.require(lifecycle.SIGN, now.status)
    if now.answers_revision != frozen.pledge.answers_revision:
        raise refusals.StaleDraft
    intent = SigningIntent.objects.create(
        pledge=now,
        person_id=now.person_id,
        document_digest=digest,
        document_size=size,
        content_digest=frozen.digest,
        version_digest=frozen.pledge.version.digest,
        answers=dict(frozen.answers),
        answers_revision=now.answers_revision,
        signer=dict(frozen.signer),
        organisation=frozen.content["organisation"],
        consent_version=frozen.content["consent"]["version"],
        consent_text=frozen.content["consent"]["text"],
        nonce=secrets.token_hex(32),
        created_at=at,
        expires_at=at + timedelta(minutes=settings.SIGNING_INTENT_MINUTES),
    )
    _tell(intent, actor=actor, at=at)
    return intent


def _tell(intent: SigningIntent, *, actor: access.Actor, at: datetime) -> None:
    facts = {
        "intent": str(intent.pk),
        "document": intent.document_digest,
        "version": intent.version_digest,
    }
    # The content can be guessed from a list of names and answers, and its digest would tell who is
    # right; the document's, which the evidence has to name, only to whoever renders each guess.
    audit.record(
        "pledge.prepared",
        actor=actor,
        subject=intent.pledge,
        at=at,
        facts=facts,
        personal={"content": intent.content_digest},
    )
