"""The page on which somebody withdraws what they signed, before compliance has reviewed it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pledges import access, wording
from pledges.access import Act
from pledges.actions import withdrawing
from pledges.core import refusals
from pledges.core.lifecycle import Forbidden, PledgeState, Why
from pledges.models import Pledge
from pledges.views.accounts import person_of
from pledges.views.filling import own_pledge
from pledges.views.my_pledges import label_of


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Says what it means; posted, withdraws."""
    own = own_pledge(request, pk)
    if own.status == PledgeState.DRAFT:
        return redirect("pledge", pk=own.pk)
    if own.status != PledgeState.SIGNED:
        messages.error(request, _("This pledge has already been reviewed or has ended."))
        return redirect("pledge", pk=own.pk)
    access.require(request.user, Act.WITHDRAW_OWN, own)
    reason = request.POST.get("reason", "")
    if request.method != "POST":
        return _page(request, own)
    try:
        withdrawing.withdraw(
            own, actor=person_of(request), at=timezone.now(), why=Why.SIGNER, reason=reason
        )
    except refusals.ReasonMissing:
        unfit = _("Please shorten the reason, and leave out special characters.")
        return _page(request, own, reason=reason, unfit=unfit)
    except Forbidden as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("pledge", pk=own.pk)
    messages.success(request, _("%(pledge)s has been withdrawn.") % {"pledge": own})
    if Pledge.objects.of(person_of(request)).drafts().filter(template=own.template_id).exists():
        text = _("The company requested this pledge, so a draft with your answers is open again.")
        messages.info(request, text)
    return redirect("my_pledges")


def _page(request: HttpRequest, own: Pledge, **more: str) -> HttpResponse:
    context = {
        "pledge": own,
        "label": label_of(own.version),
        "asked": bool(own.assigned_at or own.corrects_id),
        "longest": withdrawing.MAX_REASON_LENGTH,
        **more,
    }
    return render(request, "withdraw.html", context)
