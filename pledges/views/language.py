"""Which language a page speaks, and the switch that changes it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST
from django.views.i18n import set_language


def chosen(request: HttpRequest) -> str | None:
    """The language that this browser was switched to, if it ever was."""
    code = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return code if code in dict(settings.LANGUAGES) else None


def requested(request: HttpRequest) -> str:
    """The language for a stranger: Chinese, unless the browser asks for English and no Chinese.

    Browsers in Chinese offices are often English ones; a reader who lists Chinese at all reads it.
    """
    accepted = request.headers.get("Accept-Language", "").lower()
    if "zh" in accepted:
        return settings.LANGUAGE_CODE
    return translation.get_language_from_request(request)


def preferred(request: HttpRequest) -> str:
    """The language switched to, else the signed-in person's own, else what a stranger gets."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return chosen(request) or user.language
    return chosen(request) or requested(request)


class PreferredLanguageMiddleware:
    """Activates the language of each request before anything of it is rendered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        self._activate(request, chosen(request) or requested(request))
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        # Only here is it known who asks: the account is looked up by a later middleware.
        if chosen(request) is None:
            self._activate(request, preferred(request))

    @staticmethod
    def _activate(request: HttpRequest, code: str) -> None:
        translation.activate(code)
        request.LANGUAGE_CODE = translation.get_language()


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and go back to `next`, if that is a page of this site."""
    return set_language(request)
