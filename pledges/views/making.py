"""A document that is not there yet: the page that waits for it, and the one that gives up."""

from datetime import datetime, timedelta
from http import HTTPStatus

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pledges import wording
from pledges.core import refusals
from pledges.models import Organisation, Pledge

SALT = "pledges.making"
LONG = timedelta(minutes=1)
"""After which the page no longer looks by itself."""


def asked_at(request: HttpRequest, pledge: Pledge, at: datetime) -> datetime:
    """When this page first asked for its document; now, for one that has not asked before.

    Another day would make another document.
    """
    try:
        told = signing.loads(request.POST.get("asked", ""), salt=SALT)
        first = datetime.fromisoformat(told["at"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return at
    day = Organisation.current().localdate
    same = told.get("pledge") == str(pledge.pk) and first <= at and day(first) == day(at)
    return first if same else at


def wait(request: HttpRequest, pledge: Pledge, *, asked_at: datetime, at: datetime) -> HttpResponse:
    """The page that says that the document is being made, and asks again."""
    told = {"pledge": str(pledge.pk), "at": asked_at.isoformat()}
    context = {
        "pledge": pledge,
        "asked": signing.dumps(told, salt=SALT),
        "takes_long": at - asked_at > LONG,
    }
    return render(request, "making.html", context, status=HTTPStatus.ACCEPTED)


def try_again(request: HttpRequest, pledge: Pledge, unmade: refusals.Unmade) -> HttpResponse:
    """The page that says why the document cannot be made just now."""
    context = {"pledge": pledge, "reason": wording.refusal(unmade)}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    response = render(request, "making_later.html", context, status=status)
    response.headers["Retry-After"] = str(unmade.retry_after)
    return response
