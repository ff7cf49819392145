"""A passkey for one's phone: the QR code on one's first device, and the page that it opens."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pledges import wording
from pledges.actions import enrolling, pending, phones
from pledges.actions.authenticating import Ways
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.models import PhoneLink
from pledges.rendering import qr_codes
from pledges.views.accounts import person_of
from pledges.views.signin import CredentialField
from pledges.views.throttle import per_minute

# Where a phone's browser, in which nobody is signed in, keeps what it registered by which link.
REGISTERED = "registered_by_link"
# Each page that waits asks twenty times a minute, and many may share a network.
MAX_REQUESTS = 600


class State(StrEnum):
    """How far it has come."""

    NEW = "new"
    OPEN = "open"
    OVER = "over"
    REGISTERED = "registered"
    DONE = "done"
    GONE = "gone"


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """What is going to happen; a POST makes a QR code."""
    person = person_of(request)
    if request.method != "POST":
        context = {"state": State.NEW, "possible": bool(Ways(person).passkeys)}
        return render(request, "mfa/phone.html", context)
    raise_if_reauthentication_required(request, app="allauth.mfa")
    key = request.session.session_key or ""
    try:
        link = phones.invite(actor=person, session_key=key, at=timezone.now())
    except refusals.Refusal as refusal:
        said = {"state": State.NEW, "possible": True, "error": wording.refusal(refusal)}
        return render(request, "mfa/phone.html", said, status=422)
    return redirect("mfa_phone", pk=link.pk)


@require_safe
def shown(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The QR code, and what comes of it; `?seen=` names the state in which nothing has changed."""
    person, at = person_of(request), timezone.now()
    key = request.session.session_key or ""
    link = phones.find_own(pk, person=person, session_key=key)
    if link is None:
        return redirect("mfa_add_phone")
    waiting = _waiting(link, at)
    state = _state(link, waiting, at)
    if request.GET.get("seen") == state:
        return HttpResponse(status=204)
    context: dict[str, Any] = {"state": state, "link": link, "possible": True}
    if state == State.OPEN:
        address = settings.PUBLIC_URL.rstrip("/") + reverse("phone", args=[link.pk, link.key()])
        size, lines = qr_codes.draw(address)
        context |= {"size": size, "lines": lines, "address": address}
    if waiting is not None:
        context["waiting"] = waiting.record
        context["options"] = enrolling.introduction_options(waiting, person)
    return render(request, "mfa/phone.html", context)


def _waiting(link: PhoneLink, at: datetime) -> Waiting | None:
    return pending.find(link.person, link.pending, at) if link.pending else None


def _state(link: PhoneLink, waiting: Waiting | None, at: datetime) -> State:
    if not link.pending:
        return State.OPEN if phones.is_open(link, at) else State.OVER
    if waiting is not None:
        return State.REGISTERED
    return State.DONE if phones.is_enrolled(link.pending, link.person) else State.GONE


@login_not_required
@never_cache
@per_minute(MAX_REQUESTS)
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, pk: uuid.UUID, key: str) -> HttpResponse:
    """What the QR code opens: opening it uses nothing up, the new passkey does, by POST.

    The number is shown to the browser alone that registered the passkey.
    """
    at, link = timezone.now(), phones.find(pk, key)
    if link is None:
        return _gone(request)
    registered = request.session.get(REGISTERED, {}).get(str(pk))
    if request.method == "POST" and not registered:
        return _register(request, link, at)
    if registered and registered == link.pending:
        waiting = _waiting(link, at)
        state = _state(link, waiting, at)
        if request.GET.get("seen") == state:
            return HttpResponse(status=204)
        context = {"state": state, "link": link, "waiting": waiting.record if waiting else None}
        return render(request, "phone.html", context)
    return _page(request, link) if phones.is_open(link, at) else _gone(request)


def _register(request: HttpRequest, link: PhoneLink, at: datetime) -> HttpResponse:
    try:
        answer = CredentialField().clean(request.POST.get("credential"))
    except ValidationError:
        return _page(request, link, refusals.PasskeyRefused("malformed"))
    name = get_adapter().generate_authenticator_name(link.person, Authenticator.Type.WEBAUTHN)
    try:
        waiting = phones.register(link, answer, name=name, at=at)
    except refusals.PhoneLinkGone:
        return _gone(request)
    except refusals.Refusal as refusal:
        return _page(request, link, refusal)
    request.session[REGISTERED] = {str(link.pk): waiting.digest}
    return redirect("phone", pk=link.pk, key=link.key())


def _page(
    request: HttpRequest, link: PhoneLink, refusal: refusals.Refusal | None = None
) -> HttpResponse:
    adapter = get_adapter()
    site = adapter.get_public_key_credential_rp_entity()
    user = adapter.get_public_key_credential_user_entity(link.person)
    context = {
        "state": State.OPEN,
        "link": link,
        "options": phones.creation_options(link, site=site, user=user),
        "error": wording.refusal(refusal) if refusal else "",
    }
    return render(request, "phone.html", context, status=422 if refusal else 200)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "phone.html", {"state": State.GONE}, status=404)
