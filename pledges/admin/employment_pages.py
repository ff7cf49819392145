"""Pages about somebody's employment: away, leaving the company, coming back."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges import access
from pledges.access import Act
from pledges.actions import employment, leaving
from pledges.admin import words
from pledges.admin.account_pages import CHANGE
from pledges.admin.base import actor_of
from pledges.admin.people_acts_forms import AbsenceForm, LeavingForm, ReturnForm
from pledges.core import employment_refusals, refusals
from pledges.models import Leave, Organisation, Person, duties
from pledges.models.task_members import STANDINGS
from pledges.templatetags.sheet_extras import day

OF_THE_DELEGATE: Final = (
    employment_refusals.OwnDelegate,
    employment_refusals.NotHere,
    employment_refusals.DelegateAway,
)
"""Refusals that are told beside the field of the delegate."""


def absence(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponse:
    """Records a leave, with the delegate."""
    access.require(request.user, Act.EDIT_PERSON_FACTS, person)
    form = AbsenceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            employment.add_leave(
                person, **form.cleaned_data, actor=actor_of(request), at=timezone.now()
            )
        except refusals.Refusal as refusal:
            form.add_error(
                "delegate" if isinstance(refusal, OF_THE_DELEGATE) else None, words.refusal(refusal)
            )
        else:
            messages.success(request, _("The leave has been recorded."))
            return redirect(CHANGE, person.pk)
    context = {"form": form, "button": gettext_lazy("Record the leave")}
    return ask(page, request, person, _("Record a leave"), context)


def end_absence(page: ModelAdmin, request: HttpRequest, person: Person, leave: int) -> HttpResponse:
    """Ends a leave today, or takes one out that is past or has not begun."""
    access.require(request.user, Act.EDIT_PERSON_FACTS, person)
    found = get_object_or_404(Leave, pk=leave, person=person)
    by: dict[str, Any] = {"actor": actor_of(request), "at": timezone.now()}
    if "remove" in request.POST:
        employment.remove_leave(found, **by)
        messages.success(request, _("The leave has been removed."))
    elif employment.end_leave(found, **by):
        messages.success(request, _("The leave has ended. Reminders continue from today."))
    else:
        messages.info(request, _("This leave had already ended."))
    return redirect(CHANGE, person.pk)


def leaving_page(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponse:
    """Shows what follows, asks for the last day, and carries it out."""
    access.require(request.user, Act.MANAGE_EMPLOYMENT, person)
    at = timezone.now()
    initial = {"last_day": Organisation.current().localdate(at)}
    form = LeavingForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        last_day = form.cleaned_data["last_day"]
        try:
            gone = leaving.leave(person, last_day=last_day, actor=actor_of(request), at=at)
        except refusals.Refusal as refusal:
            form.add_error(None, words.refusal(refusal))
        else:
            messages.success(request, _said(person, last_day, gone))
            return redirect(CHANGE, person.pk)
    found = leaving.preview(person, at)
    duties.show_asked_days(found.ended, at)
    labels: dict[str, Any] = dict(STANDINGS)
    context = {
        "form": form,
        "button": gettext_lazy("Record leaving"),
        "leaving": found,
        "roles": words.roles(found.roles) if found.roles else "",
        "members": [(each, labels[each.standing]) for each in found.memberships],
    }
    return ask(page, request, person, _("Leaving the company"), context)


def _said(person: Person, last_day: Any, gone: bool) -> str:
    told = {"person": person, "day": day(last_day)}
    if gone:
        return _("%(person)s has left the company. The account is deactivated.") % told
    return (
        _("The leaving date of %(person)s is %(day)s. When that day is over, the account is "
          "deactivated and what is open ends.")
        % told
    )  # fmt: skip


def staying(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponse:
    """Takes a leaving date back that has not come yet."""
    access.require(request.user, Act.MANAGE_EMPLOYMENT, person)
    try:
        leaving.stay(person, actor=actor_of(request), at=timezone.now())
    except refusals.Refusal as refusal:
        messages.info(request, words.refusal(refusal))
    else:
        messages.success(request, _("The leaving date has been removed."))
    return redirect(CHANGE, person.pk)


def come_back(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponse:
    """Opens the account of somebody who had left, from their new entry date."""
    access.require(request.user, Act.MANAGE_EMPLOYMENT, person)
    at = timezone.now()
    initial = {"entered_on": Organisation.current().localdate(at)}
    form = ReturnForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            leaving.come_back(person, **form.cleaned_data, actor=actor_of(request), at=at)
        except refusals.Refusal as refusal:
            form.add_error(None, words.refusal(refusal))
        else:
            text = _("%(person)s is with the company again. Check department and position.")
            messages.success(request, text % {"person": person})
            return redirect(CHANGE, person.pk)
    context = {"form": form, "button": gettext_lazy("Record the return"), "returning": True}
    return ask(page, request, person, _("Return to the company"), context)


def ask(
    page: ModelAdmin, request: HttpRequest, person: Person, title: str, context: dict[str, Any]
) -> HttpResponse:
    """The page that asks what an act on somebody needs to know."""
    form: Form = context["form"]
    frame = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": title,
        "person": person,
        "media": page.media,
        "errors": form.errors,
    }
    return TemplateResponse(request, "admin/pledges/person/employment.html", {**frame, **context})
