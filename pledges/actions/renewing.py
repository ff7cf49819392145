"""Renewing timestamps: before an authority's certificate ends, another one vouches for the file.

The files of records are renewed as those of pledges are.
"""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from pledges import access, audit, crash_points, issued_files, transactions
from pledges.access import SYSTEM, Act
from pledges.actions import issuing, sealing
from pledges.actions.issuing import StoredFile
from pledges.actions.records import renewing as record_renewing
from pledges.core.lifecycle import PledgeState
from pledges.core.refusals import DocumentUnavailable, FileNotGenuine
from pledges.models import Document, Pledge, RecordFile
from pledges.proof.fileformat import Level
from pledges.proof.verdict import Outcome
from pledges.storage import document_store

logger = logging.getLogger(__name__)

AnyFile = Document | RecordFile

# How long before a timestamp ends it is renewed.
WITHIN = timedelta(days=365)


def due(at: datetime, within: timedelta) -> Iterator[Document]:
    """The newest file of each pledge whose last timestamp ends within that time."""
    newest = Document.objects.filter(pledge=OuterRef("pledge")).order_by("-revision").values("pk")
    files = Document.objects.exclude(pledge__status=PledgeState.ERASED).filter(
        pk=Subquery(newest[:1]), stamped_until__isnull=False, stamped_until__lt=at + within
    )
    return files.select_related("pledge").order_by("stamped_until", "pk").iterator(chunk_size=200)


def due_of_any(at: datetime, within: timedelta) -> Iterator[AnyFile]:
    """The same, and then the newest file of each record."""
    yield from due(at, within)
    yield from record_renewing.due(at, within)


def extend(at: datetime) -> int:
    """Renew every timestamp that is due; gives their number. Raises SealUnavailable.

    A file that our own verdict rejects is kept in quarantine, and stops no other. Nor does one that
    is lost or damaged: after all others it raises DocumentUnavailable. Where a new timestamp lasts
    no longer than the one before, the authority has no newer certificate yet, and the others wait
    for it.
    """
    renewed, unreadable, began = 0, 0, time.monotonic()
    for file in due_of_any(at, WITHIN):
        # An answer counts only near to the time at which it is asked for.
        now = at + timedelta(seconds=time.monotonic() - began)
        try:
            newest = renew_any(file, actor=SYSTEM, at=now)
        except FileNotGenuine:
            continue
        except DocumentUnavailable:
            logger.exception("The timestamp of %s cannot be renewed", file)
            unreadable += 1
            continue
        renewed += 1
        if newest.stamped_until == file.stamped_until:
            logger.warning("The timestamp authority's certificate ends on %s", file.stamped_until)
            break
    if unreadable:
        raise DocumentUnavailable
    return renewed


def renew_any(file: AnyFile, *, actor: access.Actor, at: datetime) -> AnyFile:
    """`renew`, of a pledge's file or a record's."""
    if isinstance(file, RecordFile):
        return record_renewing.renew(file, actor=actor, at=at)
    return renew(file, actor=actor, at=at)


def renew(file: Document, *, actor: access.Actor, at: datetime) -> Document:
    """Issue `file` anew with one more document timestamp; the file before stays as it was.

    Raises SealUnavailable when there is no timestamp to be had, DocumentUnavailable where the file
    is lost or damaged; then nothing has changed.
    """
    access.require(actor, Act.RENEW_TIMESTAMPS, file.pledge)
    try:
        stored = issued_files.read(file)
    except (document_store.Missing, document_store.Corrupt) as error:
        raise DocumentUnavailable from error
    renewed = sealing.renew_timestamp(stored, at=at)
    kept = issuing.keep(renewed, Level.ARCHIVAL, Outcome.ACCEPTED, at)
    crash_points.reach("renew:stored")
    return _issue(kept, file, actor=actor, at=at)


@transactions.atomic
def _issue(kept: StoredFile, file: Document, *, actor: access.Actor, at: datetime) -> Document:
    pledge = Pledge.objects.select_for_update(no_key=True).get(pk=file.pledge_id)
    newest = pledge.documents.order_by("-revision").first()
    if newest is None or newest.pk != file.pk or pledge.status == PledgeState.ERASED:
        # Somebody else was faster: the newest file has its timestamp, or there is none to keep.
        return newest or file
    issued = issuing.issue(kept, pledge, revision=file.revision + 1, at=at)
    facts = {"issued": kept.sha256}
    audit.record("document.renewed", actor=actor, subject=pledge, at=at, facts=facts)
    return issued
