"""What people see when something went wrong: our pages, in their language, and no internals."""

import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.decorators import decorator_from_middleware
from django.utils.translation import gettext as _

from pledges.views import language, security_log
from pledges.views.shortages import is_shortage

RETRY_AFTER = 60  # seconds


class _TokenMiddleware(CsrfViewMiddleware):
    """Gives the page's forms their token, and looks at nothing sent: that may be what is wrong."""

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        return None


View = Callable[..., HttpResponse]
_with_token = cast(Callable[[View], View], decorator_from_middleware(_TokenMiddleware))


def _page(request: HttpRequest, template: str, status: HTTPStatus) -> HttpResponse:
    # An address that leads nowhere reaches no view, so the person's language was not looked up.
    translation.activate(language.preferred(request))
    return render(request, template, status=status)


@_with_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: also for a host name that is not ours, so before anybody is signed in."""
    return _page(request, "400.html", HTTPStatus.BAD_REQUEST)


@_with_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not for this."""
    security_log.note_refused(request, exception)
    return _page(request, "403.html", HTTPStatus.FORBIDDEN)


@_with_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or none for this person; which of the two is not told."""
    security_log.note_refused(request, exception)
    return _page(request, "404.html", HTTPStatus.NOT_FOUND)


@_with_token
def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: asked too often in too short a time."""
    return _page(request, "429.html", HTTPStatus.TOO_MANY_REQUESTS)


@_with_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from our own page, or from one long out of date."""
    return _page(request, "403_csrf.html", HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: touches neither session nor database, for either may be what failed.

    503 where nothing is wrong with the request or with us, but with the place to keep things in.
    """
    if is_shortage(sys.exception()):
        return _unavailable()
    return HttpResponse(render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _unavailable() -> HttpResponse:
    page = {
        "title": _("Nothing can be saved right now"),
        "words": _(
            "What you sent may not have been saved. Everything saved before is safe. This "
            "has been recorded. Please go back to the page, where your entries are kept, "
            "and try again in a few minutes."
        ),
        "back": "my_pledges",
    }
    return HttpResponse(
        render_to_string("refused.html", page),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Retry-After": str(RETRY_AFTER)},
    )
