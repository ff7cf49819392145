"""One's passkeys: adding one, letting one vouch for another, and which of them sign documents."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import auto_generate_recovery_codes
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pledges import wording
from pledges.actions import apps, enrolling, enrolment, pending, phones, sessions
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.models import Person, PhoneLink
from pledges.views.accounts import person_of
from pledges.views.posted import only_posted
from pledges.views.waiting import waiting_for


@dataclass(frozen=True)
class Shown:
    """A passkey as its owner sees it: whether it signs."""

    authenticator: Authenticator
    signs: bool


class SecondFactorsView(IndexView):
    """allauth's page, which also says that a passkey waits for its confirmation."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, at = person_of(self.request), timezone.now()
        return {
            **super().get_context_data(**kwargs),
            "waiting": _waiting(person, at),
            "app_signs": apps.enrolled(person) is not None,
            "app_waits": apps.waiting(person, at),
        }


class AddPasskeyView(AddWebAuthnView):
    """allauth's page; what was registered is enrolled for signing, or waits for a voucher."""

    def form_valid(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        person = person_of(self.request)
        try:
            made = enrolling.register(
                given["credential"], name=given["name"], actor=person, at=timezone.now()
            )
        except refusals.Refusal as refusal:
            said = _("The passkey was not added.") + " " + wording.refusal(refusal)
            messages.error(self.request, said)
            return redirect("mfa_index")
        if isinstance(made, Waiting):
            return redirect("mfa_confirm_passkey", digest=made.digest)
        self.did_generate_recovery_codes = welcome(self.request, made.authenticator)
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        shown: str = super().get_success_url()
        return shown if self.did_generate_recovery_codes else reverse("mfa_list_webauthn")


index = SecondFactorsView.as_view()
add = AddPasskeyView.as_view()


def welcome(request: HttpRequest, authenticator: Authenticator) -> bool:
    """What follows from a new factor, and our own words; says whether there are new codes."""
    authenticator_added.send(
        sender=Authenticator, request=request, user=request.user, authenticator=authenticator
    )
    # It was used a moment ago: what asks who it is need not have it again.
    post_authentication(request, authenticator, reauthenticated=True)
    sessions.end_all(person_of(request), but=request.session.session_key)
    messages.success(request, _("Passkey added. You can now use it to sign documents."))
    return bool(auto_generate_recovery_codes(request))


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All passkeys of the person, with what each is good for, and those that wait."""
    person = person_of(request)
    signing = {each.authenticator.pk for each in enrolment.enrolled(person)}
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    context = {
        "passkeys": [Shown(row, row.pk in signing) for row in rows.order_by("pk")],
        "waiting": _waiting(person, timezone.now()),
    }
    return render(request, "mfa/webauthn/authenticator_list.html", context)


def _waiting(person: Person, at: datetime) -> list[Waiting]:
    """The passkeys that wait; an app has its own place on these pages."""
    return [each for each in pending.waiting(person, at) if not each.is_app]


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, digest: str) -> HttpResponse:
    """A passkey enrolled before vouches for one that waits, by signing its very record."""
    person, at = person_of(request), timezone.now()
    waiting = pending.find(person, digest, at)
    if waiting is None:
        return _gone(request)
    error, link = "", phones.link_of(waiting)
    if request.method == "POST":
        try:
            answer = json.loads(request.POST.get("assertion", ""))
            number = request.POST.get("number", "")
            done = phones.confirm(waiting, answer, number=number, actor=person, at=at)
        except (ValueError, RecursionError):
            error = wording.refusal(refusals.PasskeyRefused("malformed"))
        except refusals.PendingGone as refusal:
            return _gone(request, refusal)
        except refusals.Refusal as refusal:
            error = wording.refusal(refusal)
        else:
            if waiting.is_app:
                messages.success(
                    request, _("Your authenticator app can now be used to sign documents.")
                )
                return redirect("mfa_index")
            new_codes = welcome(request, done.authenticator)
            if link is not None and _is_shown_here(request, link):
                return redirect("mfa_phone", pk=link.pk)
            return redirect("mfa_view_recovery_codes" if new_codes else "mfa_list_webauthn")
    context = {
        **waiting_for(person, [waiting]),
        "one": waiting,
        "by_number": link is not None,
        "options": enrolling.introduction_options(waiting, person),
        "error": error,
    }
    return render(request, "passkey_confirm.html", context, status=422 if error else 200)


@only_posted("mfa_list_webauthn")
def discard(request: HttpRequest, digest: str) -> HttpResponse:
    """The owner removes a passkey that waits."""
    person, at = person_of(request), timezone.now()
    waiting = pending.find(person, digest, at)
    if waiting is None:
        return _gone(request)
    try:
        pending.discard(waiting, actor=person, at=at)
    except refusals.PendingGone:
        return _gone(request)
    if waiting.is_app:
        messages.success(request, _("Your authenticator app is no longer awaiting confirmation."))
        return redirect("mfa_index")
    messages.success(request, _("The pending passkey was removed."))
    return redirect("mfa_list_webauthn")


def _gone(request: HttpRequest, refusal: refusals.PendingGone | None = None) -> HttpResponse:
    messages.info(request, wording.refusal(refusal or refusals.PendingGone()))
    return redirect("mfa_list_webauthn")


def _is_shown_here(request: HttpRequest, link: PhoneLink) -> bool:
    key = request.session.session_key or ""
    return phones.find_own(link.pk, person=person_of(request), session_key=key) is not None


@receiver(authenticator_removed, dispatch_uid="passkey-removed")
def withdraw(sender: object, request: HttpRequest, **kwargs: Any) -> None:
    """A passkey that was removed signs no more; an app that was removed waits no more."""
    authenticator, person, at = kwargs["authenticator"], person_of(request), timezone.now()
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        enrolment.withdraw(authenticator, actor=person, at=at)
    if authenticator.type == Authenticator.Type.TOTP:
        for each in pending.waiting(person, at):
            if each.is_app:
                pending.discard(each, actor=person, at=at)
