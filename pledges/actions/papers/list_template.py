"""The file that HR fills in when many papers are to be filed: heads and one row as an example."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from pledges.core.paper_lists import Column
from pledges.gateways import spreadsheets
from pledges.models import Organisation, TemplateVersion
from pledges.wording.papers import COLUMNS

ORDER: Final = (
    Column.NUMBER,
    Column.NAME,
    Column.VERSION,
    Column.SIGNED,
    Column.ENDS,
    Column.FILE,
    Column.NOTE,
)


def write(at: datetime) -> bytes:
    """The file as CSV; its row names a version that there is, and nobody."""
    today = Organisation.current().localdate(at)
    version = TemplateVersion.objects.current(today).first()
    example = {
        Column.NUMBER: "E0000",
        Column.NAME: _("Name"),
        Column.VERSION: str(version) if version else "",
        Column.SIGNED: today.isoformat(),
        Column.FILE: "E0000.pdf",
    }
    heads = spreadsheets.csv_line(str(COLUMNS[column]) for column in ORDER)
    row = spreadsheets.csv_line(example.get(column, "") for column in ORDER)
    return (spreadsheets.BOM + heads + row).encode()
