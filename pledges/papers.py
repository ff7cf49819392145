"""A pledge as paper: the sheet of data that its document is rendered from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from pledges.core.sheet import Sheet
from pledges.models import Organisation, Pledge


def verify_url(pledge: Pledge) -> str:
    """The address behind the QR code of `pledge`."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("verify", args=[pledge.pk])


def content(
    pledge: Pledge,
    *,
    answers: Mapping[str, str],
    signer: Mapping[str, str],
    organisation: Organisation,
    consent_version: str,
    consent_text: str,
) -> dict[str, Any]:
    """All that is promised, in the form in which the evidence file holds it."""
    version = pledge.version
    return {
        "answers": dict(answers),
        "consent": {"version": consent_version, "text": consent_text},
        "language": pledge.language,
        "organisation": organisation.name_in(pledge.language),
        "person": {"id": pledge.person_id, **signer},
        "pledge": {"id": str(pledge.pk), "number": pledge.number or ""},
        "template": {
            "slug": version.template.slug,
            "version": version.number,
            "digest": version.digest,
        },
    }


def sheet_of(
    pledge: Pledge,
    *,
    answers: Mapping[str, str],
    signer: Mapping[str, str],
    consent_text: str,
    rendered_at: datetime,
    digest: str,
) -> Sheet:
    """The sheet of `pledge` with exactly these answers, laid before this signer at this time."""
    organisation = Organisation.current()
    version = pledge.version
    return Sheet(
        language=pledge.language,
        title=version.title.in_(pledge.language),
        subtitle=version.subtitle.in_(pledge.language),
        organisation=organisation.name_in(pledge.language),
        number=pledge.number or "",
        version=version.number,
        effective_on=version.effective_on,
        version_digest=version.digest,
        content_digest=digest,
        outline=version.outline(pledge.language),
        blanks=version.blank_list,
        answers=answers,
        signer_name=signer["name"],
        verify_url=verify_url(pledge),
        rendered_at=rendered_at.astimezone(ZoneInfo(organisation.time_zone)),
        consent=consent_text,
        term_months=version.term_months,
    )
