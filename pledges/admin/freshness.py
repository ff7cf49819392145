"""Sensitive steps ask who it is: proved within ten minutes, by the factor that the person has.

This stands before every page of the back office (`ReviewSite.admin_view`). Whatever was typed is
carried along by the page that asks, so nothing is stored and nothing is lost. (A file cannot be:
pages that take one do nothing but show it, and ask at the step after that.)
"""

from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.utils import get_form_class
from django.contrib.admin import AdminSite
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from pledges.actions import freshness
from pledges.admin.base import actor_of

# Every other POST of the back office asks. These bind nobody, or only look.
FREE: Final = frozenset(
    {
        *("logout", "pledges_pledge_claim"),
        *("pledges_templateversion_edit", "pledges_templateversion_revise"),
        *("pledges_ledgerentry_check", "pledges_acceptancebatch_go_on"),
        *("pledges_signingtask_add", "pledges_signingtask_edit", "pledges_signingtask_discard"),
        "pledges_signingtask_copy",
        # An upload is a preview; a file could not be carried along by the page that asks.
        *("pledges_paperpledge_upload", "pledges_paperbatch_upload"),
        *("pledges_paperpledge_discard", "pledges_paperbatch_discard"),
        "pledges_paperpledge_correct",
        *("pledges_roster_add", "pledges_roster_columns", "pledges_roster_mend"),
        *("pledges_roster_leave_out", "pledges_roster_take_in", "pledges_roster_again"),
        "pledges_roster_discard",
    }
)
# The pages before such a step ask as well, before anything is typed there.
STEPS: Final = frozenset(
    {
        *("pledges_pledge_accept", "pledges_pledge_return", "pledges_pledge_revoke"),
        "pledges_pledge_withdraw",
        *("pledges_templateversion_publish", "pledges_templateversion_retire"),
        *("pledges_person_set_password", "pledges_person_vouch"),
        *("pledges_signingtask_close", "pledges_signingtask_cancel"),
        *("pledges_paperpledge_reject", "pledges_paperpledge_withdraw"),
    }
)
# What answers with a file leaves the browser on the page that asked: another one has to follow it.
DOWNLOADS: Final = frozenset(
    {
        *("pledges_pledge_export", "pledges_pledge_commitments", "pledges_paperpledge_export"),
        *("pledges_signingtask_members_export", "pledges_signingtask_people_export"),
    }
)
DOWNLOAD_ACTIONS: Final = frozenset({"export_selected", "commitments_selected"})
PREFIX: Final = "confirm"
# Set where a page was asked for by GET: it is what follows, and not the POST that confirms.
THEN_OPEN: Final = f"{PREFIX}-then-open"
# Where somebody came from; later pages that ask come from the first one.
BACK: Final = f"{PREFIX}-back"


def is_asked_for(request: HttpRequest) -> bool:
    """Whether `request` is, or leads to, a sensitive step."""
    name = request.resolver_match.url_name if request.resolver_match else None
    if request.method != "POST":
        return name in STEPS
    return name not in FREE


def is_fresh(request: HttpRequest, at: datetime) -> bool:
    """Whether the person proved who they are within the last ten minutes."""
    person = actor_of(request)
    return freshness.is_fresh(person, get_authentication_records(request, person), at)


def ask(request: HttpRequest, site: AdminSite) -> HttpResponse | None:
    """The page that asks who it is; `None` where that is known, and the request may go on."""
    if not is_fresh(request, timezone.now()):
        forms = _forms(request)
        if not any(_holds(request, form) for form in forms.values()):
            return _page(request, site, forms)
        if request.method == "POST" and _answers_with_a_file(request):
            return _download_page(request, site)
    if request.method == "POST" and THEN_OPEN in request.POST:
        return redirect(request.get_full_path())
    return None


def _answers_with_a_file(request: HttpRequest) -> bool:
    name = request.resolver_match.url_name if request.resolver_match else None
    return name in DOWNLOADS or not DOWNLOAD_ACTIONS.isdisjoint(request.POST.getlist("action"))


def _forms(request: HttpRequest) -> dict[str, Form]:
    """The ways in which this person can prove who they are, each as a form."""
    person = actor_of(request)
    held = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    held = set() if held.isdisjoint(freshness.FACTORS) else held
    passkey = get_form_class(
        mfa_settings.FORMS, "reauthenticate_webauthn", ReauthenticateWebAuthnForm
    )
    # Ours: it counts the tries, and a code serves once.
    code = get_form_class(mfa_settings.FORMS, "reauthenticate", ReauthenticateForm)
    kinds = {
        "credential": passkey if Authenticator.Type.WEBAUTHN in held else None,
        "code": code if held and held != {Authenticator.Type.WEBAUTHN} else None,
        "password": None if held else PasswordForm,
    }
    return {
        name: kind(
            request.POST if f"{PREFIX}-{name}" in request.POST else None,
            user=person,
            prefix=PREFIX,
        )
        for name, kind in kinds.items()
        if kind is not None
    }


def _holds(request: HttpRequest, form: Any) -> bool:
    """Whether what was given proves it; then that is on record in the session."""
    if not form.is_valid():
        return False
    by_password = partial(reauthenticate_by_password, request)
    note = getattr(form, "save", by_password)
    note()
    return True


def _page(request: HttpRequest, site: AdminSite, forms: dict[str, Form]) -> HttpResponse:
    opens = request.method != "POST" or THEN_OPEN in request.POST
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": _("Please confirm that it is you"),
        "forms": forms,
        "carried": [(THEN_OPEN, "1"), (BACK, _back(request))] if opens else _carried(request),
        "opens": opens,
        "action": request.get_full_path(),
        "back": _back(request),
        # Another language is another page, opened anew, without what is carried.
        "one_language": not opens,
    }
    if "credential" in forms:
        context["js_data"] = {"request_options": begin_authentication(actor_of(request))}
    status = 403 if request.method == "POST" else 200
    return TemplateResponse(request, "admin/confirm_identity.html", context, status=status)


def _download_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Confirmed: from here the file is fetched, as often as it takes, and here is the way back."""
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": _("Confirmed"),
        "carried": _carried(request),
        "action": request.get_full_path(),
        "back": _back(request),
        "one_language": True,
    }
    return TemplateResponse(request, "admin/confirmed_download.html", context)


def _carried(request: HttpRequest) -> list[tuple[str, Any]]:
    """What was posted, but for what confirms; and the way back, which the first page knew."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and not name.startswith(f"{PREFIX}-")
    ]
    return [*sent, (BACK, _back(request))]


def _back(request: HttpRequest) -> str:
    """The page from which somebody came here, if it is one of ours and does not ask as well."""
    came = request.POST.get(BACK) or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        came, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    match = request.resolver_match
    if came and ours and not (match and match.url_name in STEPS and _is_here(came, request)):
        return came
    if ours and match and match.url_name:
        of_what = "_".join(match.url_name.split("_")[:2])
        key = match.kwargs.get("pk") or next(iter(match.args), None)
        return reverse(f"admin:{of_what}_change", args=[key])
    return reverse("admin:index")


def _is_here(address: str, request: HttpRequest) -> bool:
    return urlsplit(address).path == request.path
