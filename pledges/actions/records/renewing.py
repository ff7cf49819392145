"""Renewing the timestamps of records, as `actions.renewing` does of pledges."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from pledges import access, audit, crash_points, transactions
from pledges.access import Act
from pledges.actions import issuing, sealing
from pledges.actions.issuing import StoredFile
from pledges.actions.records.issuing import add_file
from pledges.core.refusals import DocumentUnavailable
from pledges.models import IssuedRecord, RecordFile
from pledges.proof.fileformat import Level
from pledges.proof.verdict import Outcome
from pledges.storage import document_store


def due(at: datetime, within: timedelta) -> Iterator[RecordFile]:
    """The newest file of each record whose last timestamp ends within that time."""
    newest = RecordFile.objects.filter(record=OuterRef("record")).order_by("-revision")
    files = RecordFile.objects.filter(
        pk=Subquery(newest.values("pk")[:1]),
        record__erased_at__isnull=True,
        stamped_until__isnull=False,
        stamped_until__lt=at + within,
    )
    return files.select_related("record").order_by("stamped_until", "pk").iterator(chunk_size=200)


def renew(file: RecordFile, *, actor: access.Actor, at: datetime) -> RecordFile:
    """Issue `file` anew with one more document timestamp; the file before stays as it was.

    Raises SealUnavailable when there is no timestamp to be had, DocumentUnavailable where the file
    is lost or damaged; then nothing has changed.
    """
    access.require(actor, Act.RENEW_TIMESTAMPS, file.record)
    try:
        stored = document_store.get(file.sha256)
    except (document_store.Missing, document_store.Corrupt) as error:
        raise DocumentUnavailable from error
    renewed = sealing.renew_timestamp(stored, at=at)
    kept = issuing.keep(renewed, Level.ARCHIVAL, Outcome.ACCEPTED, at)
    crash_points.reach("renew:stored")
    return _issue(kept, file, actor=actor, at=at)


@transactions.atomic
def _issue(kept: StoredFile, file: RecordFile, *, actor: access.Actor, at: datetime) -> RecordFile:
    record = IssuedRecord.objects.select_for_update(no_key=True).get(pk=file.record_id)
    newest = record.newest_file
    if newest.pk != file.pk or record.erased_at is not None:
        # Somebody else was faster, or there is none to keep.
        return newest
    issued = add_file(record, kept, revision=file.revision + 1, at=at)
    facts = {"issued": kept.sha256}
    audit.record("document.renewed", actor=actor, subject=record, at=at, facts=facts)
    return issued
