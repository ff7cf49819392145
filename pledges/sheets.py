"""A pledge as paper: the sheet of data that its document is rendered from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from pledges.core.promised_content import content_digest
from pledges.core.sheet import Sheet
from pledges.models import Organisation, Pledge, Signature, SigningIntent


def verify_url(pledge: Pledge) -> str:
    """The address behind the QR code of `pledge`."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("verify", args=[pledge.pk])


def content(
    pledge: Pledge,
    *,
    answers: Mapping[str, str],
    signer: Mapping[str, str],
    organisation: str,
    consent_version: str,
    consent_text: str,
) -> dict[str, Any]:
    """All that is promised, in the form in which the evidence file holds it."""
    version = pledge.version
    return {
        "answers": dict(answers),
        "consent": {"version": consent_version, "text": consent_text},
        "language": pledge.language,
        "organisation": organisation,
        "person": {"id": pledge.person_id, **signer},
        "pledge": {"id": str(pledge.pk), "number": pledge.number or ""},
        "template": {
            "slug": version.template.slug,
            "version": version.number,
            "digest": version.digest,
        },
    }


def prepared_content(intent: SigningIntent) -> dict[str, Any]:
    """What is promised by who signs through `intent`, as far as the database tells it."""
    return content(
        intent.pledge,
        answers=intent.answers,
        signer=intent.signer,
        organisation=intent.organisation,
        consent_version=intent.consent_version,
        consent_text=intent.consent_text,
    )


def signed_content(pledge: Pledge, signature: Signature) -> dict[str, Any]:
    """What was promised in a pledge that was signed, from what was frozen then."""
    return content(
        pledge,
        answers=pledge.answers,
        signer={
            "name": pledge.signer_name,
            "employee_number": pledge.signer_employee_number,
            "department": pledge.signer_department,
        },
        organisation=signature.intent.organisation,
        consent_version=signature.consent_version,
        consent_text=signature.consent_text,
    )


def sheet_of(pledge: Pledge, content: Mapping[str, Any], *, rendered_at: datetime) -> Sheet:
    """The sheet that says exactly `content`: what its digest covers is what is shown.

    The wording is that of the pledge's version, of which `content` holds the digest.
    """
    version = pledge.version
    language = content["language"]
    return Sheet(
        language=language,
        title=version.title.in_(language),
        subtitle=version.subtitle.in_(language),
        organisation=content["organisation"],
        number=content["pledge"]["number"],
        version=content["template"]["version"],
        effective_on=version.effective_on,
        version_digest=content["template"]["digest"],
        content_digest=content_digest(content),
        outline=version.outline(language),
        blanks=version.blank_list,
        answers=content["answers"],
        signer_name=content["person"]["name"],
        signer_employee_number=content["person"]["employee_number"],
        signer_department=content["person"]["department"],
        verify_url=verify_url(pledge),
        rendered_at=Organisation.current().localtime(rendered_at),
        consent=content["consent"]["text"],
        term_months=version.term_months,
    )
