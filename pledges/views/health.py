"""`/healthz`: whether this installation can do its work, for load balancers and monitors."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pledges import verification
from pledges.actions import housekeeping, quarantine
from pledges.system_checks import installation, sealing

PARTS = {
    "database": installation.database_fault,
    "migrations": installation.migrations_fault,
    "documents": installation.documents_fault,
    "fonts": installation.fonts_fault,
    "rendering": sealing.rendering_fault,
    "sealing": sealing.sealing_fault,
    "keys": sealing.keys_fault,
}
# Not reasons to send people elsewhere: all but the one page that judges files works without it.
WARNINGS = {
    "fonts": installation.subsetter_fault,
    "keys": sealing.keys_warning,
    "judging": verification.judging_fault,
    "quarantine": quarantine.warning,
    "workers": housekeeping.workers_warning,
    "housekeeping": housekeeping.chores_warning,
}


@never_cache
@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part is in order, else 503 with one reason for each part that is not."""
    reasons = {part: reason for part, fault in PARTS.items() if (reason := fault())}
    if reasons:
        return JsonResponse({"status": "unavailable", "reasons": reasons}, status=503)
    warnings = {part: told for part, warning in WARNINGS.items() if (told := warning())}
    return JsonResponse({"status": "ok", **({"warnings": warnings} if warnings else {})})
