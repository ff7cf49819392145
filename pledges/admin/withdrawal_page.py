"""The page on which compliance withdraws somebody's pledge before its review, or a draft."""

from typing import Any

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
from pledges.admin import person_tasks, words
from pledges.admin.base import actor_of
from pledges.core import lifecycle, refusals
from pledges.core.lifecycle import PledgeState, Why
from pledges.core.standings import TO_SIGN, Standing, TaskState
from pledges.models import Excuse, Organisation, Pledge, TaskMember
from pledges.templatetags.sheet_extras import day

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
            **_asked_again(request, pledge),
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
    again = _("The signing task “%(task)s” asks this person for it again, due on %(day)s.")
    for member in _asking(pledge):
        told = {"task": member.task, "day": day(member.due_on)}
        messages.info(request, again % told)
    return redirect(CHANGE, pledge.pk)


def _asked_again(request: HttpRequest, pledge: Pledge) -> dict[str, Any]:
    """What asks its signer for it once it is withdrawn, or where somebody may ask."""
    open_to = person_tasks.open_to(pledge.person).filter(template=pledge.template_id)
    return {
        "asking": _asking(pledge),
        "may_add": access.allows(request.user, Act.RUN_TASK) and open_to.exists(),
        "may_launch": access.allows(request.user, Act.LAUNCH_TASK),
    }


def _asking(pledge: Pledge) -> list[TaskMember]:
    """The memberships that ask for it while it is not signed: nothing else counts or excuses."""
    today = Organisation.current().localdate(timezone.now())
    running: Any = TaskMember.objects.filter(
        person=pledge.person_id,
        task__template=pledge.template_id,
        task__state=TaskState.RUNNING,
    ).with_standing(today)
    asked = running.filter(standing__in=[*TO_SIGN, Standing.IN_REVIEW])
    excused = Excuse.objects.filter(
        outcome=Excuse.Outcome.APPROVED, until_on__gte=today, ended_at__isnull=True
    )
    unexcused = asked.exclude(pk__in=excused.values("member"))
    return list(unexcused.select_related("task").order_by("due_on", "pk"))
