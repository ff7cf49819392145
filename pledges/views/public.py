"""The public pages: judging a file that somebody brings, and how a pledge stands."""

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pledges import keyring, verification
from pledges.core import saying, verdict_words
from pledges.core.characters import shown
from pledges.core.lifecycle import PledgeState
from pledges.core.verdict import Check, Outcome
from pledges.verification import Judgement, Standing
from pledges.views.throttle import per_minute

RETRY_BUSY, RETRY_ABSENT = 5, 60  # seconds
LOOKS = {Outcome.ACCEPTED: "good", Outcome.SIGNED_ONLY: "open", Outcome.REJECTED: "bad"}


@dataclass(frozen=True)
class Words:
    """One large line, and how it looks: `good`, `open` or `bad`."""

    words: str
    look: str


def standing_words(standing: Standing) -> Words:
    """What a pledge's state means to somebody outside; a draft has no standing at all."""
    if standing.superseded_at and standing.status == PledgeState.ACCEPTED:
        return Words(_("In force, and followed by a newer pledge"), "open")
    return {
        PledgeState.ACCEPTED: Words(_("In force"), "good"),
        PledgeState.SIGNED: Words(_("Signed, awaiting compliance review"), "open"),
        PledgeState.RETURNED: Words(_("Returned, not in force"), "bad"),
        PledgeState.REVOKED: Words(_("Revoked, no longer in force"), "bad"),
        PledgeState.EXPIRED: Words(_("Expired, no longer in force"), "bad"),
        PledgeState.ERASED: Words(_("Erased after its retention period"), "bad"),
    }[PledgeState(standing.status)]


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Judge the PDF that somebody brings. Its bytes are read and kept nowhere."""
    if request.method != "POST":
        return _noindex(render(request, "check.html", {"limit": verification.LARGEST_MB}))
    file, proof = request.FILES.get("file"), request.FILES.get("proof")
    if file is None or not file.size or file.size > verification.LARGEST:
        context = {"limit": verification.LARGEST_MB, "missing": True}
        return _noindex(render(request, "check.html", context, status=422))
    content = proof.read() if proof else None
    try:
        judgement = verification.judge(file.read(), proof=content, at=timezone.now())
    except verification.CannotJudge as error:
        return _noindex(_postponed(request, busy=error.busy))
    return _noindex(render(request, "check.html", _judged(judgement, file.name or "")))


def _postponed(request: HttpRequest, *, busy: bool) -> HttpResponse:
    context = {"limit": verification.LARGEST_MB, "postponed": "busy" if busy else "absent"}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    response = render(request, "check.html", context, status=status)
    response.headers["Retry-After"] = str(RETRY_BUSY if busy else RETRY_ABSENT)
    return response


def _headline(judgement: Judgement, language: str) -> Words:
    """The verdict in a sentence; that a file is genuine is no good news where its pledge ended."""
    if judgement.verdict.failed is Check.PROOF:
        return Words(_("The PDF passes; the separate proof is not that of this PDF"), "bad")
    outcome, standing = judgement.verdict.outcome, judgement.standing
    stands = standing_words(standing) if standing else None
    if stands and stands.look == "bad":
        said = _("The file is genuine. Its pledge: %(standing)s")
        return Words(said % {"standing": stands.words}, stands.look)
    return Words(verdict_words.OUTCOMES[outcome].in_(language), LOOKS[outcome])


def _judged(judgement: Judgement, name: str) -> dict[str, object]:
    language = get_language() or "zh-hans"
    verdict = judgement.verdict
    standing = judgement.standing
    return {
        "limit": verification.LARGEST_MB,
        "name": shown(name),
        "verdict": verdict,
        "statement": saying.stated(verdict.statement) if verdict.statement else None,
        "large": _headline(judgement, language),
        "lines": [
            {
                "name": verdict_words.CHECKS[line.check].in_(language),
                "passed": line.passed,
                "words": saying.say(line, language),
                "explanation": saying.explain(line, language),
            }
            for line in verdict.lines
        ],
        "issued": judgement.issued,
        "newest": judgement.newest,
        "standing": standing,
        "standing_words": standing_words(standing) if standing else None,
    }


@login_not_required
@require_safe
@per_minute(60)
def verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The standing of a signed pledge, with no word about the person; 404 for any other code."""
    standing = verification.standing(pk, at=timezone.now())
    if standing is None:
        return _noindex(render(request, "verify_unknown.html", status=HTTPStatus.NOT_FOUND))
    context = {
        "standing": standing,
        "large": standing_words(standing),
        "label": standing.pledge.version.label(get_language() or "zh-hans"),
        "limit": verification.LARGEST_MB,
    }
    return _noindex(render(request, "verify.html", context))


@login_not_required
@require_safe
def root_certificate(request: HttpRequest) -> HttpResponse:
    """What verifiers hold files against: the installation's root certificates (PEM)."""
    pem = keyring.root_pem()
    if pem is None:
        raise Http404
    return HttpResponse(
        pem,
        content_type="application/x-pem-file",
        headers={"Content-Disposition": 'attachment; filename="root.pem"'},
    )


def _noindex(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex"
    return response
