"""A password that somebody else set opens one page: the one on which it is changed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from pledges.models import Person

OPEN = frozenset({"account_change_password", "account_logout"})


class FirstPasswordMiddleware:
    """Sends whoever has not changed their first password to do so, from wherever they go."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not isinstance(request.user, Person) or not request.user.must_change_password:
            return None
        match = request.resolver_match
        # Pages for everybody need no password; whoever is signed in sees no more of them.
        if (match and match.view_name in OPEN) or not getattr(view, "login_required", True):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(redirect("account_change_password").url)
        messages.info(
            request,
            _("Your password was set by someone else. Please choose your own to continue."),
        )
        return redirect("account_change_password")
