"""Removing files that nobody needs: what a lost race left, and what a longer file holds as well.

The documents are gone through folder by folder, so a hundredth of their digests is held at a time.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from pledges import audit, durable_files, transactions
from pledges.access import SYSTEM
from pledges.actions import enrolment, quarantine
from pledges.actions.papers import keeping
from pledges.actions.records import issuing as record_issuing
from pledges.core import lifecycle
from pledges.core.digests import sha256_hex
from pledges.core.lifecycle import PledgeState
from pledges.models import (
    Document,
    IssuedRecord,
    LedgerEntry,
    Person,
    RecordFile,
    RenderedAhead,
    SigningIntent,
)
from pledges.storage import document_store

logger = logging.getLogger(__name__)

# Long enough that no signing can still be between storing its file and committing its row.
ORPHAN_AGE = timedelta(hours=24)
# Long enough that a backup which began with the database has come to the documents.
REDUNDANT_AGE = timedelta(hours=24)
# Files that the ledger is told of, and that are removed, in one go.
MAX_RUN = 10_000


def sweep(at: datetime) -> int:
    """Remove files that nothing names any more; gives their number.

    Documents, records, paper pledges, open intents and documents rendered ahead name theirs.

    Finishes, too, what an erasure was killed in.
    """
    removed, erased, erased_records = 0, _erased_people(), record_issuing.erased()
    needed = set(SigningIntent.objects.open(at).values_list("document_digest", flat=True))
    needed |= set(RenderedAhead.objects.values_list("document_digest", flat=True))
    for folder, digests in document_store.list_folders():
        kept = _kept_in(folder, erased), _kept_of_records_in(folder, erased_records)
        known = needed.union(*(rows.values_list("sha256", flat=True) for rows in kept))
        known.update(keeping.kept_in(folder))
        for digest in digests:
            if digest not in known and document_store.is_older(digest, at - ORPHAN_AGE):
                document_store.remove(digest)
                removed += 1
    document_store.remove_unfinished(at - ORPHAN_AGE)
    for place in (quarantine.folder(), Path(settings.CHECKPOINTS_DIR)):
        durable_files.remove_unfinished(place, at - ORPHAN_AGE)
    for key in erased:
        enrolment.forget(key)
    return removed


def remove_redundant(at: datetime) -> int:
    """Remove the files whose bytes a longer file of their pledge begins with; gives their number.

    Each only after the longer one was read from the store and found whole; where that one is
    damaged or missing, everything stays. `issued_files` reads the documents all the same.
    """
    removed, redundant = 0, _redundant(at)
    while run := list(islice(redundant, MAX_RUN)):
        _remove(run, at)
        removed += len(run)
    return removed


def _erased_people() -> list[int]:
    """Those who were erased, as the ledger tells too.

    What rows of people and pledges say is not enough: nobody has files removed by writing into the
    database without leaving a trace.
    """
    called = Person.objects.filter(erased_at__isnull=False).values_list("pk", flat=True)
    by_subject = {f"person:{key}": key for key in called}
    told = LedgerEntry.objects.filter(subject__in=by_subject, event=lifecycle.ERASE.event)
    return [by_subject[subject] for subject in told.values_list("subject", flat=True)]


def _kept_in(folder: str, erased: Sequence[int]) -> QuerySet[Document]:
    """The documents that are stored in `folder`, but for those of erased people's pledges."""
    # Behind every hexadecimal digit comes a "g".
    there = Document.objects.filter(sha256__gte=folder, sha256__lt=f"{folder}g")
    return there.exclude(pledge__status=PledgeState.ERASED, pledge__person__in=erased)


def _kept_of_records_in(folder: str, erased: Sequence[IssuedRecord]) -> QuerySet[RecordFile]:
    """The files of records that are stored in `folder`, but for those of erased records."""
    there = RecordFile.objects.filter(sha256__gte=folder, sha256__lt=f"{folder}g")
    return there.exclude(record__in=erased)


def _redundant(at: datetime) -> Iterator[Document]:
    old, erased = at - REDUNDANT_AGE, _erased_people()
    longer = Document.objects.filter(
        pledge=OuterRef("pledge"), revision__gt=OuterRef("revision"), created_at__lte=old
    )
    for folder, digests in document_store.list_folders():
        stored = set(digests)
        for file in _kept_in(folder, erased).filter(Exists(longer)).iterator():
            if file.sha256 in stored and _is_held_by(_longest(file, old), file):
                yield file


def _longest(file: Document, old: datetime) -> Document:
    others = Document.objects.filter(pledge=file.pledge_id, created_at__lte=old)
    return others.order_by("-revision")[0]


def _is_held_by(longer: Document, file: Document) -> bool:
    """Whether the stored file of `longer` is another, whole, and begins with the bytes of `file`.

    Rows can be added by whoever writes the database: one that names the same file again, longer or
    not, would have its only copy removed.
    """
    if longer.sha256 == file.sha256:
        logger.error("%s stays: a later row of its pledge names the same file", file)
        return False
    try:
        held = document_store.get(longer.sha256)
    except (document_store.Missing, document_store.Corrupt):
        logger.exception("%s stays: the longer file of its pledge cannot be read", file)
        return False
    if sha256_hex(held[: file.size]) != file.sha256:
        logger.error("%s stays: the longer file %s does not begin with it", file, longer)
        return False
    return True


def _remove(run: Sequence[Document], at: datetime) -> None:
    """The ledger is told first: after a kill it may name files that stay, never the reverse."""
    _record(run, at)
    for file in run:
        document_store.remove(file.sha256)


@transactions.atomic
def _record(run: Sequence[Document], at: datetime) -> None:
    facts = {"files": len(run), "bytes": sum(file.size for file in run)}
    audit.record("files.removed", actor=SYSTEM, subject="storage:documents", at=at, facts=facts)
