"""One paper as the back office shows it: its pages, and beside them what is said and to be done."""

from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from pledges import access
from pledges.access import Act
from pledges.actions import noting_readings
from pledges.actions.noting_readings import Way
from pledges.actions.papers import list_filing, reading
from pledges.admin import review_context
from pledges.admin.base import actor_of
from pledges.core import papers
from pledges.core.papers import PaperState
from pledges.models import PaperPledge
from pledges.rendering.page_images import ShownPage

MAX_READINGS_SHOWN = 20


def show(page: ModelAdmin, request: HttpRequest, paper: PaperPledge, **extra: Any) -> HttpResponse:
    """The images on the left; on the right what HR said, and the next step."""
    actor, at = actor_of(request), timezone.now()
    if paper.state not in (PaperState.REJECTED, PaperState.ERASED):
        noting_readings.note_papers([paper], Way.PAGE, reader=actor, at=at)
    reads_ledger = access.allows(actor, Act.READ_LEDGER)
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": paper.person,
        "paper": paper,
        "own": paper.person_id == actor.pk,
        "own_filing": paper.filed_by_id == actor.pk,
        "pages": pages_of(paper),
        "same": list(reading.same_scan(paper)),
        "others": list(reading.others_of(paper)),
        "trail": review_context.trail(paper),
        "read_by": list(paper.readings.all()[:MAX_READINGS_SHOWN]) if reads_ledger else None,
        "waiting": reading.waiting_for(actor).exclude(pk=paper.pk).count(),
        "media": page.media,
        **_steps(actor, paper),
        **extra,
    }
    return TemplateResponse(request, "admin/pledges/paperpledge/overview.html", context)


def pages_of(paper: PaperPledge) -> tuple[ShownPage, ...]:
    """The pages to be looked at; none where there are none, or none can be drawn just now."""

    def address(number: int) -> str:
        return reverse("paper_page", args=[paper.pk, number])

    return tuple(
        ShownPage(number, address(number), width, height)
        for number, (width, height) in enumerate(reading.sizes(paper), start=1)
    )


def unfinished(request: HttpRequest) -> list[tuple[PaperPledge, datetime]]:
    """What the reader uploaded and did not file, each with the time when it is removed."""
    own = reading.unfinished_of(actor_of(request))
    return [(paper, paper.filed_at + list_filing.DRAFTS_KEPT) for paper in own]


def _steps(actor: Any, paper: PaperPledge) -> dict[str, bool]:
    """Which steps `actor` may take now."""

    def may(act: Act, step: Any) -> bool:
        return paper.state in step.sources and access.allows(actor, act, paper)

    return {
        "may_file": may(Act.FILE_PAPER, papers.FILE),
        "may_correct": may(Act.FILE_PAPER, papers.FILE) and paper.batch_id is None,
        "may_confirm": may(Act.CONFIRM_PAPER, papers.CONFIRM),
        "may_withdraw": may(Act.WITHDRAW_PAPER, papers.WITHDRAW),
    }
