"""Setting up a way to sign where it is wanted: on the document's own page, or on one of its own."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import (
    is_reauthentication_required,
    raise_if_reauthentication_required,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pledges import wording
from pledges.actions import enrolling, freshness, pending
from pledges.actions.authenticating import Ways
from pledges.actions.pending import Waiting
from pledges.core import refusals, user_agents
from pledges.models import Person
from pledges.views import passkeys
from pledges.views.accounts import person_of
from pledges.views.signin import AddPasskeyForm
from pledges.views.waiting import waiting_for

# So long after a factor was added its owner is told what that means.
JUST_NOW: Final = timedelta(minutes=10)


def announced(person: Person) -> dict[str, Any]:
    """What `parts/first_signing.html` needs, on the page before anything is filled in."""
    ways = Ways(person)
    if ways.any:
        return {}
    waits = pending.waiting(person, timezone.now())
    return {"first_signing": {"ways": ways, **waiting_for(person, waits)}}


def panel(request: HttpRequest, ways: Ways) -> dict[str, Any]:
    """What `parts/no_way_to_sign.html` needs; nothing for who has a way to sign."""
    if ways.any:
        return {}
    person = ways.person
    waits = pending.waiting(person, timezone.now())
    asks = is_reauthentication_required(request, app="allauth.mfa")
    return {
        **waiting_for(person, waits),
        "ways": ways,
        "prove": _prove(request) if asks else None,
        "creation_options": None if asks else begin_registration(person, False)["publicKey"],
        "device": wording.device(request.headers.get("User-Agent", "")),
    }


def _prove(request: HttpRequest) -> dict[str, Any]:
    """How the person proves once more who they are, and then comes back to this page."""
    first = get_adapter().get_reauthentication_methods(request.user)[0]
    return {
        "by_password": first["id"] == "reauthenticate",
        "action": first["url"],
        "address": f"{first['url']}?{urlencode({'next': request.path})}",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The page of its own; a POST adds the passkey that the browser made, named by its device."""
    ways = Ways(person_of(request))
    if request.method == "POST":
        return _add(request, ways)
    return redirect("mfa_index") if ways.any else _page(request, ways)


def _add(request: HttpRequest, ways: Ways) -> HttpResponse:
    raise_if_reauthentication_required(request, app="allauth.mfa")
    form = AddPasskeyForm(request.POST, user=ways.person)
    if not form.is_valid():
        return _page(request, ways, refusals.PasskeyRefused("malformed"))
    given = form.cleaned_data
    try:
        made = enrolling.register(
            given["credential"], name=given["name"], actor=ways.person, at=timezone.now()
        )
    except refusals.Refusal as refusal:
        return _page(request, ways, refusal)
    if isinstance(made, Waiting):
        return redirect("mfa_confirm_passkey", digest=made.digest)
    passkeys.welcome(request, made.authenticator)
    return redirect("mfa_view_recovery_codes")


def _page(
    request: HttpRequest, ways: Ways, refusal: refusals.Refusal | None = None
) -> HttpResponse:
    said = _("The passkey was not added.") + " " + wording.refusal(refusal) if refusal else ""
    if ways.any:
        messages.error(request, said)
        return redirect("mfa_index")
    context = {**panel(request, ways), "error": said}
    return render(request, "mfa/set_up.html", context, status=422 if refusal else 200)


class RecoveryCodesView(ViewRecoveryCodesView):
    """allauth's page, which also leads on: it is what follows the first factor."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, at = person_of(self.request), timezone.now()
        ways = Ways(person)
        waits = [] if ways.any else pending.waiting(person, at)
        own = Authenticator.objects.filter(user=person, type__in=freshness.FACTORS)
        agent = self.request.headers.get("User-Agent", "")
        return {
            **super().get_context_data(**kwargs),
            **waiting_for(person, waits),
            "signs": ways.any,
            "is_new": own.filter(created_at__gt=at - JUST_NOW).exists(),
            "offers_phone": len(ways.passkeys) == 1 and not user_agents.is_phone(agent),
        }


recovery_codes = RecoveryCodesView.as_view()
