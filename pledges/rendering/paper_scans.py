"""The record of a paper pledge: a sheet about it, then its images, each in a frame that says so.

Nothing of it looks like a pledge that was signed here: every page says that it is a scan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.template.loader import render_to_string

from pledges.core.languages import CHINESE, ENGLISH
from pledges.core.scans import DrawnPage
from pledges.core.template.typed_values import written_date
from pledges.proof.fileformat import CURRENT
from pledges.rendering import fonts, press
from pledges.rendering.box_places import OF_RECORD
from pledges.rendering.paper import qr_code, stylesheet

CODE: Final = "二维码：本扫描件的状态 / QR code: status of this scan"


@dataclass(frozen=True)
class Scan:
    """What the record says about a paper, in both languages at once."""

    identifier: str
    short: str
    organisation: str
    person: str
    version: str
    version_en: str
    signed_on: date
    ends_on: date | None
    filed: tuple[str, datetime]
    confirmed: tuple[str, datetime]
    upload: str
    address: str


def render(scan: Scan, pages: Sequence[DrawnPage]) -> bytes:
    """The PDF/A of a record, with the box of the company's seal; raises kinds of `Unmade`.

    Each image stands in it as it is, byte for byte.
    """
    html = to_html(scan, pages)
    return press.render(
        html,
        css=_css(),
        fonts=fonts.subset_for(html),
        identifier=scan.identifier,
        boxes=OF_RECORD,
        images=[page.jpeg for page in pages],
    )


def to_html(scan: Scan, pages: Sequence[DrawnPage]) -> str:
    """The record before it becomes a PDF."""
    return render_to_string(
        "document/paper_scan.html",
        {
            "scan": scan,
            "pages": range(1, len(pages) + 1),
            "count": len(pages),
            "signed_on": _both(scan.signed_on),
            "ends_on": _both(scan.ends_on) if scan.ends_on else "",
            "filed": _said(*scan.filed),
            "confirmed": _said(*scan.confirmed),
            "created": scan.confirmed[1].isoformat(timespec="seconds"),
            "qr_code": qr_code(scan.address, CODE),
        },
    )


def _both(day: date) -> str:
    return f"{written_date(day, CHINESE)} / {written_date(day, ENGLISH)}"


def _said(name: str, at: datetime) -> str:
    return f"{name} · {at:%Y-%m-%d %H:%M} (UTC{at:%z})"


def _css() -> str:
    width, height = CURRENT.box
    size = f"html {{ --box-width: {width}pt; --box-height: {height}pt }}"
    return size + stylesheet("paper_scan.css")
