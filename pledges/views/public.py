"""The page behind the QR code of a document: how the pledge stands, for whoever holds it."""

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges import verification
from pledges.core.lifecycle import PledgeState
from pledges.views.throttle import per_minute


@dataclass(frozen=True)
class Verdict:
    """The one large line, and how it looks: `good`, `open` or `bad`."""

    words: str
    look: str


def verdict_of(status: str) -> Verdict:
    """What a pledge's state means to somebody outside; a draft has no standing at all."""
    return {
        PledgeState.ACCEPTED: Verdict(_("In force"), "good"),
        PledgeState.SIGNED: Verdict(_("Signed, awaiting compliance review"), "open"),
        PledgeState.RETURNED: Verdict(_("Returned, not in force"), "bad"),
        PledgeState.REVOKED: Verdict(_("Revoked, no longer in force"), "bad"),
    }[PledgeState(status)]


@login_not_required
@require_safe
@per_minute(60)
def verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The standing of a signed pledge, with no word about the person; 404 for any other code."""
    standing = verification.standing(pk)
    if standing is None:
        response = render(request, "verify_unknown.html", status=HTTPStatus.NOT_FOUND)
    else:
        context = {
            "standing": standing,
            "verdict": verdict_of(standing.status),
            "label": standing.pledge.version.label(get_language() or "zh-hans"),
            "newest": standing.files[-1] if standing.files else None,
        }
        response = render(request, "verify.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
