"""The page behind an invitation's link: its person chooses a password, once."""

import uuid

from allauth.account.forms import SetPasswordForm
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pledges.actions import invitations
from pledges.core import refusals


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, pk: uuid.UUID, key: str) -> HttpResponse:
    """Asks for a password; only the choice uses the link up, for programs follow links in mails."""
    at = timezone.now()
    invitation = invitations.find(pk, key, at)
    if invitation is None:
        return _gone(request)
    form = SetPasswordForm(invitation.person, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "person": invitation.person}
        return render(request, "account/invitation.html", context)
    try:
        invitations.accept(invitation, form.cleaned_data["password1"], at=at)
    except refusals.InvitationGone:
        return _gone(request)
    # Somebody else may be signed in here.
    logout(request)
    messages.success(request, _("Your password has been set. Please sign in with it."))
    return redirect("account_login")


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "account/invitation_gone.html", status=404)
