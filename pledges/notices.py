"""E-mails to people: queued with the change they tell of, sent by the worker after it."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django_tasks import task

from pledges.core.characters import escape_invisible, escape_lines
from pledges.core.lifecycle import Role
from pledges.models import Organisation, Person, Pledge, organisation_read_once

SIGNED = "signed"
ACCEPTED = "accepted"
RETURNED = "returned"
REVOKED = "revoked"
EXPIRED = "expired"


def announce(event: str, pledge: Pledge) -> None:
    """Queue the mails about `event`, in the caller's transaction: both happen, or neither."""
    for person in _receivers(event, pledge):
        send.enqueue(event, str(pledge.pk), person.pk)


def _receivers(event: str, pledge: Pledge) -> Iterable[Person]:
    if event == SIGNED:
        officers = Person.objects.filter(groups__name=Role.COMPLIANCE, is_active=True)
        return [pledge.person, *officers.exclude(pk=pledge.person_id).distinct()]
    return [pledge.person]


@task()
def send(event: str, pledge_id: str, person_id: int) -> None:
    """Send one mail to one person about `event` of a pledge."""
    person = Person.objects.get(pk=person_id)
    pledge = Pledge.objects.select_related("version", "person").get(pk=pledge_id)
    about = {
        "pledge": pledge,
        "own": pledge.person_id == person.pk,
        "title": pledge.version.subtitle.in_(person.language),
        "reasons": _reasons(pledge),
    }
    _mail(event, person, about)


def passkey_lapsed(person: Person, *, name: str, code: str) -> None:
    """Queue the mail that says that a passkey waited in vain for its confirmation."""
    send_lapsed.enqueue(person.pk, name, code)


@task()
def send_lapsed(person_id: int, name: str, code: str) -> None:
    """Tell its owner, who should know of it even if it was somebody else who added it."""
    person = Person.objects.get(pk=person_id)
    _mail("passkey_lapsed", person, {"name": name, "code": code})


def _mail(event: str, person: Person, about: dict[str, Any]) -> None:
    """Send one mail in the person's language; without an address there is nothing to do."""
    if not person.email or not person.is_active:
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
    EmailMessage(title, escape_lines(body.strip()) + "\n", to=[person.email]).send()


def _reasons(pledge: Pledge) -> list[dict[str, str]]:
    """Why `pledge` was returned, each with its clause as people cite it."""
    outline = pledge.version.outline(pledge.language)
    return [
        {
            "citation": outline.citation(reason.clause) if reason.clause else "",
            "text": "\n  ".join(reason.text.splitlines()),
        }
        for reason in pledge.return_reasons.all()
    ]
