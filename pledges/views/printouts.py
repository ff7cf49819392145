"""Verified printouts: of a file that somebody brings, and of a stored one for those who read it."""

import logging
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges import verification, wording
from pledges.actions import rate_limiting
from pledges.actions.noting_readings import Way
from pledges.core import refusals
from pledges.core.file_names import FileName
from pledges.models import Organisation
from pledges.rendering.paper_wording import language_tag
from pledges.rendering.printouts import Checked, Printout, print_out
from pledges.templatetags.sheet_extras import day, moment
from pledges.verification import Judgement, PublicStatus, reports
from pledges.views import errors, printout_tickets, public
from pledges.views.accounts import person_of
from pledges.views.files import pdf_response, unavailable
from pledges.views.posted import only_posted
from pledges.views.reading import issued_file

logger = logging.getLogger(__name__)
RETRY_AFTER = 10  # seconds
# A minute, of one person: each is judged, and the judging service is the public page's too.
MAX_OF_STORED = 10


@login_not_required
@only_posted("verify_file")
def of_brought_file(request: HttpRequest) -> HttpResponse:
    """Of the file that comes along, or of the one that a ticket says was brought just now."""
    upload = request.FILES.get("file")
    if upload is None:
        return _of_ticket(request)
    if not upload.size or upload.size > verification.MAX_FILE_BYTES:
        return public.page(request, HTTPStatus.UNPROCESSABLE_ENTITY, missing=True)
    return _printed(request, upload.read(), upload.name or "")


def _of_ticket(request: HttpRequest) -> HttpResponse:
    file = printout_tickets.read(request.POST.get("ticket", ""))
    if file is None:
        return public.page(request, HTTPStatus.UNPROCESSABLE_ENTITY, lapsed=True)
    try:
        pdf = verification.issued_bytes(file)
    except verification.FileUnavailable as error:
        logger.error("A file of pledge %s cannot be printed: %s", file.pledge_id, error.__cause__)
        return unavailable(request)
    return _printed(request, pdf, "")


def _printed(request: HttpRequest, pdf: bytes, name: str) -> HttpResponse:
    at = timezone.now()
    try:
        judgement = verification.judge(pdf, at=at)
    except verification.CannotJudge as error:
        return public.postponed(request, busy=error.busy)
    if not judgement.is_genuine:
        context = public.judged(judgement, name)
        return public.page(request, HTTPStatus.UNPROCESSABLE_ENTITY, **context)
    return _made(request, pdf, judgement, at)


@require_safe
def of_stored_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Of the newest issued file, judged at this moment, for those who may read the pledge."""
    if rate_limiting.is_too_often("printouts", person_of(request), most=MAX_OF_STORED):
        return errors.too_many_requests(request)
    file, at = issued_file(request, pk, Way.PRINTOUT), timezone.now()
    try:
        pdf = verification.issued_bytes(file)
        judgement = verification.judge(pdf, at=at)
    except verification.FileUnavailable as error:
        logger.error("A file of pledge %s cannot be printed: %s", pk, error.__cause__)
        return unavailable(request)
    except verification.CannotJudge:
        return _later(request)
    if not judgement.is_genuine:
        logger.error("The stored file of pledge %s is not found genuine; nothing is printed", pk)
        return unavailable(request)
    return _made(request, pdf, judgement, at)


def _later(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("The printout cannot be created right now"),
        "words": _("The system is busy. Please try again in a few seconds."),
        "back": "my_pledges" if request.user.is_authenticated else "",
    }
    response = render(request, "refused.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _made(request: HttpRequest, pdf: bytes, judgement: Judgement, at: datetime) -> HttpResponse:
    printout = _about(pdf, judgement, at)
    try:
        made = print_out(pdf, printout)
    except refusals.Unmade:
        return _later(request)
    said = f"{printout.number}-{_('Verified printout')}.pdf"
    response = pdf_response(made, name=FileName(said, f"{printout.number}-printout.pdf"))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _about(pdf: bytes, judgement: Judgement, at: datetime) -> Printout:
    language = get_language() or "zh-hans"
    report, status = reports.of(judgement.verdict, language), judgement.public_status
    site = settings.PUBLIC_URL.rstrip("/")
    path = reverse("verify", args=[status.pledge.pk]) if status else reverse("verify_file")
    return Printout(
        language=language_tag(wording.language()),
        number=report.summary.number if report.summary else "",
        sha256=judgement.verdict.sha256,
        size=len(pdf),
        verdict=report.headline,
        standing=public.status_words(status).words if status else "",
        verified_at=moment(at),
        verified_by=_("%(company)s (%(site)s)")
        % {"company": Organisation.current(), "site": urlsplit(site).netloc},
        address=site + path,
        facts=_facts(report, status, language),
        checks=[Checked(line.name, line.passed, line.words) for line in report.lines],
    )


def _facts(report: reports.Report, status: PublicStatus | None, language: str) -> dict[str, str]:
    """What the file says of itself, and what its kind is called here."""
    if (summary := report.summary) is None:
        return {}
    kind = status.pledge.version.label(language) if status else ""
    signer = {
        "signer": summary.signer,
        "number": summary.employee_number,
        "department": summary.department,
    }
    facts = {
        _("Number"): summary.number,
        _("Version"): kind or f"{summary.template} {summary.version}",
        _("Issued by"): summary.organisation,
        _("Signed by"): _("%(signer)s (%(number)s), %(department)s") % signer,
        _("Signed"): moment(summary.signed_at),
    }
    if summary.accepted_at:
        facts[_("Confirmed by")] = summary.accepted_by
        facts[pgettext("when", "Confirmed")] = moment(summary.accepted_at)
        since = _("%(day)s, the day of signing") % {"day": day(summary.signed_at)}
        facts[_("In effect since")] = since
    return facts
