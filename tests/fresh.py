"""Somebody who has just proved who they are, by password and by a second factor."""

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from django.utils import timezone

from pledges.models import Person, Session
from pledges.models.sessions import SessionStore
from tests import baseline

# Whose records these are; where allauth keeps it is its own affair.
OWNER_KEY = "account_authentication_methods_user"


def prove(client: Client, person: Person, *, seconds_ago: int = 0) -> None:
    """Have `client`, in which `person` is signed in, look as after a sign-in that long ago."""
    at = timezone.now().timestamp() - seconds_ago
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": method, "at": at} for method in ("password", "mfa")
    ]
    session[OWNER_KEY] = str(person.pk)
    session.save()


def outdate(person: Person) -> None:
    """Take from every session of `person` what it knows of their having proved who they are."""
    for row in Session.objects.filter(person_id=person.pk):
        session = SessionStore(row.session_key)
        session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
        session.save()


def confirm_by_code(client: Client, person: Person) -> None:
    """Confirm on the account's own page, by a code of the person's authenticator app."""
    code = baseline.fresh_code(person, timezone.now())
    client.post("/accounts/2fa/reauthenticate/", {"code": code})
