"""One pledge as the back office shows it: the sheet, and beside it what is known or asked."""

from http import HTTPStatus
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from pledges import access, rendering, wording
from pledges.access import Act
from pledges.actions import drawn_fields, noting_readings, readings, review_claims
from pledges.actions.noting_readings import Way
from pledges.admin import review_context, review_queue, words
from pledges.admin.base import actor_of
from pledges.core import lifecycle, refusals
from pledges.core.digests import sha256_hex
from pledges.core.lifecycle import PledgeState
from pledges.models import Pledge, Reading, Signature, duties
from pledges.rendering import page_images
from pledges.rendering.page_images import ShownPage

MAX_READINGS_SHOWN = 20


def overview(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """The pledge with everything that helps to judge it; of one never signed, its state."""
    if pledge.signed_at is None and pledge.status != PledgeState.ERASED:
        duties.show_asked_days([pledge], timezone.now())
        context = {**_frame(page, request, pledge), "title": pledge.person}
        return TemplateResponse(request, "admin/pledges/pledge/draft.html", context)
    if pledge.status == PledgeState.ERASED:
        context = {
            **_frame(page, request, pledge),
            "title": pledge,
            "issued": list(pledge.documents.all()),
            "trail": review_context.trail(pledge),
        }
        return TemplateResponse(request, "admin/pledges/pledge/erased.html", context)
    return show(page, request, pledge, "review")


def note_reading(request: HttpRequest, pledge: Pledge) -> None:
    """Note that `pledge` is read, where there is anything to read."""
    if pledge.is_kept:
        noting_readings.note([pledge], Way.PAGE, reader=actor_of(request), at=timezone.now())


def show(
    page: ModelAdmin, request: HttpRequest, pledge: Pledge, step: str, **extra: Any
) -> HttpResponse:
    """The sheet on the left; on the right what is known of it, or the step to be taken."""
    signature = Signature.objects.select_related("intent").get(pledge=pledge)
    try:
        stored = readings.read_signed(pledge, signature)
    except refusals.Refusal as refusal:
        return _unshown(page, request, pledge, refusal)
    outline = pledge.version.outline(pledge.language)
    found = review_context.unusual(pledge, outline)
    reasons = list(pledge.return_reasons.all())
    notes = review_context.notes_on(found, reasons)
    context = {
        **_frame(page, request, pledge),
        "title": pledge.number,
        "step": step,
        "signature": signature,
        "body": rendering.write_signed(
            stored.sheet, drawn_fields.read(pledge, stored), notes=notes
        ),
        "pages": _pages(pledge, stored.issued),
        "as_text": request.GET.get("as") == "text",
        "unusual": found,
        "return_reasons": [(wording.citation(outline, each.clause), each) for each in reasons],
        **extra,
    }
    if context["may_judge"]:
        context |= claimed(request, pledge)
    if step == "review":
        context |= _of_review(page, request, pledge)
    return TemplateResponse(request, "admin/pledges/pledge/review.html", context)


def _of_review(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> dict[str, Any]:
    """What is known beside the sheet, and for whom may judge it, its place in the queue."""
    earlier = review_context.earlier_of(pledge)
    waits = pledge.status in lifecycle.ACCEPT.sources
    judges = waits and access.allows(request.user, Act.JUDGE_PLEDGE, pledge)
    return {
        "place": review_queue.place_of(page, request, pledge) if judges else None,
        "earlier": earlier,
        "compared": _compared(request, pledge, earlier) if earlier else (),
        "issued": list(pledge.documents.all()),
        "trail": review_context.trail(pledge),
        "read_by": _read_by(request, pledge),
        "corrected_by": _visible_correction(pledge),
    }


def claimed(request: HttpRequest, pledge: Pledge) -> dict[str, Any]:
    """That whoever asks is reviewing `pledge` now, or else `held_by` whom it is."""
    if pledge.status not in lifecycle.ACCEPT.sources:
        return {"claims": False}
    held = review_claims.claim(pledge, actor=actor_of(request), at=timezone.now())
    another = held is not None and held.officer_id != request.user.pk
    return {"claims": True, "held_by": held.officer if held and another else None}


def _pages(pledge: Pledge, issued: bytes) -> tuple[ShownPage, ...]:
    """The pages of the very file; each image asks for itself whether it may be seen."""
    sha256 = sha256_hex(issued)

    def address(number: int) -> str:
        return reverse("pledge_page", args=[pledge.pk, sha256, number])

    return page_images.pages_of(issued, sha256, address)


def _read_by(request: HttpRequest, pledge: Pledge) -> list[Reading] | None:
    """Who read `pledge` lately, for those who read the ledger; `None` for others."""
    if not access.allows(request.user, Act.READ_LEDGER):
        return None
    return list(pledge.readings.all()[:MAX_READINGS_SHOWN])


def _compared(
    request: HttpRequest, pledge: Pledge, earlier: Pledge
) -> list[review_context.Compared] | None:
    """Both pledges answer by answer; `None` where the earlier one cannot be shown."""
    note_reading(request, earlier)
    try:
        readings.read_signed(earlier)
    except refusals.Refusal:
        return None
    return review_context.compared(pledge, earlier)


def _unshown(
    page: ModelAdmin, request: HttpRequest, pledge: Pledge, refusal: refusals.Refusal
) -> HttpResponse:
    """In place of every step: why the pledge is not shown, its files and its trail."""
    context = {
        **_frame(page, request, pledge),
        "title": pledge.number,
        "refused": words.refusal(refusal),
        "issued": list(pledge.documents.all()),
        "trail": review_context.trail(pledge),
    }
    template, status = "admin/pledges/pledge/unshown.html", HTTPStatus.SERVICE_UNAVAILABLE
    return TemplateResponse(request, template, context, status=status)


def _visible_correction(pledge: Pledge) -> Pledge | None:
    return Pledge.objects.issued().filter(corrects=pledge).first()


def _frame(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> dict[str, Any]:
    judges = access.allows(request.user, Act.JUDGE_PLEDGE, pledge)
    revokes = access.allows(request.user, Act.REVOKE_PLEDGE, pledge)
    return {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "pledge": pledge,
        "kept": review_queue.kept(request),
        "list": review_queue.address(request),
        "own": pledge.person_id == request.user.pk,
        "may_judge": judges and pledge.status in lifecycle.ACCEPT.sources,
        "may_withdraw": access.allows(request.user, Act.WITHDRAW_ANOTHERS, pledge)
        and pledge.status in lifecycle.WITHDRAW.sources,
        "may_revoke": revokes and pledge.status in lifecycle.REVOKE.sources,
        "media": page.media,
    }
