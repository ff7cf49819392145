"""The pages on which one pledge is judged: accept, return, revoke."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import access
from pledges.access import Act
from pledges.actions import review, review_claims
from pledges.admin import pledge_page, review_context, review_queue, words
from pledges.admin.base import actor_of
from pledges.admin.review_forms import ReasonFormSet, RevocationForm, clause_choices
from pledges.admin.review_queue import Place
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import Transition
from pledges.models import Pledge
from pledges.models.pledges import NEVER_SIGNED

CHANGE = "admin:pledges_pledge_change"


def accept(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """Says what acceptance means; confirmed by POST, the company accepts."""
    access.require(request.user, Act.JUDGE_PLEDGE, pledge)
    # Confirmed twice by the same hand is confirmed once; the action sees to that.
    again = request.method == "POST" and pledge.reviewed_by_id == request.user.pk
    if not again and (elsewhere := _dealt_with(request, pledge, lifecycle.ACCEPT)):
        return elsewhere
    if request.method != "POST":
        return pledge_page.show(page, request, pledge, "accept")
    return _carry_out(
        page,
        request,
        pledge,
        lambda: review.accept(pledge, actor=actor_of(request), at=timezone.now()),
        _("%(pledge)s has been accepted.") % {"pledge": pledge},
    )


def hold(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """Renews the reviewer's claim, or takes it over; says whose it is."""
    access.require(request.user, Act.JUDGE_PLEDGE, pledge)
    if request.method != "POST":
        return _to(request, pledge.pk)
    actor, at = actor_of(request), timezone.now()
    if "take" in request.POST:
        review_claims.take_over(pledge, actor=actor, at=at)
        return _to(request, pledge.pk)
    kept = review_queue.kept(request)
    context = {"pledge": pledge, "kept": kept, **pledge_page.claimed(request, pledge)}
    return TemplateResponse(request, "admin/pledges/pledge/claim.html", context)


def return_to_manager(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """Takes reasons, each about a clause or the whole, and returns the pledge with them."""
    access.require(request.user, Act.JUDGE_PLEDGE, pledge)
    if elsewhere := _dealt_with(request, pledge, lifecycle.RETURN):
        return elsewhere
    outline = pledge.version.outline(pledge.language)
    noticed = [
        {"clause": each.clause, "text": each.correction, "offered": True, "chosen": True}
        for each in review_context.unusual(pledge, outline)
    ]
    reasons: Any = ReasonFormSet(
        request.POST if request.method == "POST" else None,
        initial=noticed if request.method != "POST" else None,
        form_kwargs={"clauses": clause_choices(outline)},
        prefix="reasons",
    )
    if request.method != "POST" or not reasons.is_valid():
        return pledge_page.show(page, request, pledge, "return", reasons=reasons)
    return _carry_out(
        page,
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
        return pledge_page.show(page, request, pledge, "revoke", form=form)
    return _carry_out(
        page,
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
    if pledge.status in NEVER_SIGNED:
        return redirect(review_queue.address(request))
    return _to(request, pledge.pk)


def _to(request: HttpRequest, key: UUID) -> HttpResponse:
    return redirect(reverse(CHANGE, args=[key]) + review_queue.kept(request))


def _carry_out(
    page: ModelAdmin,
    request: HttpRequest,
    pledge: Pledge,
    act: Callable[[], object],
    done: str,
    *,
    stay: bool = False,
) -> HttpResponse:
    """Do it, say it, and go on to the next that waits on the list that one came from."""
    place = review_queue.place_of(page, request, pledge)
    try:
        act()
    except refusals.StorageUnavailable:
        raise  # answered with 503, for every page
    except (lifecycle.Forbidden, refusals.Refusal) as error:
        messages.warning(request, words.refusal(error))
        return _to(request, pledge.pk)
    messages.success(request, done)
    if stay:
        return _to(request, pledge.pk)
    return _go_on(request, place)


def _go_on(request: HttpRequest, place: Place) -> HttpResponse:
    """To the next on the list; after its last one, to the first that was passed over."""
    following = Pledge.objects.awaiting_review().filter(pk=place.after or place.first).first()
    if following is None:
        messages.info(request, _("No more pledges on this list are awaiting review."))
        return redirect(review_queue.address(request))
    if place.after:
        text = _("Next in the queue: %(pledge)s")
    else:
        text = _(
            "That was the last one on the list. The first that still awaits review: %(pledge)s"
        )
    messages.info(request, text % {"pledge": following})
    return _to(request, following.pk)
