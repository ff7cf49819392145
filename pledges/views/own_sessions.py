"""One's sessions: where one is signed in, and how to end that from here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pledges.actions import sessions
from pledges.core import user_agents
from pledges.core.digests import sha256_hex
from pledges.models import Session
from pledges.views.accounts import person_of
from pledges.views.posted import only_posted
from pledges.views.sessions import CLIENT, STARTED


@dataclass(frozen=True)
class Shown:
    """A session as its owner sees it. Its key opens it, so a digest stands for it on the page."""

    digest: str
    is_current: bool
    started: datetime
    last_used: datetime
    browser: str
    address: str


@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """All sessions of the person, the present one first; a POST ends all others."""
    person = person_of(request)
    if request.method == "POST":
        ended = sessions.end_all(person, but=request.session.session_key)
        text = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", ended)
        messages.success(request, text % {"count": ended})
        return redirect("account_sessions")
    rows = Session.objects.filter(person_id=person.pk, expire_date__gt=timezone.now())
    shown = [_shown(row, request) for row in rows]
    shown.sort(key=lambda each: (each.is_current, each.last_used), reverse=True)
    return render(request, "own_sessions.html", {"sessions": shown})


@only_posted("account_sessions")
def end(request: HttpRequest, digest: str) -> HttpResponse:
    """End one session; ending the present one is signing out."""
    person = person_of(request)
    keys = Session.objects.filter(person_id=person.pk).values_list("session_key", flat=True)
    key = next((key for key in keys if sha256_hex(key.encode()) == digest), None)
    if key == request.session.session_key:
        return redirect("account_logout")
    if key is not None and sessions.end(person, key):
        messages.success(request, _("The session was ended."))
    else:
        messages.info(request, _("That session has already ended."))
    return redirect("account_sessions")


def _shown(row: Session, request: HttpRequest) -> Shown:
    kept = row.get_decoded()
    client = kept.get(CLIENT, {})
    # Every request puts the end off anew.
    last_used = row.expire_date - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    started = kept.get(STARTED)
    return Shown(
        digest=sha256_hex(row.session_key.encode()),
        is_current=row.session_key == request.session.session_key,
        started=datetime.fromtimestamp(started, UTC) if started else last_used,
        last_used=last_used,
        browser=user_agents.browser_of(client.get("user_agent", "")),
        address=client.get("address") or "",
    )
