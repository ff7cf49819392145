"""allauth's pages that change a second factor; each change is told of and ends other sessions."""

from copy import copy
from typing import Any

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pledges import transactions
from pledges.actions import credentials
from pledges.models import Person
from pledges.views.accounts import person_of


class _Noted:
    """What follows from the change that a page makes happens in the transaction of the change."""

    event: str
    request: HttpRequest

    def facts(self) -> dict[str, str]:
        """What the mail says beside the event, read before the change."""
        return {}

    @transactions.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        person = person_of(self.request)
        credentials.lock(person)
        # Before the change, which tells the ledger.
        self.note(person)
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        self.follow(form)
        return response

    def note(self, person: Person) -> None:
        """End the other sessions, and tell the person."""
        credentials.note_change(
            self.event,
            person,
            at=timezone.now(),
            session_key=self.request.session.session_key,
            **self.facts(),
        )

    def follow(self, form: Any) -> None:
        """What a page adds to the change, in its transaction."""


class ActivateAppView(_Noted, ActivateTOTPView):
    """An authenticator app is added."""

    event = "app_added"


class DeactivateAppView(_Noted, DeactivateTOTPView):
    """The authenticator app is removed."""

    event = "app_removed"

    def facts(self) -> dict[str, str]:
        # Django empties the key of what it deletes, and the change may be run twice.
        self.authenticator = copy(self.get_form_kwargs()["authenticator"])
        return {}


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
