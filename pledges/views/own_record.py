"""The page of one's own: one's record, with what one signs in and signs, where, in which language.

The record is changed by administrators, for it stands in what people sign. So whoever finds
something wrong in it writes to human resources from here.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from pledges import wording
from pledges.actions import apps, enrolment, own_record, pending
from pledges.core import refusals
from pledges.forms.own_record import LanguageForm, ReportForm
from pledges.models import Person, Session
from pledges.views.accounts import person_of
from pledges.views.posted import only_posted

OVERVIEW = "account_overview"


@dataclass(frozen=True)
class Passkey:
    """One that works, with whether it signs."""

    key: int
    name: str
    signs: bool


@dataclass(frozen=True)
class Factors:
    """What a person has beside the password; an app that waits is among what waits."""

    passkeys: list[Passkey]
    waiting: list[pending.Waiting]
    has_app: bool
    app_signs: bool
    unused_codes: int | None

    @property
    def none(self) -> bool:
        return not (self.passkeys or self.waiting or self.has_app)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All of it on one page; what changes a factor or the password is on pages of its own."""
    person, at = person_of(request), timezone.now()
    sessions = Session.objects.filter(person_id=person.pk, expire_date__gt=at)
    context = {
        "person": person,
        "factors": _factors(person, at),
        "sessions": sessions.count(),
        "languages": settings.LANGUAGES,
        "report": next(iter(own_record.reports_of(person, at)), None),
    }
    return render(request, "account/overview.html", context)


@only_posted(OVERVIEW)
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keeps the language with the person; what this browser was switched to is forgotten."""
    form = LanguageForm(request.POST)
    response = redirect(OVERVIEW)
    if not form.is_valid():
        return response
    person, language = person_of(request), form.cleaned_data["language"]
    own_record.choose_language(person, language, actor=person, at=timezone.now())
    with translation.override(language):
        messages.success(request, _("Pages and emails will now be in this language."))
    # It would hold against what was chosen here.
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Asks what is wrong in the record, and sends it to human resources."""
    person, at = person_of(request), timezone.now()
    form = ReportForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    if form.is_valid():
        try:
            told = own_record.report(person, form.cleaned_data["said"], actor=person, at=at)
        except refusals.TooManyReports as refusal:
            form.add_error(None, wording.refusal(refusal))
            status = HTTPStatus.TOO_MANY_REQUESTS
        except refusals.NobodyToTell as refusal:
            form.add_error(None, wording.refusal(refusal))
        else:
            messages.success(request, _said_sent(told))
            return redirect(OVERVIEW)
    context = {"form": form, "person": person}
    return render(request, "account/report.html", context, status=status)


def _said_sent(told: int) -> str:
    text = ngettext(
        "Your message is being sent to %(count)d person. Nothing has been changed yet.",
        "Your message is being sent to %(count)d people. Nothing has been changed yet.",
        told,
    )
    return text % {"count": told}


def _factors(person: Person, at: datetime) -> Factors:
    waiting = pending.waiting(person, at)
    signing = {each.authenticator.pk for each in enrolment.enrolled(person)}
    held = list(Authenticator.objects.filter(user=person).order_by("pk"))
    codes = [each for each in held if each.type == Authenticator.Type.RECOVERY_CODES]
    return Factors(
        passkeys=[
            Passkey(each.pk, str(each), each.pk in signing)
            for each in held
            if each.type == Authenticator.Type.WEBAUTHN
        ],
        waiting=waiting,
        has_app=any(each.type == Authenticator.Type.TOTP for each in held)
        and not any(each.is_app for each in waiting),
        app_signs=apps.enrolled(person) is not None,
        unused_codes=len(codes[0].wrap().get_unused_codes()) if codes else None,
    )
