"""How django-allauth serves this project: accounts are made by administrators alone."""

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from pledges import access
from pledges.access import Act
from pledges.models import Person


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; after signing in, everybody gets to where their work is."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        staff = access.allows(request.user, Act.ENTER_ADMIN)
        own = access.allows(request.user, Act.OPEN_PLEDGE)
        return reverse("admin:index" if staff and not own else "mine")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")


def client_address(request: HttpRequest) -> str | None:
    """The client's address as far as our own proxies vouch for it; `None` where unknown."""
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return None


def person_of(request: HttpRequest) -> Person:
    """Who asks; strangers are sent to sign in before any page calls this."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user
