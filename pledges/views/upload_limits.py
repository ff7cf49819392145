"""What is settled about an upload of a stranger's before a byte of it is read."""

import math
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from pledges import verification
from pledges.actions import rate_limiting
from pledges.actions.rate_limiting import Excess
from pledges.views.clients import client_address

MINUTE = 60  # seconds
UPLOADS = ("verify_file", "verify_printout")


class UploadLimitsMiddleware:
    """Refuses uploads by their size, or for coming too often, by their headers alone.

    It stands before the middleware that looks for a form's token: that one reads the body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and request.path in map(reverse, UPLOADS):
            return _refusal(request) or self.get_response(request)
        return self.get_response(request)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    size = _size(request)
    if size is None:
        return _refused(
            HTTPStatus.LENGTH_REQUIRED,
            _("The size of the file was not given"),
            _(
                "The request did not state its length, so it was not read. Please use the "
                "form on the page."
            ),
        )
    if size > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
        words = _("Only a PDF of at most %(limit)s MB can be checked. This file was not read.")
        return _refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            _("The file is too large"),
            words % {"limit": verification.MAX_FILE_MB},
        )
    return _too_often(request)


def _size(request: HttpRequest) -> float | None:
    """The length that was announced; one with more digits than any file needs is infinite."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not (announced.isascii() and announced.isdigit()):
        return None
    return int(announced) if len(announced) < 20 else math.inf


def _too_often(request: HttpRequest) -> HttpResponse | None:
    excess = rate_limiting.excess(
        "verify",
        client_address(request),
        for_each=settings.VERIFY_PER_MINUTE,
        in_all=settings.VERIFY_PER_MINUTE_IN_ALL,
    )
    if excess is None:
        return None
    words = {
        Excess.NETWORK: _(
            "There were too many attempts in a short time. Please wait a minute and try again."
        ),
        Excess.IN_ALL: _(
            "Many files are being checked right now. Please wait a minute and try again."
        ),
    }[excess]
    return _refused(HTTPStatus.TOO_MANY_REQUESTS, _("Too many requests"), words)


def _refused(status: HTTPStatus, title: str, words: str) -> HttpResponse:
    # No form on this page: neither session nor token is there yet.
    page = render_to_string("refused.html", {"title": title, "words": words})
    response = HttpResponse(page, status=status, headers={"X-Robots-Tag": "noindex"})
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(MINUTE)
    return response
