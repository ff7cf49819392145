"""Work that the background worker does of its own accord."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from pledges.gateways import storage
from pledges.models import Document, SigningIntent

# Long enough that no signing can still be between storing its file and committing its row.
ORPHAN_AGE = timedelta(hours=24)


@task()
def sweep_orphans() -> int:
    """Remove files that no pledge and no open intent names; gives their number."""
    now = timezone.now()
    known = set(Document.objects.values_list("sha256", flat=True))
    known |= set(SigningIntent.objects.open(now).values_list("document_digest", flat=True))
    swept = 0
    for digest in storage.orphans(known, now - ORPHAN_AGE):
        storage.remove_orphan(digest)
        swept += 1
    return swept
