"""What machines look for at fixed addresses: whom to tell of a hole, where passwords change."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

TEXT = "text/plain; charset=utf-8"
# RFC 9116, 2.5.5: less than a year ahead. It is computed at each request, so it never lapses.
GOOD_FOR = timedelta(days=180)


@require_safe
@login_not_required
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a vulnerability (RFC 9116); 404 where nobody is named."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    return HttpResponse(_security_txt(timezone.now()), content_type=TEXT)


def _security_txt(at: datetime) -> str:
    expires = (at + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        *(f"Contact: {contact}" for contact in settings.SECURITY_CONTACT),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
        f"Canonical: {settings.PUBLIC_URL.rstrip('/')}/.well-known/security.txt",
    ]
    return "".join(f"{line}\r\n" for line in lines)


@require_safe
@login_not_required
def change_password(request: HttpRequest) -> HttpResponse:
    """Where password managers send people (W3C, A Well-Known URL for Changing Passwords)."""
    return redirect("account_change_password")


@require_safe
@login_not_required
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines (RFC 9309)."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type=TEXT)
