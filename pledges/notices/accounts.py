"""E-mails that tell people what happened to their account; no setting switches them off."""

from datetime import datetime
from typing import Any

from django_tasks import task

from pledges.models import Person
from pledges.notices.sending import send_mail


def tell(event: str, person: Person, **facts: str) -> None:
    """Queue the mail about `event`, in the caller's transaction: both happen, or neither.

    `facts` are kept in the queue, so they are words for the mail (a passkey's name, a browser),
    never a link, a token or a code; a time is ISO 8601, in `at`. The mail's text is
    `templates/notices/<event>.txt`. `address` is where it goes if not to the person's present one.
    """
    send.enqueue(event, person.pk, facts)


@task()
def send(event: str, person_id: int, facts: dict[str, str]) -> None:
    """Send one mail to the account's owner."""
    about: dict[str, Any] = {
        name: datetime.fromisoformat(fact) if name == "at" else fact for name, fact in facts.items()
    }
    send_mail(event, Person.objects.get(pk=person_id), about)
