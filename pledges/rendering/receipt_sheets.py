"""A receipt of a signing task as a sheet of paper: what it shows, what that proves, how to check.

Like a slip it is no document: the receipt is the file, and whoever has the sheet is led to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pledges.rendering import press
from pledges.rendering.paper import qr_code, stylesheet
from pledges.rendering.paper_wording import language_tag


@dataclass(frozen=True)
class ReceiptSheet:
    """What it says; `statements` are what is proved and what not, each heading with its lines."""

    organisation: str
    title: str
    task: str
    name: str
    employee_number: str
    standing: str
    as_of: datetime
    place: int
    entry: int
    document: str
    sha256: str
    statements: Sequence[tuple[str, Sequence[str]]]
    address: str
    """What the QR code leads to: the page that checks a report together with a receipt."""

    @property
    def code(self) -> SafeString:
        return qr_code(self.address, _("QR code: opens the page that checks the receipt"))


def print_receipt(sheet: ReceiptSheet, *, language: str) -> bytes:
    """The sheet as a PDF on A4, in `language`; raises kinds of `refusals.Unmade`."""
    with translation.override(language):
        html = render_to_string(
            "document/receipt.html", {"sheet": sheet, "language": language_tag(language)}
        )
    asked = {"do": "plain", "css": stylesheet("receipt.css")}
    _header, (made,) = press.ask(asked, html.encode(), within=press.WITHIN)
    return made
