"""Paper pledges outside of the back office: one's own, their images and record, the public page."""

from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pledges import access
from pledges.access import Act
from pledges.actions import noting_readings
from pledges.actions.noting_readings import Way
from pledges.actions.papers import reading
from pledges.core import refusals
from pledges.core.file_names import FileName, safe_part
from pledges.core.papers import PaperState
from pledges.models import Organisation, PaperPledge
from pledges.views.accounts import person_of
from pledges.views.files import pdf_response, unavailable
from pledges.views.public import StatusText
from pledges.views.throttle import per_minute

MAX_READINGS_SHOWN = 50
SCAN = "纸质承诺书扫描件"
PUBLIC = (PaperState.CONFIRMED, PaperState.WITHDRAWN, PaperState.ERASED)


def _readable(request: HttpRequest, pk: UUID, way: Way) -> PaperPledge:
    """The paper, noted as read, for whoever may; raises Http404."""
    rows = PaperPledge.objects.select_related("person", "version__template")
    paper = rows.filter(pk=pk).exclude(state=PaperState.ERASED).first()
    if paper is None or not access.allows(request.user, Act.READ_PAPER, paper):
        raise Http404
    noting_readings.note_papers([paper], way, reader=person_of(request), at=timezone.now())
    return paper


@require_safe
def page(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One page as an image, for those who may read the paper."""
    paper = _readable(request, pk, Way.PAGE)
    try:
        image, kind = reading.page(paper, number)
    except reading.NoSuchPage as missing:
        raise Http404 from missing
    except refusals.DocumentUnavailable:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    except refusals.Unmade as refusal:
        status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(refusal.retry_after)}
        return HttpResponse(status=status, headers=headers)
    return HttpResponse(image, content_type=kind)


@require_safe
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The record of a confirmed paper; what was uploaded is given to nobody."""
    paper = _readable(request, pk, Way.FILE)
    if (file := paper.record_file) is None:
        raise Http404
    try:
        data = reading.record(paper)
    except refusals.DocumentUnavailable:
        return unavailable(request)
    who = safe_part(paper.person.name)
    name = FileName(f"{SCAN}-{who}-{paper.short}.pdf", f"paper-pledge-{paper.short}.pdf")
    download = "download" in request.GET
    return pdf_response(data, name=name, sha256=file.sha256, download=download)


@require_safe
def own(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One's own paper: what HR states, what became of it, who has read it; 404 for others."""
    person = person_of(request)
    rows = PaperPledge.objects.of(person).filed().exclude(state=PaperState.ERASED)
    paper = rows.select_related("version", "settled_by", "filed_by").filter(pk=pk).first()
    if paper is None:
        raise Http404
    today = Organisation.current().localdate(timezone.now())
    context = {
        "paper": paper,
        "label": paper.version.name(get_language() or "zh-hans"),
        "over": paper.is_over(today),
        "pages": len(reading.sizes(paper)),
        "read_by": paper.readings.all()[:MAX_READINGS_SHOWN],
    }
    return render(request, "paper.html", context)


@login_not_required
@require_safe
@per_minute(60)
def verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The status of a confirmed paper, with no word about the person; 404 for any other code."""
    rows = PaperPledge.objects.select_related("version").filter(pk=pk, state__in=PUBLIC)
    paper = rows.exclude(record=None).first()
    if paper is None:
        return _noindex(render(request, "verify_unknown.html", status=HTTPStatus.NOT_FOUND))
    organisation = Organisation.current()
    context = {
        "paper": paper,
        "large": _words(paper, organisation),
        "label": paper.version.label(get_language() or "zh-hans"),
        "organisation": organisation,
    }
    return _noindex(render(request, "verify_paper.html", context))


def _noindex(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _words(paper: PaperPledge, organisation: Organisation) -> StatusText:
    if paper.state == PaperState.WITHDRAWN:
        return StatusText(_("Paper pledge, withdrawn"), "bad")
    if paper.state == PaperState.ERASED:
        return StatusText(_("Erased after its retention period"), "ended")
    if paper.is_over(organisation.localdate(timezone.now())):
        return StatusText(_("Paper pledge on file, past its term"), "ended")
    return StatusText(_("Paper pledge on file, not signed in Shounuo"), "open")
