"""What people see when something went wrong: our pages, in their language, and no internals."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.csrf import requires_csrf_token

from pledges.views import language


def _page(request: HttpRequest, template: str, status: HTTPStatus) -> HttpResponse:
    # An address that leads nowhere reaches no view, so the person's language was not looked up.
    translation.activate(language.preferred(request))
    return render(request, template, status=status)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: also for a host name that is not ours, so before anybody is signed in."""
    return _page(request, "400.html", HTTPStatus.BAD_REQUEST)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not for this."""
    return _page(request, "403.html", HTTPStatus.FORBIDDEN)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or none for this person; which of the two is not told."""
    return _page(request, "404.html", HTTPStatus.NOT_FOUND)


@requires_csrf_token
def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: asked too often in too short a time."""
    return _page(request, "429.html", HTTPStatus.TOO_MANY_REQUESTS)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from our own page, or from one long out of date."""
    return _page(request, "403_csrf.html", HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: touches neither session nor database, for either may be what failed."""
    return HttpResponse(render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)
