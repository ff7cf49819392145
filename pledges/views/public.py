"""The public pages: judging a file that somebody brings, and how a pledge stands."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pledges import keyring, verification
from pledges.core.characters import shown
from pledges.core.lifecycle import PledgeState
from pledges.verification import (
    Judgement,
    PublicStatus,
    RecordJudgement,
    record_reports,
    reports,
)
from pledges.views import printout_tickets
from pledges.views.throttle import per_minute

RETRY_BUSY, RETRY_ABSENT = 5, 60  # seconds


@dataclass(frozen=True)
class StatusText:
    """One large line, and how it looks: `good`, `open`, `ended` or `bad`."""

    words: str
    look: str


def status_words(status: PublicStatus) -> StatusText:
    """What a pledge's state means to somebody outside; a draft has none."""
    if status.superseded_at and status.status == PledgeState.ACCEPTED:
        return StatusText(_("In force; a newer pledge has followed"), "open")
    return {
        PledgeState.ACCEPTED: StatusText(_("In force"), "good"),
        PledgeState.SIGNED: StatusText(_("Signed, not yet confirmed by the company"), "open"),
        PledgeState.RETURNED: StatusText(_("Returned, never took effect"), "bad"),
        PledgeState.WITHDRAWN: StatusText(_("Withdrawn, never took effect"), "bad"),
        PledgeState.REVOKED: StatusText(_("Revoked, no longer in force"), "bad"),
        # As foreseen, and nobody's fault: no more than that it is over.
        PledgeState.EXPIRED: StatusText(_("Expired, no longer in force"), "ended"),
        PledgeState.ERASED: StatusText(_("Erased after its retention period"), "ended"),
    }[PledgeState(status.status)]


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Judge the PDF that somebody brings. Its bytes are read and kept nowhere."""
    if request.method != "POST":
        return page(request)
    file, proof = request.FILES.get("file"), request.FILES.get("proof")
    receipt = request.FILES.get("receipt")
    if file is None or not file.size or file.size > verification.MAX_FILE_BYTES:
        return page(request, HTTPStatus.UNPROCESSABLE_ENTITY, missing=True)
    content = proof.read() if proof else None
    try:
        judgement = verification.judge_any(
            file.read(),
            proof=content,
            receipt=receipt.read() if receipt else None,
            at=timezone.now(),
        )
    except verification.CannotJudge as error:
        return postponed(request, busy=error.busy)
    if isinstance(judgement, RecordJudgement):
        return page(request, **judged_record(judgement, file.name or ""))
    return page(request, receipt_unused=bool(receipt), **judged(judgement, file.name or ""))


def judged_record(judgement: RecordJudgement, name: str) -> dict[str, Any]:
    """What the page says of a record that was judged."""
    report = record_reports.of(judgement.verdict, get_language() or "zh-hans")
    return {
        "name": shown(name),
        "verdict": judgement.verdict,
        "record": report,
        "large": StatusText(report.headline, report.look),
        "lines": report.lines,
        "issued": judgement.issued,
        "newest": judgement.newest,
    }


def postponed(request: HttpRequest, *, busy: bool) -> HttpResponse:
    """The page, with why no file is judged just now."""
    why = "busy" if busy else "absent"
    response = page(request, HTTPStatus.SERVICE_UNAVAILABLE, postponed=why)
    response.headers["Retry-After"] = str(RETRY_BUSY if busy else RETRY_ABSENT)
    return response


def _headline(report: reports.Report) -> StatusText:
    """The verdict on the file in a sentence; how its pledge stands is another question."""
    if report.is_only_the_proof_wrong:
        return StatusText(
            _("The PDF is genuine, but the separate proof does not belong to it"), "bad"
        )
    return StatusText(report.headline, report.look)


def judged(judgement: Judgement, name: str) -> dict[str, Any]:
    """What the page says of a file that was judged."""
    report = reports.of(judgement.verdict, get_language() or "zh-hans")
    status = judgement.public_status
    return {
        "name": shown(name),
        "verdict": judgement.verdict,
        "summary": report.summary,
        "large": _headline(report),
        "lines": report.lines,
        "issued": judgement.issued,
        "newest": judgement.newest,
        "public_status": status,
        "status_words": status_words(status) if status else None,
        "ticket": printout_tickets.make(judgement),
    }


@login_not_required
@require_safe
@per_minute(60)
def verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The status of a signed pledge, with no word about the person; 404 for any other code."""
    status = verification.public_status(pk, at=timezone.now())
    if status is None:
        return _noindex(render(request, "verify_unknown.html", status=HTTPStatus.NOT_FOUND))
    context = {
        "public_status": status,
        "large": status_words(status),
        "label": status.pledge.version.label(get_language() or "zh-hans"),
        "limit": verification.MAX_FILE_MB,
    }
    return _noindex(render(request, "verify.html", context))


@dataclass(frozen=True)
class Roots:
    """Certificates that verifiers hold files against: how they are called, where they come from."""

    option: str
    page: str
    label: str | Promise
    pem: Callable[[], bytes | None]


ROOTS = {
    "root.pem": Roots(
        "--trust", "verify_root", gettext_lazy("Root certificate (PEM)"), keyring.root_pem
    ),
    "tsa-roots.pem": Roots(
        "--tsa-trust",
        "verify_tsa_roots",
        gettext_lazy("Roots of the timestamp authority (PEM)"),
        keyring.tsa_roots_pem,
    ),
    "company-roots.pem": Roots(
        "--company-trust",
        "verify_company_roots",
        gettext_lazy("Roots of the authority that issued the company's seal certificate (PEM)"),
        lambda: verification.company_roots_pem(timezone.now()),
    ),
}


@login_not_required
@require_safe
def roots(request: HttpRequest, name: str) -> HttpResponse:
    """One of `ROOTS`; 404 for one that this installation does not have."""
    pem = ROOTS[name].pem()
    if pem is None:
        raise Http404
    return HttpResponse(
        pem,
        content_type="application/x-pem-file",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def page(request: HttpRequest, status: int = 200, **context: object) -> HttpResponse:
    """The page, with what somebody needs who checks without us."""
    known = {name: each for name, each in ROOTS.items() if each.pem() is not None}
    options = [f"{each.option} {name}" for name, each in known.items()]
    options += [f'--company-pin "{pin}"' for pin in settings.COMPANY_PINS]
    context |= {
        "limit": verification.MAX_FILE_MB,
        "command": " ".join(["shounuo-verify FILE.pdf", *options]),
        "roots": list(known.values()),
    }
    return _noindex(render(request, "check.html", context, status=status))


def _noindex(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex"
    return response
