"""Browsers in which somebody signed in before: a signed cookie says so, and nothing else does.

Whoever guesses passwords has none, so guessing locks nobody out of a browser of their own. And a
sign-in from a browser without one is told to the account's owner.
"""

import secrets
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from pledges.actions import signing_in
from pledges.models import Person

SALT: Final = "pledges.known-browser"
MAX_AGE: Final = 180 * 24 * 60 * 60  # seconds; begins anew with each sign-in
MAX_PEOPLE: Final = 5
"""Of so many people a browser is known; of more, the last ones."""


def known_as(request: HttpRequest, person: Person | None) -> str:
    """What this browser is called among those that `person` knows; empty for any other."""
    name, password = _kept(request).get(str(person.pk) if person else "", ("", ""))
    return name if person and constant_time_compare(password, _mark(person)) else ""


def welcome(
    request: HttpRequest, response: HttpResponse, person: Person, address: str | None
) -> None:
    """Have the browser known from now on; tell the owner of the account if it was not."""
    name = known_as(request, person)
    if not name:
        agent = request.headers.get("User-Agent", "")
        signing_in.tell_new_browser(person, user_agent=agent, address=address, at=timezone.now())
    others = {key: kept for key, kept in _kept(request).items() if key != str(person.pk)}
    people = [*others.items(), (str(person.pk), (name or secrets.token_hex(8), _mark(person)))]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(dict(people[-MAX_PEOPLE:]), salt=SALT),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _kept(request: HttpRequest) -> dict[str, tuple[str, str]]:
    """By people's keys: what the browser is called, and with which password they signed in."""
    cookie = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        people = signing.loads(cookie, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return {}
    return {key: (name, password) for key, (name, password) in people.items()}


def _mark(person: Person) -> str:
    """A new password makes every browser a new one: whoever knew the old one may have used it."""
    return salted_hmac(SALT, person.password, algorithm="sha256").hexdigest()[:16]
