"""How django-allauth serves this project: accounts are made by administrators alone."""

import logging
from itertools import chain, count
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.signals import password_reset
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import PermissionDenied, ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import access, wording
from pledges.access import Act
from pledges.actions import attempts, credentials, enrolment, freshness, pending
from pledges.actions.attempts import Account, Attempt, What
from pledges.core import refusals
from pledges.models import Organisation, Person
from pledges.views import known_browsers, security_log
from pledges.views.clients import client_address

logger = logging.getLogger(__name__)
MAX_DEVICE = 50  # characters: of the 60 that a name may have, the rest is for a number


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; after signing in, everybody gets to where their work is."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        staff = access.allows(request.user, Act.ENTER_ADMIN)
        return reverse("admin:index" if staff else "my_pledges")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """On to work; allauth would show the form once more."""
        return self.get_login_redirect_url(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail is sent within a request; each of ours is queued by an action."""
        logger.error("allauth wanted to send the mail %s; none was sent", template_prefix)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Sign-in and confirmation by password: a try is counted before it is judged.

        The library is given one name. Given an address as well it would hash the password once
        more for somebody's than for nobody's, and look for it as it was typed: the time would tell
        who has an account, and a capital letter would keep its owner out.
        """
        typed = credentials.get("username") or credentials.get("email") or ""
        account = Account.named(typed)
        attempt = begin_on_form(request, What.PASSWORD, account)
        name = account.person.username if account.person else typed
        user = super().authenticate(
            request, username=name, password=credentials.get("password", "")
        )
        if user is not None:
            attempt.take_back()
        else:
            security_log.note_failed(request, account.person, What.PASSWORD)
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth counts here, by the host that a request names; we have counted."""

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **options)
        known_browsers.welcome(request, response, user, client_address(request))
        return response

    def clean_password(self, password: str, user: Any = None) -> str:
        """Whoever has to change a password that somebody else set does not keep it."""
        chosen: str = super().clean_password(password, user)
        if isinstance(user, Person) and user.must_change_password and user.check_password(chosen):
            raise ValidationError(
                _("This is the password that someone else set. Please choose another.")
            )
        return chosen

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Who has just signed in, by all that they have, is not asked for it once more."""
        person = person_of(self.request)
        records = get_authentication_records(self.request, person)
        return not freshness.is_fresh(person, records, timezone.now())

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Who has a second factor is asked for that; the password is for those who have none."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for method in methods:
            if method["id"] == "mfa_reauthenticate:webauthn":
                method["description"] = _("Use a passkey")
            elif method["id"] == "mfa_reauthenticate" and not _has_app(user):
                method["description"] = _("Use a recovery code")
        methods.sort(key=lambda method: method["id"] != "mfa_reauthenticate:webauthn")
        return [each for each in methods if each["id"] != "reauthenticate"] or methods

    def set_password(self, user: Any, password: str) -> None:
        credentials.change_password(
            user, password, at=timezone.now(), session_key=self.request.session.session_key
        )


def _has_app(user: Any) -> bool:
    return is_mfa_enabled(user, [Authenticator.Type.TOTP])


def site_name() -> str:
    """What devices and apps call us: whose installation it is, and of what."""
    return f"{Organisation.current()} · {_('Shounuo')}"


class MFAAdapter(DefaultMFAAdapter):
    """Passkeys belong to the site at `PUBLIC_URL`, whatever host a request names."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": enrolment.party().id, "name": site_name()}

    def get_totp_issuer(self) -> str:
        return site_name()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Called after the device that the browser says it is on, whatever else is so called."""
        rows = Authenticator.objects.filter(user_id=user.pk, type=type)
        taken = {str(row.wrap().name) for row in rows}
        taken |= {each.record.name for each in pending.waiting(user, timezone.now())}
        agent = context.request.headers.get("User-Agent", "")
        name = wording.device(agent)[:MAX_DEVICE] or _("Passkey")
        others = (f"{name} {number}" for number in count(2))
        return next(each for each in chain((name,), others) if each not in taken)


def begin_attempt(request: HttpRequest, what: What, account: Account) -> Attempt:
    """Count a try at what `account` alone knows. Raises `TooManyAttempts`."""
    try:
        return attempts.begin(
            what,
            account,
            address=client_address(request),
            browser=known_browsers.known_as(request, account.person),
            at=timezone.now(),
        )
    except refusals.TooManyAttempts:
        security_log.note("locked", request, account.person, by=what)
        raise


def begin_on_form(request: HttpRequest, what: What, account: Account) -> Attempt:
    """The same for a form, which says what was refused beside its fields."""
    try:
        return begin_attempt(request, what, account)
    except refusals.TooManyAttempts as refusal:
        raise ValidationError(wording.refusal(refusal), code=refusal.kind) from refusal


@receiver(password_reset, dispatch_uid="password-reset-forgives")
def forgive(sender: object, user: Any, **kwargs: Any) -> None:
    """Whoever has set a new password by the link in their mail is locked out no more."""
    attempts.forgive(user)


def person_of(request: HttpRequest) -> Person:
    """Who asks; strangers are sent to sign in before any page calls this."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user
