"""allauth's pages that change a second factor; each change is told of and ends other sessions."""

from typing import Any

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pledges.actions import credentials
from pledges.views.accounts import person_of


class _Noted:
    """What follows from the change that a page makes happens in the transaction of the change."""

    event: str
    request: HttpRequest

    def facts(self) -> dict[str, str]:
        """What the mail says beside the event, read before the change."""
        return {}

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            facts = self.facts()
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            self.follow(form, facts)
        return response

    def follow(self, form: Any, facts: dict[str, str]) -> None:
        """End the other sessions, and tell the person."""
        credentials.note_change(
            self.event,
            person_of(self.request),
            at=timezone.now(),
            session_key=self.request.session.session_key,
            **facts,
        )


class ActivateAppView(_Noted, ActivateTOTPView):
    """An authenticator app is added."""

    event = "app_added"


class DeactivateAppView(_Noted, DeactivateTOTPView):
    """The authenticator app is removed."""

    event = "app_removed"


class GenerateCodesView(_Noted, GenerateRecoveryCodesView):
    """Recovery codes are made anew."""

    event = "codes_made"


class RemovePasskeyView(_Noted, RemoveWebAuthnView):
    """A passkey is removed."""

    event = "passkey_removed"

    def facts(self) -> dict[str, str]:
        return {"passkey": str(self.get_object())}


deactivate_app = DeactivateAppView.as_view()
generate_codes = GenerateCodesView.as_view()
remove_passkey = RemovePasskeyView.as_view()
