"""The pages on which one pledge is read and judged: overview, accept, return, revoke."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import access, rendering, wording
from pledges.access import Act
from pledges.actions import drawn_fields, noting_readings, readings, review
from pledges.actions.noting_readings import Way
from pledges.admin import review_context, words
from pledges.admin.base import actor_of
from pledges.admin.review_forms import ReasonFormSet, RevocationForm, clause_choices
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import PledgeState, Transition
from pledges.models import Pledge, Reading, Signature
from pledges.models.pledges import UNSIGNED

CHANGE = "admin:pledges_pledge_change"
LIST = "admin:pledges_pledge_changelist"
MAX_READINGS_SHOWN = 20
UNREAD = (PledgeState.DRAFT, PledgeState.DISCARDED)


def overview(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """The pledge with everything that helps to judge it; of one never signed, its state."""
    if pledge.status in UNREAD:
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
    return _show(page, request, pledge, "review")


def note_reading(request: HttpRequest, pledge: Pledge) -> None:
    """Note that `pledge` is read, where there is anything to read."""
    if pledge.status not in UNSIGNED:
        noting_readings.note([pledge], Way.PAGE, reader=actor_of(request), at=timezone.now())


def accept(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """Says what acceptance means; confirmed by POST, the company accepts."""
    access.require(request.user, Act.JUDGE_PLEDGE, pledge)
    # Confirmed twice by the same hand is confirmed once; the action sees to that.
    again = request.method == "POST" and pledge.reviewed_by_id == request.user.pk
    if not again and (elsewhere := _dealt_with(request, pledge, lifecycle.ACCEPT)):
        return elsewhere
    if request.method != "POST":
        return _show(page, request, pledge, "accept")
    return _carry_out(
        request,
        pledge,
        lambda: review.accept(pledge, actor=actor_of(request), at=timezone.now()),
        _("%(pledge)s has been accepted.") % {"pledge": pledge},
    )


def return_to_manager(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """Takes reasons, each about a clause or the whole, and returns the pledge with them."""
    access.require(request.user, Act.JUDGE_PLEDGE, pledge)
    if elsewhere := _dealt_with(request, pledge, lifecycle.RETURN):
        return elsewhere
    outline = pledge.version.outline(pledge.language)
    noticed = [{"clause": each.clause} for each in review_context.unusual(pledge, outline)]
    reasons: Any = ReasonFormSet(
        request.POST if request.method == "POST" else None,
        initial=noticed if request.method != "POST" else None,
        form_kwargs={"clauses": clause_choices(outline)},
        prefix="reasons",
    )
    if request.method != "POST" or not reasons.is_valid():
        return _show(page, request, pledge, "return", reasons=reasons)
    return _carry_out(
        request,
        pledge,
        lambda: review.return_to_manager(
            pledge, actor=actor_of(request), at=timezone.now(), reasons=reasons.reasons()
        ),
        _("%(pledge)s has been returned to its signer.") % {"pledge": pledge},
    )


def revoke(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """Takes a reason and ends a pledge that is in force."""
    access.require(request.user, Act.REVOKE_PLEDGE, pledge)
    if elsewhere := _dealt_with(request, pledge, lifecycle.REVOKE):
        return elsewhere
    form = RevocationForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(page, request, pledge, "revoke", form=form)
    return _carry_out(
        request,
        pledge,
        lambda: review.revoke(
            pledge,
            actor=actor_of(request),
            at=timezone.now(),
            reason=form.cleaned_data["reason"],
            for_good=form.cleaned_data["afterwards"] == "for-good",
        ),
        _("%(pledge)s has been revoked.") % {"pledge": pledge},
        stay=True,
    )


def _dealt_with(request: HttpRequest, pledge: Pledge, step: Transition) -> HttpResponse | None:
    """Away from a page whose step is no longer possible, with the reason."""
    if pledge.status in step.sources:
        return None
    messages.warning(request, words.refusal(lifecycle.Forbidden(step, pledge.status)))
    return redirect(LIST if pledge.status in UNREAD else CHANGE, *_args(pledge))


def _args(pledge: Pledge) -> list:
    return [] if pledge.status in UNREAD else [pledge.pk]


def _carry_out(
    request: HttpRequest,
    pledge: Pledge,
    act: Callable[[], object],
    done: str,
    *,
    stay: bool = False,
) -> HttpResponse:
    """Do it, say it, and go on to the next that waits."""
    try:
        act()
    except refusals.StorageUnavailable:
        raise  # answered with 503, for every page
    except (lifecycle.Forbidden, refusals.Refusal) as error:
        messages.warning(request, words.refusal(error))
        return redirect(CHANGE, pledge.pk)
    messages.success(request, done)
    if stay:
        return redirect(CHANGE, pledge.pk)
    following = _next_after(request, pledge)
    if following:
        messages.info(request, _("Next in the queue: %(pledge)s") % {"pledge": following})
        return redirect(CHANGE, following.pk)
    messages.info(request, _("Nothing more waits for review."))
    return redirect(LIST)


def _next_after(request: HttpRequest, pledge: Pledge) -> Pledge | None:
    waiting = Pledge.objects.awaiting_review().exclude(pk=pledge.pk)
    return waiting.exclude(person=actor_of(request)).first()


def _show(
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
        "unusual": found,
        "return_reasons": [(wording.citation(outline, each.clause), each) for each in reasons],
        **extra,
    }
    if step == "review":
        earlier = review_context.earlier_of(pledge)
        context |= {
            "earlier": earlier,
            "compared": _compared(request, pledge, earlier) if earlier else (),
            "issued": list(pledge.documents.all()),
            "trail": review_context.trail(pledge),
            "read_by": _read_by(request, pledge),
            "corrected_by": _visible_correction(pledge),
        }
    return TemplateResponse(request, "admin/pledges/pledge/review.html", context)


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
        "own": pledge.person_id == request.user.pk,
        "may_judge": judges and pledge.status in lifecycle.ACCEPT.sources,
        "may_revoke": revokes and pledge.status in lifecycle.REVOKE.sources,
        "media": page.media,
    }
