"""How somebody comes by their account: invitations, first passwords, and a second person's word."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges import access
from pledges.access import Act
from pledges.actions import invitations, own_record, passwords, pending, sessions, vouching
from pledges.actions.pending import Waiting
from pledges.admin import words
from pledges.admin.base import actor_of
from pledges.admin.people_forms import FirstPasswordForm
from pledges.core import refusals
from pledges.models import Invitation, Person

CHANGE = "admin:pledges_person_change"


def facts(request: HttpRequest, person: Person, at: datetime) -> dict[str, Any]:
    """What the person's page shows of their account, and what may be done about it."""
    hands_over = access.allows(request.user, Act.HAND_OVER, person)
    waits = pending.waiting(person, at)
    meets = bool(waits) and access.allows(request.user, Act.CONFIRM_ENROLMENT, person)
    chosen, invites = (
        invitations.has_chosen(person),
        access.allows(request.user, Act.INVITE, person),
    )
    may_read = access.allows(request.user, Act.READ_REPORTS)
    return {
        "reports": own_record.reports_of(person, at) if may_read else [],
        "invitation": Invitation.objects.filter(person=person).order_by("-created_at").first(),
        "open_invitation": Invitation.objects.open_at(at).filter(person=person).exists(),
        "has_chosen": chosen,
        "may_invite": invites and not chosen and person.is_active and bool(person.email),
        "may_print": invites and not chosen and person.is_active,
        "may_withdraw": invites,
        "may_set_password": hands_over,
        "waiting": [(each, meets and vouching.is_possible(each, person)) for each in waits],
    }


def invite(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponse:
    """Sends an invitation; an earlier one opens nothing from then on."""
    access.require(request.user, Act.INVITE, person)
    try:
        invitations.invite(person, actor=actor_of(request), at=timezone.now())
    except refusals.Refusal as error:
        messages.warning(request, words.refusal(error))
    else:
        say_invited(request, person)
    return redirect(CHANGE, person.pk)


def say_invited(request: HttpRequest, person: Person) -> None:
    """Whoever invites somebody learns where to."""
    said = _(
        "An invitation is being sent to %(address)s. Its link can be used once, within 48 hours."
    )
    messages.success(request, said % {"address": person.email})


def withdraw(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponse:
    """Has the link that was sent open nothing any more."""
    if invitations.withdraw(person, actor=actor_of(request), at=timezone.now()):
        messages.success(request, _("The invitation has been withdrawn. Its link no longer works."))
    else:
        messages.info(request, words.refusal(refusals.InvitationGone()))
    return redirect(CHANGE, person.pk)


def set_password(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponse:
    """Sets a password that is good for nothing but to be changed."""
    access.require(request.user, Act.HAND_OVER, person)
    form = FirstPasswordForm(request.POST if request.method == "POST" else None, instance=person)
    if not form.is_valid():
        context = {**_frame(page, request, person), "form": form}
        return TemplateResponse(request, "admin/pledges/person/password.html", context)
    password = form.cleaned_data["first_password"]
    passwords.set_first(person, password, actor=actor_of(request), at=timezone.now())
    said = _(
        "The password has been set. Hand it over in person. It must be changed when it is "
        "first used."
    )
    messages.success(request, said)
    return redirect(CHANGE, person.pk)


def end_sessions(page: ModelAdmin, request: HttpRequest, person: Person) -> HttpResponse:
    """Signs somebody out everywhere: a device is lost, or somebody has left."""
    access.require(request.user, Act.MANAGE_PEOPLE, person)
    ended = sessions.end_for(person, actor=actor_of(request), at=timezone.now())
    text = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", ended)
    messages.success(request, text % {"count": ended})
    return redirect(CHANGE, person.pk)


def vouch(page: ModelAdmin, request: HttpRequest, person: Person, digest: str) -> HttpResponse:
    """Shows what waits with its code; confirmed by POST, it signs as the person from then on."""
    at = timezone.now()
    access.require(request.user, Act.CONFIRM_ENROLMENT, person)
    waiting = pending.find(person, digest, at)
    if waiting is None:
        messages.info(request, words.refusal(refusals.PendingGone()))
        return redirect(CHANGE, person.pk)
    if request.method != "POST":
        context = {**_frame(page, request, person), "waiting": waiting}
        return TemplateResponse(request, "admin/pledges/person/vouch.html", context)
    try:
        vouching.vouch(waiting, actor=actor_of(request), at=at)
    except refusals.Refusal as error:
        messages.warning(request, words.refusal(error))
    else:
        messages.success(request, _confirmed(waiting, person))
    return redirect(CHANGE, person.pk)


def _confirmed(waiting: Waiting, person: Person) -> str:
    told = {"name": waiting.record.name, "person": person}
    if waiting.is_app:
        return _("The authenticator app of %(person)s can now be used to sign documents.") % told
    return _("The passkey “%(name)s” of %(person)s can now be used to sign documents.") % told


def find(page: ModelAdmin, request: HttpRequest, pk: int) -> Person:
    """Whom a page is about, for those who may see people."""
    access.require(request.user, Act.READ_PEOPLE)
    person = get_object_or_404(page.get_queryset(request), pk=pk)
    if person.erased_at:
        raise Http404
    return person


def _frame(page: ModelAdmin, request: HttpRequest, person: Person) -> dict[str, Any]:
    return {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": person,
        "person": person,
        "media": page.media,
    }
