"""A line in the log for each proof of who somebody is, each failed one, and each refusal.

ASVS 5.0 16.3.1 and 16.3.2. A person is their primary key: no line holds a name, or anything that
was typed.
"""

import logging
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from pledges.access import Denied
from pledges.views.clients import client_address

logger = logging.getLogger("pledges.security")


def note(
    event: str, request: HttpRequest, person: Any, *, well: bool = False, **facts: str
) -> None:
    """One line: what happened to whose account (`-`: to nobody's), from where; `well`: rightly."""
    told = {"person": getattr(person, "pk", None) or "-", "from": client_address(request) or "-"}
    line = " ".join(f"{name}={fact}" for name, fact in {**told, **facts}.items())
    logger.log(logging.INFO if well else logging.WARNING, "%s %s", event, line)


def note_failed(request: HttpRequest, person: Any, by: str) -> None:
    """What was given to prove who somebody is was wrong."""
    note("failed", request, person, by=by)


def note_refused(request: HttpRequest, exception: Exception) -> None:
    """Somebody signed in asked for what is not theirs, or not there: we answer alike."""
    person = getattr(request, "user", None) if request.resolver_match else None
    if getattr(person, "pk", None) is None:
        return
    act = exception.act.value if isinstance(exception, Denied) else "-"
    asked = f"{request.method} {request.path}"
    note("refused", request, person, act=repr(act), asked=repr(asked))


@receiver(authentication_step_completed, dispatch_uid="security-log-proved")
def _proved(sender: object, request: HttpRequest, user: Any, method: str, **facts: Any) -> None:
    again = "yes" if facts.get("reauthenticated") else "no"
    note("proved", request, user, well=True, by=str(facts.get("type", method)), again=again)


@receiver(authentication_failed, dispatch_uid="security-log-failed")
def _failed(
    sender: object, request: HttpRequest, user: Any, authenticator: Authenticator, **facts: Any
) -> None:
    note_failed(request, user, str(authenticator.type))


@receiver(user_logged_in, dispatch_uid="security-log-signed-in")
def _signed_in(sender: object, request: HttpRequest, user: Any, **facts: Any) -> None:
    note("signed-in", request, user, well=True)


@receiver(user_logged_out, dispatch_uid="security-log-signed-out")
def _signed_out(sender: object, request: HttpRequest, user: Any, **facts: Any) -> None:
    if user is not None:
        note("signed-out", request, user, well=True)
