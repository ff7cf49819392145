"""Rendering a finished draft's document before its person asks for it.

A convenience without consequences: no intent, no entry in the ledger, nobody is offered anything.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from pledges import access
from pledges.actions import preparing, readings
from pledges.actions.answers import Saved
from pledges.core import refusals
from pledges.core.lifecycle import Forbidden, PledgeState
from pledges.models import Pledge, RenderedAhead, SigningIntent
from pledges.storage import document_store

logger = logging.getLogger(__name__)

WITHIN = 10.0
"""Seconds after which the machine has more important things to do, and so has the worker."""
LATER_THAN_OTHERS = -50
KEPT_FOR = timedelta(hours=24)


def schedule(pledge: Pledge, saved: Saved, *, at: datetime) -> None:
    """Have the document rendered, if what was saved at `at` leaves nothing to be filled in."""
    finished = not (saved.reading.problems or saved.reading.missing)
    if settings.RENDER_AHEAD and finished and saved.at == at:
        then = at + timedelta(seconds=settings.RENDER_AHEAD)
        render_ahead.using(run_after=then).enqueue(str(pledge.pk), saved.revision)


@task(priority=LATER_THAN_OTHERS)
def render_ahead(pledge: str, revision: int) -> None:
    """What the worker does some seconds after a draft was finished."""
    render(pledge, revision, at=timezone.now())


def render(key: str, revision: int, *, at: datetime) -> RenderedAhead | None:
    """The document of that revision, rendered once; None where it would be of no use."""
    pledge = (
        Pledge.objects.filter(pk=key, answers_revision=revision, status=PledgeState.DRAFT)
        .select_related("person")
        .first()
    )
    asked_for = SigningIntent.objects.filter(pledge_id=key, answers_revision=revision)
    made = RenderedAhead.objects.filter(pledge_id=key, answers_revision=revision)
    if pledge is None or asked_for.exists() or made.exists():
        return None
    try:
        # For its person, who alone may have it prepared.
        frozen = preparing.freeze(pledge, actor=pledge.person, at=at)
        preparing.check_printable(frozen)
        rendered = preparing.render(frozen, at=at, within=WITHIN, urgent=False)
        kept = document_store.put(rendered)
    except (refusals.Refusal, Forbidden, access.Denied, document_store.Unwritable) as reason:
        logger.info("The document of %s was not rendered ahead: %r", key, reason)
        return None
    about = {"pledge": pledge, "answers_revision": frozen.pledge.answers_revision}
    ahead = RenderedAhead(
        **about, document_digest=kept, document_size=len(rendered), rendered_at=at
    )
    row, _made = RenderedAhead.objects.get_or_create(
        **about,
        defaults={
            "content_digest": readings.witness(ahead, frozen.digest, frozen.pledge.version),
            "document_digest": kept,
            "document_size": len(rendered),
            "rendered_at": at,
        },
    )
    return row


def sweep(at: datetime) -> int:
    """Forget what nobody will use any more; gives how many. Their files go with the next sweep."""
    all_of_them = RenderedAhead.objects
    outdated = all_of_them.exclude(answers_revision=F("pledge__answers_revision"))
    unused = (
        outdated
        | all_of_them.exclude(pledge__status=PledgeState.DRAFT)
        | all_of_them.filter(rendered_at__lt=at - KEPT_FOR)
    )
    return unused.delete()[0]
