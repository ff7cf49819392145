"""One's passkeys: adding one, letting one vouch for another, and which of them sign documents."""

import json
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from allauth.mfa.webauthn.internal import flows
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pledges import wording
from pledges.actions import enrolment
from pledges.core import refusals
from pledges.models import Person
from pledges.views.accounts import person_of


@dataclass(frozen=True)
class Shown:
    """A passkey as its owner sees it: whether it signs, and whether another can vouch for it."""

    authenticator: Authenticator
    signs: bool
    can_be_confirmed: bool


class AddPasskeyView(AddWebAuthnView):
    """allauth's page; what it has registered is enrolled for signing, or waits for a voucher."""

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator, codes = flows.add_authenticator(
            self.request, form.cleaned_data["name"], form.cleaned_data["credential"]
        )
        self.did_generate_recovery_codes = bool(codes)
        return _enrol(self.request, authenticator) or redirect(self.get_success_url())

    def get_success_url(self) -> str:
        shown: str = super().get_success_url()
        return shown if self.did_generate_recovery_codes else reverse("mfa_list_webauthn")


add = AddPasskeyView.as_view()


def _enrol(request: HttpRequest, authenticator: Authenticator) -> HttpResponse | None:
    """Enrol a passkey just registered; says what came of it, and where else to go, if anywhere."""
    person = person_of(request)
    try:
        enrolment.enrol(authenticator, actor=person, at=timezone.now())
    except refusals.NotIntroduced as refusal:
        if enrolment.introduction_options(authenticator):
            return redirect("mfa_confirm_passkey", pk=authenticator.pk)
        return _take_back(request, authenticator, refusal)
    except refusals.Refusal as refusal:
        return _take_back(request, authenticator, refusal)
    messages.success(request, _("Passkey added. It signs documents from now on."))
    return None


def _take_back(
    request: HttpRequest, authenticator: Authenticator, refusal: refusals.Refusal
) -> HttpResponse:
    """What cannot sign is no passkey of ours: it is removed again, and the person told why."""
    flows.delete_and_cleanup(request, authenticator)
    messages.error(request, _("The passkey was not added.") + " " + wording.refusal(refusal))
    return redirect("mfa_index")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All passkeys of the person, with what each is good for."""
    person = person_of(request)
    signing = {each.authenticator.pk for each in enrolment.enrolled(person)}
    vouching = {each.authenticator.pk for each in enrolment.enrolled(person, under_any_number=True)}
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    shown = [
        Shown(row, row.pk in signing, bool(vouching) and row.pk not in vouching)
        for row in rows.order_by("pk")
    ]
    context = {"passkeys": shown}
    return render(request, "mfa/webauthn/authenticator_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A passkey enrolled before vouches for a new one, by signing the new one's very key."""
    person = person_of(request)
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    newcomer = get_object_or_404(rows, pk=pk)
    options = enrolment.introduction_options(newcomer)
    if options is None or any(
        each.authenticator.pk == pk for each in enrolment.enrolled(person, under_any_number=True)
    ):
        return redirect("mfa_list_webauthn")
    error = ""
    if request.method == "POST" and not (error := _confirm(request, newcomer, person)):
        messages.success(request, _("Passkey added. It signs documents from now on."))
        return redirect("mfa_list_webauthn")
    context = {"newcomer": newcomer, "options": options, "error": error}
    return render(request, "passkey_confirm.html", context, status=422 if error else 200)


def _confirm(request: HttpRequest, newcomer: Authenticator, person: Person) -> str:
    """Why the new passkey is not confirmed; empty when it is."""
    try:
        answer = json.loads(request.POST.get("assertion", ""))
        enrolment.enrol(newcomer, actor=person, at=timezone.now(), introduction=answer)
    except ValueError:
        return wording.refusal(refusals.PasskeyRefused("malformed"))
    except refusals.Refusal as refusal:
        return wording.refusal(refusal)
    return ""


@receiver(authenticator_removed, dispatch_uid="passkey-removed")
def withdraw(sender: object, request: HttpRequest, **kwargs: Any) -> None:
    """A passkey that was removed signs no more."""
    authenticator = kwargs["authenticator"]
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        enrolment.withdraw(authenticator, actor=person_of(request), at=timezone.now())
