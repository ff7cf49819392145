"""How django-allauth serves this project: accounts are made by administrators alone."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import access
from pledges.access import Act
from pledges.actions import enrolment, passwords, pending
from pledges.models import Person


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; after signing in, everybody gets to where their work is."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        staff = access.allows(request.user, Act.ENTER_ADMIN)
        own = access.allows(request.user, Act.OPEN_PLEDGE)
        return reverse("admin:index" if staff and not own else "my_pledges")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def clean_password(self, password: str, user: Any = None) -> str:
        """Whoever has to change a password that somebody else set does not keep it."""
        chosen: str = super().clean_password(password, user)
        if isinstance(user, Person) and user.must_change_password and user.check_password(chosen):
            raise ValidationError(_("This is the password that somebody else set. Choose another."))
        return chosen

    def set_password(self, user: Person, password: str) -> None:
        passwords.choose(user, password, at=timezone.now())

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for method in methods:
            if method["id"] == "mfa_reauthenticate:webauthn":
                method["description"] = _("Use a passkey")
        return methods


class MFAAdapter(DefaultMFAAdapter):
    """Passkeys belong to the site at `PUBLIC_URL`, whatever host a request names."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": enrolment.party().id, "name": "Shounuo"}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        number += len(pending.waiting(user, timezone.now()))
        return _("Passkey %(number)s") % {"number": number}


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
