"""How a mail is made of its templates and sent: in its receiver's language."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from pledges.core.characters import escape_invisible, escape_lines
from pledges.models import Organisation, Person, organisation_read_once


def send_mail(event: str, person: Person, about: dict[str, Any]) -> None:
    """Send one mail in the person's language; without an address there is nothing to do."""
    receiver = about.get("address") or person.email
    if not receiver or not person.is_active:
        return
    with organisation_read_once(), translation.override(person.language):
        context = {
            **about,
            "person": person,
            "organisation": Organisation.current().name_in(person.language),
            "site": settings.PUBLIC_URL.rstrip("/"),
        }
        subject = render_to_string(f"notices/{event}_subject.txt", context)
        body = render_to_string(f"notices/{event}.txt", context)
    title = escape_invisible(" ".join(subject.split()))
    EmailMessage(title, escape_lines(body.strip()) + "\n", to=[receiver]).send()
