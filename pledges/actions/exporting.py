"""HR: many signed pledges as one streamed ZIP with a manifest and check sums."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from zipstream import ZIP_STORED, ZipStream

from pledges import access, audit
from pledges.access import Act
from pledges.core.digests import digest_of
from pledges.gateways import storage
from pledges.models import Document, Organisation, Pledge

_CHUNK = 500
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export(pledges, *, actor: access.Actor, at: datetime) -> Iterator[bytes]:
    """Stream a ZIP of the newest file of each issued pledge in `pledges`.

    The ledger tells of the export before the first byte leaves. Memory stays flat: files are
    read one at a time, rows in chunks.
    """
    with transaction.atomic():
        access.require(actor, Act.EXPORT_PLEDGES)
        keys = list(pledges.issued().order_by("number").values_list("pk", flat=True))
        audit.record(
            "pledges.exported",
            actor=actor,
            subject=f"person:{actor.pk}",
            at=at,
            facts={"count": len(keys), "pledges": digest_of([str(key) for key in keys])},
        )
    return _stream(keys)


def _stream(keys: list) -> Iterator[bytes]:
    # PDFs are compressed inside already; storing them makes the archive no larger, and fast.
    archive = ZipStream(compress_type=ZIP_STORED, sized=False)
    manifest, sums = io.StringIO(), io.StringIO()
    table = csv.writer(manifest)
    table.writerow(_columns())
    zone = ZoneInfo(Organisation.current().time_zone)
    for pledge, document in _documents(keys):
        name = f"{pledge.number}.pdf"
        archive.add(storage.get(document.sha256), name)
        table.writerow([neutral(cell) for cell in _row(pledge, document, name, zone)])
        sums.write(f"{document.sha256}  {name}\n")
        yield from archive.all_files()
    archive.add(("\ufeff" + manifest.getvalue()).encode(), "manifest.csv")
    archive.add(sums.getvalue().encode(), "SHA256SUMS")
    yield from archive.finalize()


def _documents(keys: list) -> Iterator[tuple[Pledge, Document]]:
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        newest = {}
        for document in Document.objects.filter(pledge__in=chunk).order_by("revision"):
            newest[document.pledge_id] = document
        rows = Pledge.objects.select_related("version__template").in_bulk(chunk)
        for key in chunk:
            yield rows[key], newest[key]


def _columns() -> list[str]:
    return [
        *(_("File"), _("Pledge number"), _("Name"), _("Employee number"), _("Department")),
        *(_("Template"), _("Version"), _("Language"), _("State"), _("Signed"), _("Reviewed")),
        *(_("Bytes"), "SHA-256"),
    ]


def _row(pledge: Pledge, document: Document, name: str, zone: ZoneInfo) -> list[str]:
    reviewed = pledge.reviewed_at
    return [
        name,
        pledge.number or "",
        pledge.signer_name,
        pledge.signer_employee_number,
        pledge.signer_department,
        pledge.version.template.slug,
        str(pledge.version.number),
        pledge.language,
        str(pledge.get_status_display()),
        pledge.signed_at.astimezone(zone).isoformat(timespec="seconds"),
        reviewed.astimezone(zone).isoformat(timespec="seconds") if reviewed else "",
        str(document.size),
        document.sha256,
    ]


def neutral(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
