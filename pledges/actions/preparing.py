"""Before signing: freeze the answers, render the document, record the intent."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction

from pledges import access, audit, crash_points, rendering, sheets
from pledges.access import Act
from pledges.actions import readings
from pledges.actions.answers import profile_answers
from pledges.actions.pledge_numbers import next_number
from pledges.core import consent, lifecycle, refusals
from pledges.core.characters import EMPLOYEE_NUMBER
from pledges.core.lifecycle import VersionState
from pledges.core.promised_content import content_digest
from pledges.core.template.blanks import Kind, read
from pledges.models import (
    Organisation,
    Pledge,
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
class _Frozen:
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
def prepare(pledge: Pledge, *, actor: access.Actor, at: datetime) -> SigningIntent:
    """Prepare the finished document for its signer: render it, store it, record the intent.

    The same answers prepared again give the intent that is open, if its document is kept and says
    what the intent says. Raises `Incomplete`, `VersionNotOpen`, `Unprintable`, `NumberUnfit`, or
    `StaleDraft` when the draft moved on while the document was rendered.
    """
    frozen = _freeze(pledge, actor=actor, at=at)
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
    if still_open and readings.is_faithful(still_open):
        return still_open
    # The signer's name is drawn only at the signing; it must be known now that it can be.
    unprintable = fonts.missing_glyphs("".join([*frozen.signer.values(), *frozen.answers.values()]))
    if unprintable:
        raise refusals.Unprintable(unprintable)
    if not re.fullmatch(EMPLOYEE_NUMBER, frozen.signer["employee_number"]):
        raise refusals.NumberUnfit
    rendered = _render(frozen, at=at)
    crash_points.reach("prepare:rendered")
    digest = document_store.put(rendered)
    crash_points.reach("prepare:stored")
    return _record_intent(frozen, actor=actor, at=at, digest=digest, size=len(rendered))


def _render(frozen: _Frozen, *, at: datetime) -> bytes:
    try:
        return rendering.render_pledge(
            sheets.sheet_of(frozen.pledge, frozen.content, rendered_at=at),
            font_of(frozen.pledge),
        )
    except MissingGlyph as missing:
        raise refusals.Unprintable(tuple(missing.characters)) from missing


def font_of(pledge: Pledge) -> FontSubset:
    """The font subset of the pledge's version, made when it was published."""
    font = pledge.version.font
    return _loaded(font.pk, font.sha256)


# A quarter of a megabyte each, which never changes: fetched once in each process.
@lru_cache(maxsize=32)
def _loaded(key: int, sha256: str) -> FontSubset:
    font = VersionFont.objects.get(pk=key, sha256=sha256)
    return FontSubset(serif=bytes(font.serif), sans=bytes(font.sans), sha256=sha256)


@transaction.atomic
def _freeze(pledge: Pledge, *, actor: access.Actor, at: datetime) -> _Frozen:
    locked = (
        Pledge.objects.select_for_update(of=("self",))
        .select_related("version__template", "version__font", "person__department")
        .defer(*FONT_FILES)
        .get(pk=pledge.pk)
    )
    lifecycle.require(lifecycle.SIGN, locked.status)
    access.require(actor, Act.SIGN_PLEDGE, locked)
    if locked.version.status != VersionState.PUBLISHED:
        raise refusals.VersionNotOpen
    reading = read(_filled_by_manager(locked), locked.answers)
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
    return _Frozen(locked, content, signer)


def _filled_by_manager(pledge: Pledge) -> list:
    return [blank for blank in pledge.version.blank_list if blank.filled_by_manager]


def _given_by_system(pledge: Pledge) -> dict[str, str]:
    profile = profile_answers(pledge.version, pledge.person)
    given = {}
    for blank in pledge.version.blank_list:
        if blank.kind is Kind.SERIAL:
            given[blank.code] = pledge.number or ""
        elif not blank.filled_by_manager:
            given[blank.code] = profile[blank.code]
    return given


@transaction.atomic
def _record_intent(
    frozen: _Frozen,
    *,
    actor: access.Actor,
    at: datetime,
    digest: str,
    size: int,
) -> SigningIntent:
    now = Pledge.objects.select_for_update().get(pk=frozen.pledge.pk)
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
