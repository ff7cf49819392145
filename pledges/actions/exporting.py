"""HR: many signed pledges as one streamed ZIP, and what they undertake as a spreadsheet."""

import io
from collections.abc import Iterator
from datetime import datetime

from django.utils import translation
from zipstream import ZIP_STORED, ZipStream

from pledges import access, audit, issued_files, transactions
from pledges.access import Act
from pledges.actions import export_columns, noting_readings
from pledges.actions.export_columns import COMMITMENTS, MANIFEST, ExportedFile
from pledges.actions.noting_readings import Way
from pledges.core.digests import digest_of
from pledges.models import Commitment, Document, LedgerEntry, Organisation, Person, Pledge
from pledges.models.pledges import PledgeQuerySet

_CHUNK = 500
EVENTS = {Way.EXPORT: "pledges.exported", Way.COMMITMENTS: "commitments.exported"}


def export(pledges: PledgeQuerySet, *, actor: Person, at: datetime) -> ZipStream:
    """A ZIP of the newest file of each issued pledge in `pledges`, as a stream of known length.

    `len()` of it is its size in bytes. The ledger tells of the export before the first byte
    leaves. Files are read one at a time while they are sent; only their names are held.
    """
    keys = _record(Way.EXPORT, Act.EXPORT_PLEDGES, pledges, actor=actor, at=at)
    # PDFs are compressed inside already; storing them makes the archive no larger, and fast.
    archive = ZipStream(compress_type=ZIP_STORED, sized=True)
    manifest, sums = io.StringIO(), io.StringIO()
    manifest.write(export_columns.heads(MANIFEST))
    for row in _files(keys):
        archive.add(_Content(row.document), row.name, size=row.document.size)
        manifest.write(export_columns.line(MANIFEST, row))
        sums.write(f"{row.document.sha256}  {row.name}\n")
    archive.add(manifest.getvalue(), "manifest.csv")
    archive.add(sums.getvalue(), "SHA256SUMS")
    return archive


def export_commitments(pledges: PledgeQuerySet, *, actor: Person, at: datetime) -> Iterator[bytes]:
    """Stream every number that the issued ones of `pledges` undertake, as CSV, a row each.

    Recorded in the ledger like the export of the documents; memory stays flat.
    """
    keys = _record(Way.COMMITMENTS, Act.EXPORT_COMMITMENTS, pledges, actor=actor, at=at)
    # What is streamed is made after the request's language was put away.
    return _table(keys, translation.get_language() or "zh-hans")


def _record(way: Way, act: Act, pledges: PledgeQuerySet, *, actor: Person, at: datetime) -> list:
    keys, entry = _record_export(way, act, pledges, actor=actor, at=at)
    # By itself: thousands of rows would keep others from the ledger. Nothing has left before.
    noting_readings.note_export(keys, way, reader=actor, entry=entry, at=at)
    return keys


@transactions.atomic
def _record_export(
    way: Way, act: Act, pledges: PledgeQuerySet, *, actor: Person, at: datetime
) -> tuple[list, LedgerEntry]:
    access.require(actor, act)
    keys = list(pledges.kept().order_by("number").values_list("pk", flat=True))
    entry = audit.record(
        EVENTS[way],
        actor=actor,
        subject=f"person:{actor.pk}",
        at=at,
        facts={"count": len(keys), "pledges": digest_of([str(key) for key in keys])},
    )
    return keys, entry


class _Content:
    """A stored file that is opened only when its turn in the archive comes."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __iter__(self) -> Iterator[bytes]:
        yield issued_files.read(self.document)


def _table(keys: list, language: str) -> Iterator[bytes]:
    with translation.override(language):
        first = export_columns.heads(COMMITMENTS)
    yield first.encode()
    for start in range(0, len(keys), _CHUNK):
        rows = (
            Commitment.objects.filter(pledge__in=keys[start : start + _CHUNK])
            .exclude(quantity=None)
            .order_by("pledge__number", "pk")
            .prefetch_related("pledge__version__template")
        )
        with translation.override(language):
            lines = [export_columns.line(COMMITMENTS, row) for row in rows]
        yield from (line.encode() for line in lines)


def _files(keys: list) -> Iterator[ExportedFile]:
    organisation = Organisation.current()
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        newest = {}
        for document in Document.objects.filter(pledge__in=chunk).order_by("revision"):
            newest[document.pledge_id] = document
        rows = Pledge.objects.select_related("version__template").in_bulk(chunk)
        for key in chunk:
            newest[key].pledge = rows[key]
            yield ExportedFile(rows[key], newest[key], organisation)
