"""Reading the document exactly as it is to be signed, and signing it."""

import math
import re
import uuid
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pledges import rendering, wording
from pledges.actions import authenticating, readings, signing, version_steps
from pledges.actions.attempts import Account, What
from pledges.core import refusals
from pledges.core.lifecycle import Forbidden, PledgeState
from pledges.forms.signing import SigningForm
from pledges.models import Organisation, SigningIntent
from pledges.rendering import page_images
from pledges.views import document_pages, security_log, setting_up
from pledges.views.accounts import begin_attempt, person_of
from pledges.views.clients import client_address
from pledges.views.files import pdf_response, unavailable

# Where a refusal is said beside the field that it is about; the others close the document.
_FIELD: dict[type[refusals.Refusal], str] = {
    refusals.WrongPassword: "password",
    refusals.WrongCode: "code",
    refusals.CodeUsed: "code",
    refusals.PasskeyRefused: "assertion",
    refusals.MethodNotAllowed: "assertion",
    refusals.SignatureImageMissing: "typed",
    refusals.ConsentMissing: "consent",
}
_AT_A_FIELD = tuple(_FIELD)
# What will pass: the same request can be sent again, with the signature that was written.
_FOR_NOW = (refusals.StorageUnavailable, refusals.CheckpointUnavailable, refusals.SealUnavailable)
_GUESSES = (refusals.WrongPassword, refusals.WrongCode)
# What a browser asks for, and what the page's own script does.
_PAGE, _TOLD = "text/html", "application/json"
# Where the account's pages find the way back to the document, for whom it sent there.
RETURN = "document_to_sign"


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, pk: uuid.UUID, intent_id: uuid.UUID) -> HttpResponse:
    """The document, the declaration, the signature image, the proof: and the one button."""
    intent, at = _own_intent(request, pk, intent_id), timezone.now()
    if request.method == "POST":
        return _sign(request, intent, at)
    if intent.pledge.status != PledgeState.DRAFT:
        return redirect("pledge", pk=pk)
    return _page(request, intent, SigningForm(), closed=_why_closed(intent, at))


@require_safe
def reading_copy(request: HttpRequest, pk: uuid.UUID, intent_id: uuid.UUID) -> HttpResponse:
    """The bytes prepared for their signer, for that person alone."""
    intent = _own_intent(request, pk, intent_id)
    content = _prepared(intent)
    if content is None:
        return unavailable(request)
    return pdf_response(content, name=intent.file_name(), sha256=intent.document_digest)


@require_safe
def page(request: HttpRequest, pk: uuid.UUID, intent_id: uuid.UUID, number: int) -> HttpResponse:
    """One page of those bytes as an image, under the same rule."""
    intent = _own_intent(request, pk, intent_id)
    content = _prepared(intent)
    if content is None:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    return document_pages.image_response(intent.document_digest, number, lambda: content)


def _prepared(intent: SigningIntent) -> bytes | None:
    """The bytes prepared for signing; none where they may not be shown. Raises Http404."""
    try:
        return readings.read_prepared(intent).file
    except refusals.IntentExpired as gone:
        raise Http404 from gone
    except refusals.Refusal:
        return None


def _own_intent(request: HttpRequest, pk: uuid.UUID, intent: uuid.UUID) -> SigningIntent:
    return get_object_or_404(
        SigningIntent.objects.select_related("pledge__version", "pledge__person", "person"),
        pk=intent,
        pledge_id=pk,
        person=person_of(request),
    )


def _sign(request: HttpRequest, intent: SigningIntent, at: datetime) -> HttpResponse:
    ways = authenticating.Ways(person_of(request))
    form = SigningForm(request.POST, by_code=ways.code and not ways.passkeys)
    if intent.pledge.status == PledgeState.DRAFT and not form.is_valid():
        return _page(request, intent, form, status=422, closed=_why_closed(intent, at))
    if intent.pledge.status != PledgeState.DRAFT:
        # The same submit again, after the first was answered: the same answer.
        return _to_pledge(request, intent)
    try:
        _guarded(request, intent, _signing_request(request, form), at)
    except refusals.TooManyAttempts as refusal:
        form.add_error(None, wording.refusal(refusal))
        return _page(request, intent, form, status=429)
    except _AT_A_FIELD as refusal:
        form.add_error(_FIELD[type(refusal)], wording.refusal(refusal))
        return _page(request, intent, form, status=422)
    except _FOR_NOW as refusal:
        form.add_error(None, wording.refusal(refusal))
        return _page(request, intent, form, status=HTTPStatus.SERVICE_UNAVAILABLE)
    except (refusals.AlreadySigned, Forbidden) as refusal:
        messages.info(request, wording.refusal(refusal))
        return _to_pledge(request, intent)
    except refusals.Unmade as refusal:
        form.add_error(None, wording.refusal(refusal))
        response = _page(request, intent, form, status=HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    except refusals.Refusal as refusal:
        return _page(request, intent, form, status=409, closed=refusal)
    request.session.pop(RETURN, None)
    messages.success(request, _("Signing complete: %(number)s") % {"number": intent.pledge.number})
    return _to_pledge(request, intent)


def _to_pledge(request: HttpRequest, intent: SigningIntent) -> HttpResponse:
    """On to the pledge; a script cannot see where a redirect leads, so it is told."""
    if request.get_preferred_type([_PAGE, _TOLD]) == _TOLD:
        return JsonResponse({"next": reverse("pledge", args=[intent.pledge_id])})
    return redirect("pledge", pk=intent.pledge_id)


def _guarded(
    request: HttpRequest, intent: SigningIntent, asked: signing.SigningRequest, at: datetime
) -> None:
    """Sign; what is no wrong guess at a password or a code does not count as an attempt."""
    person = person_of(request)
    if isinstance(asked.proof, authenticating.PasskeyAnswer):
        signing.sign(intent, actor=person, at=at, request=asked)
        return
    attempt = begin_attempt(request, What.SIGNATURE, Account.of(person))
    wrong = False
    try:
        signing.sign(intent, actor=person, at=at, request=asked)
    except _GUESSES:
        wrong = True
        security_log.note_failed(request, person, What.SIGNATURE)
        raise
    finally:
        if not wrong:
            attempt.take_back()


def _signing_request(request: HttpRequest, form: SigningForm) -> signing.SigningRequest:
    return signing.SigningRequest(
        image=form.signature_image(),
        consented=form.cleaned_data["consent"],
        proof=form.proof(),
        read=form.cleaned_data["document"],
        client=signing.Client(
            address=client_address(request),
            user_agent=request.headers.get("User-Agent", ""),
        ),
    )


def _why_closed(intent: SigningIntent, at: datetime) -> refusals.Refusal | None:
    """Why this document can be signed no more, if so."""
    if intent.answers_revision != intent.pledge.answers_revision:
        return refusals.StaleDraft()
    if intent.used_at is not None or intent.expires_at <= at:
        return refusals.IntentExpired()
    today = Organisation.current().localdate(at)
    replaced = version_steps.replaced_by(intent.pledge.version, today)
    return refusals.VersionReplaced() if replaced else None


def _page(
    request: HttpRequest,
    intent: SigningIntent,
    form: SigningForm,
    *,
    status: int = 200,
    closed: refusals.Refusal | None = None,
) -> HttpResponse:
    ways, now = authenticating.Ways(intent.person), timezone.now()
    pages: tuple[page_images.ShownPage, ...] = ()
    try:
        stored = readings.read_prepared(intent)
        body = rendering.write_for_screen(stored.sheet) + rendering.write_signer(stored.sheet)
        pages = _pages(intent, stored.file)
    except refusals.Refusal as refusal:
        body, closed, status = None, closed or refusal, max(status, HTTPStatus.CONFLICT)
    if not closed and not ways.passkeys:
        _note_way_back(request, intent)
    context = {
        "ways": ways,
        **({} if closed else setting_up.panel(request, ways)),
        "options": None if closed else authenticating.request_options(intent, ways),
        "intent": intent,
        "pledge": intent.pledge,
        "form": form,
        "body": body,
        "pages": pages,
        "as_text": request.GET.get("as") == "text",
        "closed": wording.refusal(closed) if closed else "",
        "left": max(0, math.ceil((intent.expires_at - now).total_seconds())),
        "last": int((intent.expires_at - intent.last_call).total_seconds()),
        "digest_groups": " ".join(re.findall(".{1,4}", intent.document_digest)),
    }
    return render(request, "sign.html", context, status=status)


def _pages(intent: SigningIntent, file: bytes) -> tuple[page_images.ShownPage, ...]:
    def address(number: int) -> str:
        return reverse("pledge_sign_page", args=[intent.pledge_id, intent.pk, number])

    return page_images.pages_of(file, intent.document_digest, address)


def _note_way_back(request: HttpRequest, intent: SigningIntent) -> None:
    """Who goes to set up a second factor finds back: the account's pages show the way."""
    way = {"path": request.path, "number": intent.pledge.number}
    if request.session.get(RETURN) != way:
        request.session[RETURN] = way
