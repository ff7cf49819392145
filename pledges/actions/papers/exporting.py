"""HR: the list of papers as a spreadsheet, apart from what was signed here."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges import access, audit, transactions
from pledges.access import Act
from pledges.core.digests import digest_of
from pledges.gateways import spreadsheets
from pledges.models import Organisation, PaperPledge, Person
from pledges.models.papers import PaperQuerySet

CHUNK: Final = 500
Cell = Callable[[PaperPledge], object]
COLUMNS: Final[tuple[tuple[object, Cell], ...]] = (
    (_("Reference"), lambda paper: paper.short),
    (_("Name"), lambda paper: paper.person.name),
    (_("Employee number"), lambda paper: paper.person.employee_number),
    (_("Department"), lambda paper: str(paper.person.department)),
    (_("Version"), lambda paper: str(paper.version)),
    (_("Signed on paper"), lambda paper: paper.signed_on.isoformat()),
    (_("Last day of its term"), lambda paper: paper.ends_on.isoformat() if paper.ends_on else ""),
    (_("Status"), lambda paper: str(paper.get_state_display())),
    (_("Pages"), lambda paper: str(paper.page_count)),
    (_("Filed"), lambda paper: _on(paper.filed_at)),
    (_("Filed by"), lambda paper: paper.filed_by.name),
    (pgettext_lazy("a paper pledge", "Settled"), lambda paper: _on(paper.settled_at)),
    (_("Settled by"), lambda paper: paper.settled_by.name if paper.settled_by else ""),
    (_("Reason"), lambda paper: paper.reason),
    (
        _("SHA-256 of the record"),
        lambda paper: paper.record_file.sha256 if paper.record_file else "",
    ),
)


def _on(at: datetime | None) -> str:
    return Organisation.current().localdate(at).isoformat() if at else ""


def export(papers: PaperQuerySet, *, actor: Person, at: datetime) -> Iterator[bytes]:
    """The papers in `papers` as CSV, a row each; the ledger tells of it before the first byte."""
    keys = _record(papers, actor=actor, at=at)
    # What is streamed is made after the request's language was put away.
    return _table(keys, translation.get_language() or "zh-hans")


@transactions.atomic
def _record(papers: PaperQuerySet, *, actor: Person, at: datetime) -> list:
    access.require(actor, Act.EXPORT_PAPERS)
    keys = list(papers.filed().order_by("filed_at", "pk").values_list("pk", flat=True))
    facts = {"count": len(keys), "papers": digest_of([str(key) for key in keys])}
    subject = f"person:{actor.pk}"
    audit.record("papers.exported", actor=actor, subject=subject, at=at, facts=facts)
    return keys


def _table(keys: list, language: str) -> Iterator[bytes]:
    with translation.override(language):
        head = spreadsheets.csv_line(str(title) for title, _cell in COLUMNS)
    yield (spreadsheets.BOM + head).encode()
    rows = PaperPledge.objects.select_related(
        "person__department", "version", "filed_by", "settled_by", "record"
    )
    for start in range(0, len(keys), CHUNK):
        found = rows.in_bulk(keys[start : start + CHUNK])
        with translation.override(language):
            lines = [_line(found[key]) for key in keys[start : start + CHUNK] if key in found]
        yield from lines


def _line(paper: PaperPledge) -> bytes:
    return spreadsheets.csv_line(str(cell(paper)) for _title, cell in COLUMNS).encode()
