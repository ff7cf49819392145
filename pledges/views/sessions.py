"""How a session begins, and the end of one that has lasted too long, however busy it was."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from pledges.views.clients import client_address

STARTED = "signed_in_at"
CLIENT = "client"
MAX_USER_AGENT = 400  # characters


@receiver(user_logged_in, dispatch_uid="session-starts")
def start(sender: object, request: HttpRequest, **kwargs: Any) -> None:
    """Note when and from where somebody signed in; a second sign-in there starts anew."""
    request.session[STARTED] = int(timezone.now().timestamp())
    request.session[CLIENT] = {
        "address": client_address(request),
        "user_agent": request.headers.get("User-Agent", "")[:MAX_USER_AGENT],
    }


def outlived(request: HttpRequest) -> bool:
    """Whether the session is older than `settings.SESSION_ABSOLUTE_AGE` seconds."""
    now = int(timezone.now().timestamp())
    return now - request.session.setdefault(STARTED, now) >= settings.SESSION_ABSOLUTE_AGE


class SessionLifetimeMiddleware:
    """Signs people out at the end of the longest session, and says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not request.user.is_authenticated or not outlived(request):
            return None
        logout(request)
        messages.info(
            request, _("Your session has reached its maximum length. Please sign in again.")
        )
        if not getattr(view, "login_required", True):
            return None
        if request.method in ("GET", "HEAD"):
            answer = redirect_to_login(request.get_full_path())
        else:
            answer = HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(answer.url)
        return answer
