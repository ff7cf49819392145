"""One's e-mail address: shown, and changed by administrators alone, for the ledger tells of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def shown(request: HttpRequest) -> HttpResponse:
    """Where notices go, and whom to ask for another address."""
    return render(request, "account/email.html")
