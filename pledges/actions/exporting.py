"""HR: many signed pledges as one streamed ZIP, and what they undertake as a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from zipstream import ZIP_STORED, ZipStream

from pledges import access, audit
from pledges.access import Act
from pledges.core.digests import digest_of
from pledges.core.template.blanks import Blank
from pledges.models import Commitment, Document, Organisation, Pledge
from pledges.models.pledges import PledgeQuerySet
from pledges.storage import document_store

_CHUNK = 500
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Spreadsheet programs take a CSV file for UTF-8 only if it begins with this.
_BOM = "\ufeff"


def export(pledges: PledgeQuerySet, *, actor: access.Actor, at: datetime) -> ZipStream:
    """A ZIP of the newest file of each issued pledge in `pledges`, as a stream of known length.

    `len()` of it is its size in bytes. The ledger tells of the export before the first byte
    leaves. Files are read one at a time while they are sent; only their names are held.
    """
    keys = _record("pledges.exported", Act.EXPORT_PLEDGES, pledges, actor=actor, at=at)
    # PDFs are compressed inside already; storing them makes the archive no larger, and fast.
    archive = ZipStream(compress_type=ZIP_STORED, sized=True)
    manifest, sums = io.StringIO(_BOM), io.StringIO()
    manifest.seek(0, io.SEEK_END)
    table = csv.writer(manifest)
    table.writerow(_columns())
    zone = ZoneInfo(Organisation.current().time_zone)
    for pledge, document in _documents(keys):
        name = f"{pledge.number}.pdf"
        archive.add(_File(document.sha256), name, size=document.size)
        table.writerow([neutral(cell) for cell in _row(pledge, document, name, zone)])
        sums.write(f"{document.sha256}  {name}\n")
    archive.add(manifest.getvalue(), "manifest.csv")
    archive.add(sums.getvalue(), "SHA256SUMS")
    return archive


def commitments(pledges: PledgeQuerySet, *, actor: access.Actor, at: datetime) -> Iterator[bytes]:
    """Stream every number that the issued ones of `pledges` undertake, as CSV, a row each.

    Recorded in the ledger like the export of the documents; memory stays flat.
    """
    keys = _record("commitments.exported", Act.EXPORT_COMMITMENTS, pledges, actor=actor, at=at)
    heads = [
        *(_("Pledge number"), _("Name"), _("Employee number"), _("Department"), _("State")),
        *(
            _("Template"),
            _("Version"),
            pgettext("of a blank", "Code"),
            _("Blank"),
            _("Answer"),
            _("Unit"),
        ),
        _("Outside the expected range"),
    ]
    # What is streamed is made after the request's language was put away.
    states = {value: str(label) for value, label in Pledge._meta.get_field("status").flatchoices}
    return _table(keys, heads, states, get_language() or "zh-hans", (_("no"), _("yes")))


def _record(
    event: str, act: Act, pledges: PledgeQuerySet, *, actor: access.Actor, at: datetime
) -> list:
    with transaction.atomic():
        access.require(actor, act)
        keys = list(pledges.kept().order_by("number").values_list("pk", flat=True))
        audit.record(
            event,
            actor=actor,
            subject=f"person:{actor.pk}",
            at=at,
            facts={"count": len(keys), "pledges": digest_of([str(key) for key in keys])},
        )
    return keys


class _File:
    """A stored file that is opened only when its turn in the archive comes."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256

    def __iter__(self) -> Iterator[bytes]:
        yield document_store.get(self.sha256)


def _table(
    keys: list, heads: list[str], states: dict, language: str, words: tuple[str, str]
) -> Iterator[bytes]:
    yield _line([_BOM + heads[0], *heads[1:]])
    for start in range(0, len(keys), _CHUNK):
        rows = (
            Commitment.objects.filter(pledge__in=keys[start : start + _CHUNK])
            .exclude(quantity=None)
            .order_by("pledge__number", "pk")
            .prefetch_related("pledge__version__template")
        )
        for row in rows:
            pledge = row.pledge
            blank = pledge.version.blank(row.code)
            yield _line(
                [
                    *(pledge.number or "", pledge.signer_name, pledge.signer_employee_number),
                    *(pledge.signer_department, states[pledge.status]),
                    *(pledge.version.template.slug, str(pledge.version.number), row.code),
                    *(_words(blank, "label", language), row.value),
                    *(_words(blank, "unit", language), words[row.flagged]),
                ]
            )


def _words(blank: Blank | None, part: str, language: str) -> str:
    return getattr(blank, part).in_(language) if blank else ""


def _line(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([neutral(cell) for cell in cells])
    return line.getvalue().encode()


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
    times = [
        time.astimezone(zone).isoformat(timespec="seconds") if time else ""
        for time in (pledge.signed_at, pledge.reviewed_at)
    ]
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
        *times,
        str(document.size),
        document.sha256,
    ]


def neutral(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
