"""Removing files that nothing names: what a lost race, a killed process, an erasure left."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from pledges import durable_files
from pledges.actions import enrolment, pending, quarantine, rendering_ahead
from pledges.core.lifecycle import PledgeState
from pledges.models import Document, Person, RenderedAhead, SigningIntent
from pledges.storage import document_store

# Long enough that no signing can still be between storing its file and committing its row.
ORPHAN_AGE = timedelta(hours=24)


def sweep(at: datetime) -> int:
    """Remove files that nothing names any more; gives their number.

    Named are those of documents, of open intents, and of documents rendered ahead.

    Finishes, too, what an erasure was killed in, and removes passkeys that waited in vain.
    """
    rendering_ahead.sweep(at)
    kept = Document.objects.exclude(pledge__status=PledgeState.ERASED)
    known = set(kept.values_list("sha256", flat=True))
    known |= set(SigningIntent.objects.open(at).values_list("document_digest", flat=True))
    known |= set(RenderedAhead.objects.values_list("document_digest", flat=True))
    orphans = list(document_store.orphans(known, at - ORPHAN_AGE))
    for digest in orphans:
        document_store.remove_orphan(digest)
    document_store.remove_unfinished(at - ORPHAN_AGE)
    for folder in (quarantine.folder(), Path(settings.CHECKPOINTS_DIR)):
        durable_files.remove_unfinished(folder, at - ORPHAN_AGE)
    pending.lapse(at)
    for key in Person.objects.filter(erased_at__isnull=False).values_list("pk", flat=True):
        enrolment.forget(key)
    return len(orphans)
