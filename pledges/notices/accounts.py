"""E-mails that tell people what happened to their account; no setting switches them off."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import timezone
from django.utils.http import int_to_base36
from django_tasks import task

from pledges.models import Invitation, Person
from pledges.notices import sending


def tell(event: str, person: Person | None, **facts: str) -> None:
    """Queue the mail about `event`, in the caller's transaction: both happen, or neither.

    `facts` are kept in the queue, so they are words for the mail (a passkey's name, a browser),
    never a link, a token or a code; times are ISO 8601, in `at` or `until`. The mail's text is
    `templates/notices/<event>.txt`. `to` is where it goes if not to the person's present address.
    Without a person the task ends without a mail: whoever typed a name learns neither from the
    answer nor from its time whether somebody has it.
    """
    sending.queue(send, event, person.pk if person else None, facts)


def _reset_link(person: Person, at: datetime, facts: Mapping[str, str]) -> dict[str, Any]:
    """A link that lets `person` set a new password: by `PUBLIC_URL`, whatever host was asked."""
    token = default_token_generator.make_token(person)
    known = {"uidb36": int_to_base36(person.pk), "key": token}
    return {
        "path": reverse("account_reset_password_from_key", kwargs=known),
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
    }


def _invitation(person: Person, at: datetime, facts: Mapping[str, str]) -> dict[str, Any] | None:
    """The link of the invitation that is open at `at`, if one is."""
    mailed = Invitation.objects.open_at(at).filter(way=Invitation.Way.MAIL)
    invitation = mailed.filter(person=person).first()
    if invitation is None:
        return None
    return {"pk": invitation.pk, "key": invitation.key(), "until": invitation.expires_at}


def _whom(person: Person, at: datetime, facts: Mapping[str, str]) -> dict[str, Any] | None:
    """Who waits to be met, by the key in `facts`; nobody who has been met meanwhile."""
    whom = Person.objects.filter(pk=facts["whom"]).first()
    return {"whom": whom} if whom and whom.must_be_met else None


Maker = Callable[[Person, datetime, Mapping[str, str]], dict[str, Any] | None]
# What a mail needs and no queue may hold is made when it is sent; `None`: there is no mail.
MADE_WHEN_SENT: Final[Mapping[str, Maker]] = {
    "password_reset": _reset_link,
    "invitation": _invitation,
    "confirmation_wanted": _whom,
}


@task()
def send(
    event: str,
    person_id: int | None,
    facts: dict[str, str],
    *,
    tries: int = 0,
    message_id: str = "",
) -> None:
    """Send one mail to the account's owner."""
    if person_id is None:
        return
    person, at = Person.objects.get(pk=person_id), timezone.now()
    about: dict[str, Any] = {
        name: datetime.fromisoformat(fact) if name in ("at", "until") else fact
        for name, fact in facts.items()
    }
    if event in MADE_WHEN_SENT:
        made = MADE_WHEN_SENT[event](person, at, facts)
        if made is None:
            return
        # A link goes to the account's own address, whatever stands in the queue.
        about = {**about, **made, "to": ""}
    sending.send_mail(
        event,
        person,
        about,
        at=at,
        again=sending.Again(send, (event, person_id, facts), tries, message_id),
    )
