"""E-mails to people: queued with the change they tell of, sent by the worker after it.

Here are those about pledges; those about somebody's account are in `notices.accounts`.
"""

from collections.abc import Iterable

from django_tasks import task

from pledges.core.lifecycle import Role
from pledges.models import Person, Pledge
from pledges.notices.sending import send_mail

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
    send_mail(event, person, about)


def passkey_lapsed(person: Person, *, name: str, code: str) -> None:
    """Queue the mail that says that a passkey waited in vain for its confirmation."""
    send_lapsed.enqueue(person.pk, name, code)


@task()
def send_lapsed(person_id: int, name: str, code: str) -> None:
    """Tell its owner, who should know of it even if it was somebody else who added it."""
    person = Person.objects.get(pk=person_id)
    send_mail("passkey_lapsed", person, {"name": name, "code": code})


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
