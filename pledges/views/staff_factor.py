"""Staff enrol a second factor before anything else (`settings.STAFF_SECOND_FACTOR`)."""

from collections.abc import Callable
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from pledges import access
from pledges.access import Act
from pledges.views import help_pages

# All that somebody reaches who has yet to enrol; every other page leads to the first of these.
OPEN: Final = frozenset(
    {
        "mfa_index",
        *("mfa_add_webauthn", "mfa_list_webauthn", "mfa_confirm_passkey", "mfa_discard_passkey"),
        "mfa_activate_totp",
        "account_reauthenticate",
        *("account_change_password", "account_set_password", "account_logout"),
        *("language", "healthz"),
        *("help", *map(help_pages.address, help_pages.TITLES)),
    }
)
# Where somebody wanted to go who was sent to enrol first; the account's pages show the way.
WANTED: Final = "wanted_before_enrolling"


def must_enrol(user: Any) -> bool:
    """Whether `user` is staff by the roles of this moment, and has no second factor yet."""
    return (
        settings.STAFF_SECOND_FACTOR
        and access.allows(user, Act.ENTER_ADMIN)
        and not is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    )


class StaffFactorMiddleware:
    """Sends staff without a second factor to where they enrol one, whatever they asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        held_up = must_enrol(request.user)
        request.must_enrol = held_up  # type: ignore[attr-defined]
        if not held_up:
            _arrive(request)
            return None
        if request.resolver_match and request.resolver_match.view_name in OPEN:
            return None
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(reverse("mfa_index"))
        if request.method == "GET":
            request.session[WANTED] = request.get_full_path()
        return redirect("mfa_index")


def _arrive(request: HttpRequest) -> None:
    """Forget where somebody wanted to go once they are there."""
    if request.session.get(WANTED) == request.get_full_path():
        del request.session[WANTED]
