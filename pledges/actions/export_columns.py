"""The columns of the two tables that are exported: a line each, in the order in which they stand.

Heads and words are those of the language that is active while a line is made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from pledges.core.template.blanks import Blank
from pledges.gateways import spreadsheets
from pledges.models import Commitment, Document, Organisation, Pledge
from pledges.wording.language import here

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """What stands above a column, and what it says of a row."""

    head: str | Promise
    cell: Callable[[Row], str]


@dataclass(frozen=True)
class ExportedFile:
    """A row of the manifest: a pledge with its newest file, times by the organisation's clock."""

    pledge: Pledge
    document: Document
    organisation: Organisation

    @property
    def name(self) -> str:
        return self.document.file_name().full

    def time(self, at: datetime | None) -> str:
        return self.organisation.localtime(at).isoformat(timespec="seconds") if at else ""


MANIFEST: Final[tuple[Column[ExportedFile], ...]] = (
    Column(_("File"), lambda row: row.name),
    Column(_("Pledge number"), lambda row: row.pledge.number or ""),
    Column(_("Name"), lambda row: row.pledge.signer_name),
    Column(_("Employee number"), lambda row: row.pledge.signer_employee_number),
    Column(_("Department"), lambda row: row.pledge.signer_department),
    Column(_("Template"), lambda row: row.pledge.version.template.slug),
    Column(_("Version"), lambda row: str(row.pledge.version.number)),
    Column(_("Language"), lambda row: row.pledge.language),
    Column(_("Status"), lambda row: str(row.pledge.get_status_display())),
    Column(_("Signed"), lambda row: row.time(row.pledge.signed_at)),
    Column(_("Reviewed"), lambda row: row.time(row.pledge.reviewed_at)),
    Column(_("Bytes"), lambda row: str(row.document.size)),
    Column("SHA-256", lambda row: row.document.sha256),
)


def _blank(commitment: Commitment) -> Blank | None:
    return commitment.pledge.version.blank(commitment.code)


def _label(commitment: Commitment) -> str:
    blank = _blank(commitment)
    return here(blank.label) if blank else ""


def _unit(commitment: Commitment) -> str:
    blank = _blank(commitment)
    return here(blank.unit) if blank else ""


COMMITMENTS: Final[tuple[Column[Commitment], ...]] = (
    Column(_("Pledge number"), lambda row: row.pledge.number or ""),
    Column(_("Name"), lambda row: row.pledge.signer_name),
    Column(_("Employee number"), lambda row: row.pledge.signer_employee_number),
    Column(_("Department"), lambda row: row.pledge.signer_department),
    Column(_("Status"), lambda row: str(row.pledge.get_status_display())),
    Column(_("Template"), lambda row: row.pledge.version.template.slug),
    Column(_("Version"), lambda row: str(row.pledge.version.number)),
    Column(pgettext_lazy("of a blank", "Code"), lambda row: row.code),
    Column(_("Blank"), _label),
    Column(_("Answer"), lambda row: row.value),
    Column(_("Unit"), _unit),
    Column(
        _("Outside the expected range"),
        lambda row: gettext("yes") if row.flagged else gettext("no"),
    ),
)


def heads(columns: Sequence[Column[Row]]) -> str:
    """The first line of a CSV file with these columns."""
    return spreadsheets.BOM + spreadsheets.csv_line(str(column.head) for column in columns)


def line(columns: Sequence[Column[Row]], row: Row) -> str:
    """What these columns say of one row, as a line of the file."""
    return spreadsheets.csv_line(column.cell(row) for column in columns)
