"""Opening a draft, filling it in, saving it, and preparing it for its signer."""

import uuid
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pledges import access, wording
from pledges.access import Act
from pledges.actions import answers, preparing, rendering_ahead, version_steps
from pledges.core import refusals
from pledges.core.languages import LANGUAGES
from pledges.core.lifecycle import Forbidden, PledgeState
from pledges.forms.filling import typed_from
from pledges.models import Organisation, Pledge, TemplateVersion
from pledges.views import making, reading
from pledges.views.accounts import person_of
from pledges.views.fill_page import fill_page, saved_answer

# A signed-out visitor comes back from signing in by GET; those land on a page that has one.
_get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@_get_or_post
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the signed-in person's draft on the present version of a template."""
    if request.method != "POST":
        return redirect("my_pledges")
    at = timezone.now()
    current = TemplateVersion.objects.current(Organisation.current().localdate(at))
    version = get_object_or_404(current.filter(template__slug=slug))
    try:
        pledge = answers.open_pledge(
            version, actor=person_of(request), at=at, language=wording.language()
        )
    except refusals.Refusal as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("my_pledges")
    return redirect("pledge", pk=pledge.pk)


@_get_or_post
def pledge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A pledge of one's own: the draft to fill in, or what became of it."""
    own = own_pledge(request, pk)
    if own.status == PledgeState.DISCARDED:
        messages.info(request, _("This draft was discarded."))
        return redirect("my_pledges")
    if own.status == PledgeState.WITHDRAWN and own.signed_at is None:
        messages.info(request, _("This draft was withdrawn."))
        return redirect("my_pledges")
    if own.status != PledgeState.DRAFT:
        return reading.detail(request, own)
    access.require(request.user, Act.FILL_PLEDGE, own)
    at = timezone.now()
    if request.method == "POST":
        return _keep(request, own, at)
    if version_steps.settle_one(own, at=at):
        return _told_of_the_step(request, own)
    return fill_page(request, own, at=at, strict="check" in request.GET)


def _told_of_the_step(request: HttpRequest, own: Pledge) -> HttpResponse:
    """After a new version took the place of the draft's while nobody looked at it."""
    if not Pledge.objects.drafts().filter(pk=own.pk).exists():
        messages.info(request, _("This draft was withdrawn."))
        return redirect("my_pledges")
    text = _("A new version has replaced this one. Your answers have been kept. Please check them.")
    messages.info(request, text)
    return redirect("pledge", pk=own.pk)


@require_POST
def save(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep what was typed so far; answers to the page's script, as JSON."""
    own, at = own_pledge(request, pk), timezone.now()
    try:
        _save(request, own, at)
    except (refusals.StaleDraft, Forbidden) as refusal:
        kind = getattr(refusal, "kind", "not-a-draft")
        return JsonResponse({"kind": kind, "message": wording.refusal(refusal)}, status=409)
    return JsonResponse(saved_answer(own, at=at, strict="strict" in request.POST))


@_get_or_post
def prepare(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Save what was typed and prepare the finished document for its signer."""
    own, at = own_pledge(request, pk), timezone.now()
    if request.method != "POST":
        return redirect("pledge", pk=own.pk)
    typed = typed_from(request.POST, own.version.blank_list)
    try:
        if typed or "reply" in request.POST:
            _save(request, own, at)
            if "unchanged" not in request.POST and answers.is_unchanged(own):
                return redirect(reverse("pledge", args=[own.pk]) + "?unchanged=1")
        asked_at = making.asked_at(request, own, at)
        intent = preparing.prepare(own, actor=person_of(request), at=at, asked_at=asked_at)
    except refusals.StaleDraft:
        return fill_page(request, own, at=at, unsaved=typed)
    except refusals.Incomplete:
        return redirect(reverse("pledge", args=[own.pk]) + "?check=1")
    except refusals.StillMaking:
        return making.wait(request, own, asked_at=asked_at, at=at)
    except refusals.Unmade as unmade:
        return making.try_again(request, own, unmade)
    except refusals.StorageUnavailable as refusal:
        messages.error(request, wording.refusal(refusal))
        return fill_page(request, own, at=at, status=HTTPStatus.SERVICE_UNAVAILABLE)
    except (refusals.Refusal, Forbidden) as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("pledge", pk=own.pk)
    return redirect("pledge_sign", pk=own.pk, intent_id=intent.pk)


def own_pledge(request: HttpRequest, pk: uuid.UUID) -> Pledge:
    """The signed-in person's pledge of that key, with what its pages show; else Http404."""
    return get_object_or_404(
        Pledge.objects.of(person_of(request)).select_related(
            "version__template", "person__department", "corrects"
        ),
        pk=pk,
    )


def revision_in(request: HttpRequest) -> int:
    """Which revision of the draft the page was made from."""
    try:
        return int(request.POST["revision"])
    except (KeyError, ValueError) as error:
        raise BadRequest("revision") from error


def _save(request: HttpRequest, own: Pledge, at: datetime) -> None:
    """Save the answers in the request; `own` then is as saved."""
    typed = typed_from(request.POST, own.version.blank_list)
    saved = answers.save(
        own,
        actor=person_of(request),
        at=at,
        typed=typed,
        revision=revision_in(request),
        reply=request.POST.get("reply"),
    )
    rendering_ahead.schedule(own, saved, at=at)
    own.refresh_from_db(fields=["answers", "reply", "answers_revision", "saved_at"])


def _keep(request: HttpRequest, own: Pledge, at: datetime) -> HttpResponse:
    """Without a script: save, then go where the button says."""
    try:
        _save(request, own, at)
        language = request.POST.get("language")
        if language in LANGUAGES:
            answers.set_language(own, actor=person_of(request), at=at, language=language)
    except refusals.StaleDraft:
        typed = typed_from(request.POST, own.version.blank_list)
        return fill_page(request, own, at=at, unsaved=typed)
    except Forbidden as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("pledge", pk=own.pk)
    if "later" in request.POST:
        messages.success(request, _("Saved. You can continue here or on another device."))
        return redirect("my_pledges")
    return redirect("pledge", pk=own.pk)
