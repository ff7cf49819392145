"""The page on which somebody discards a draft that they began."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pledges import access, wording
from pledges.access import Act
from pledges.actions import discarding
from pledges.core import refusals
from pledges.core.lifecycle import Forbidden, PledgeState
from pledges.views.accounts import person_of
from pledges.views.filling import own_pledge
from pledges.views.my_pledges import label_of


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Asks first; posted, discards."""
    draft = own_pledge(request, pk)
    if draft.status != PledgeState.DRAFT:
        return redirect("pledge", pk=draft.pk)
    if not access.allows(request.user, Act.DISCARD_DRAFT, draft):
        messages.error(request, _("The company requested this pledge, so it cannot be discarded."))
        return redirect("pledge", pk=draft.pk)
    if request.method != "POST":
        context = {"pledge": draft, "label": label_of(draft.version)}
        return render(request, "discard.html", context)
    try:
        discarding.discard(draft, actor=person_of(request), at=timezone.now())
    except (Forbidden, access.Denied, refusals.TooManyAttempts) as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("pledge", pk=draft.pk)
    messages.success(request, _("The draft was discarded."))
    return redirect("my_pledges")
