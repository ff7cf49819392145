"""The page on which compliance withdraws somebody's pledge before its review, or a draft."""

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges import access
from pledges.access import Act
from pledges.actions import withdrawing
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import PledgeState, Why
from pledges.models import Pledge

CHANGE = "admin:pledges_pledge_change"
LIST = "admin:pledges_pledge_changelist"


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason for withdrawal"),
        max_length=withdrawing.MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The signer sees this reason in the notice."),
    )


def withdraw(page: ModelAdmin, request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """Takes a reason and ends a pledge that nobody has judged yet."""
    access.require(request.user, Act.WITHDRAW_ANOTHERS, pledge)
    if pledge.status not in lifecycle.WITHDRAW.sources:
        error = lifecycle.Forbidden(lifecycle.WITHDRAW, pledge.status)
        messages.warning(request, words.refusal(error))
        return redirect(CHANGE, pledge.pk)
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {
            **page.admin_site.each_context(request),
            "opts": page.opts,
            "title": _("Withdraw"),
            "pledge": pledge,
            "is_draft": pledge.status == PledgeState.DRAFT,
            "form": form,
        }
        return TemplateResponse(request, "admin/pledges/pledge/withdraw.html", context)
    try:
        left = withdrawing.withdraw(
            pledge,
            actor=actor_of(request),
            at=timezone.now(),
            why=Why.COMPLIANCE,
            reason=form.cleaned_data["reason"],
        )
    except (lifecycle.Forbidden, refusals.Refusal) as error:
        messages.warning(request, words.refusal(error))
        return redirect(CHANGE, pledge.pk)
    if left is None:
        messages.success(request, _("The draft had no number yet and was deleted."))
        return redirect(LIST)
    text = _("%(pledge)s has been withdrawn. Its signer has been told by email.")
    messages.success(request, text % {"pledge": pledge})
    return redirect(CHANGE, pledge.pk)
