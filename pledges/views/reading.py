"""A pledge after its signing: the page that shows it, and its file."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pledges import access, rendering, verification, wording
from pledges.access import Act
from pledges.actions import drawn_fields, noting_readings, proving, readings
from pledges.actions.noting_readings import Way
from pledges.core import refusals
from pledges.core.digests import sha256_hex
from pledges.core.lifecycle import PledgeState
from pledges.models import Document, Organisation, Pledge
from pledges.models.pledges import PLEDGE_STATES
from pledges.rendering import page_images
from pledges.rendering.page_images import ShownPage
from pledges.views import afterwards, document_pages
from pledges.views.accounts import person_of
from pledges.views.files import pdf_response, unavailable

logger = logging.getLogger(__name__)

# A return ends at the review; what was revoked or expired came as far as being in force, and is
# not.
STEPS = {
    PledgeState.SIGNED: 3,
    PledgeState.RETURNED: 3,
    PledgeState.WITHDRAWN: 3,
    PledgeState.REVOKED: 4,
    PledgeState.EXPIRED: 4,
}
DONE = 5
# The newest; auditors see all of them.
MAX_READINGS_SHOWN = 50


@dataclass(frozen=True)
class ShownReason:
    """Why a pledge was returned, with the clause as people cite it; none: the whole pledge."""

    citation: str
    key: str
    text: str


def reasons_of(pledge: Pledge) -> tuple[ShownReason, ...]:
    """The reasons for which `pledge` was returned, in the order given."""
    outline = pledge.version.outline(pledge.language)
    return tuple(
        ShownReason(wording.citation(outline, reason.clause), reason.clause, reason.text)
        for reason in pledge.return_reasons.all()
    )


def detail(request: HttpRequest, pledge: Pledge) -> HttpResponse:
    """The page of a pledge that was signed; the caller has checked whose it is."""
    if pledge.status == PledgeState.ERASED:
        raise Http404
    body, pages, refused = _shown(pledge)
    at = timezone.now()
    state = PledgeState(pledge.state_on(Organisation.current().localdate(at)))
    reviewing = state == PledgeState.SIGNED
    context = {
        "pledge": pledge,
        "state": state,
        "state_label": dict(PLEDGE_STATES)[state],
        "step": STEPS.get(state, DONE),
        "body": body,
        "pages": pages,
        "as_text": request.GET.get("as") == "text",
        "refused": refused,
        "signature": pledge.signature,
        "files": list(pledge.documents.all()),
        "reasons": reasons_of(pledge),
        "correction": getattr(pledge, "corrected_by", None),
        "corrects": pledge.corrects,
        "label": pledge.version.label(get_language() or "zh-hans"),
        "read_by": pledge.readings.all()[:MAX_READINGS_SHOWN],
        "next": afterwards.next_draft(person_of(request), at),
        "steps": afterwards.steps(pledge, state),
        "usual_review": afterwards.usual_review(at) if reviewing else None,
    }
    status = HTTPStatus.SERVICE_UNAVAILABLE if refused else HTTPStatus.OK
    return render(request, "pledge_detail.html", context, status=status)


def _shown(pledge: Pledge) -> tuple[SafeString | None, tuple[ShownPage, ...], str]:
    """What was signed, as text and as pages, or why it is not shown."""
    try:
        stored = readings.read_signed(pledge)
    except refusals.Refusal as refusal:
        return None, (), wording.refusal(refusal)
    sha256 = sha256_hex(stored.issued)

    def address(number: int) -> str:
        return reverse("pledge_page", args=[pledge.pk, sha256, number])

    pages = page_images.pages_of(stored.issued, sha256, address)
    body = rendering.write_signed(stored.sheet, drawn_fields.read(pledge, stored))
    return body, pages, ""


def issued_file(request: HttpRequest, pk: UUID, way: Way, **which: str) -> Document:
    """The newest issued file of a pledge, of those meant, that the asker may read.

    It is noted as read; raises Http404.
    """
    pledge = Pledge.objects.kept().filter(pk=pk).first()
    if pledge is None or not access.allows(request.user, Act.READ_PLEDGE, pledge):
        raise Http404
    files = pledge.documents.select_related("pledge__version").filter(**which)
    file = files.order_by("-revision").first()
    if file is None:
        raise Http404
    noting_readings.note([pledge], way, reader=person_of(request), at=timezone.now())
    return file


@require_safe
def document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The newest issued PDF, for its owner and for those who read pledges; 404 for others."""
    file = issued_file(request, pk, Way.FILE)
    unchanged = get_conditional_response(request, etag=f'"{file.sha256}"')
    if unchanged is not None:
        return unchanged
    try:
        data = verification.issued_bytes(file)
    except verification.FileUnavailable as error:
        logger.error("A file of pledge %s cannot be given out: %s", pk, error.__cause__)
        return unavailable(request)
    name, download = file.file_name(), "download" in request.GET
    return pdf_response(data, name=name, sha256=file.sha256, download=download)


@require_safe
def page(request: HttpRequest, pk: UUID, sha256: str, number: int) -> HttpResponse:
    """One page of an issued file as an image, for those who may read the file.

    Noted as the page is on which it stands: nobody has the file itself by it.
    """
    file = issued_file(request, pk, Way.PAGE, sha256=sha256)
    try:
        return document_pages.image_response(
            file.sha256, number, lambda: verification.issued_bytes(file)
        )
    except verification.FileUnavailable as error:
        logger.error("A file of pledge %s cannot be shown: %s", pk, error.__cause__)
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)


@require_safe
def proof(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The separate proof (JSON) of the newest issued file, for those who may read the pledge."""
    file = issued_file(request, pk, Way.PROOF)
    return HttpResponse(
        proving.prove(file, at=timezone.now()),
        content_type="application/json",
        headers={"Content-Disposition": file.file_name("proof.json").disposition("attachment")},
    )
