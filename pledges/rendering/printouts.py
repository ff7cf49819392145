"""A verified printout: a genuine file's pages, each in a frame that says what this paper is.

It is made of what is seen of the file and of nothing else: no signature, field or attachment comes
along, so that no program takes it for the file (docs/decisions/verified-printouts.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from pledges.rendering import page_images, press
from pledges.rendering.paper import qr_code, stylesheet

POINTS_PER_MM: Final = 72 / 25.4
PLACE_MM: Final = (17.5, 36.0, 175.0, 247.5)
"""Left, bottom, width and height of the place for a page: A4 made smaller by a sixth."""
WITHIN: Final = 60.0
"""Seconds: longer than a full queue takes."""


@dataclass(frozen=True)
class Checked:
    """What one check of the verdict found; `passed` is None where there was nothing to check."""

    name: str
    passed: bool | None
    words: str


@dataclass(frozen=True)
class Printout:
    """What the paper says about the file, in the reader's language."""

    language: str
    number: str
    sha256: str
    size: int
    verdict: str
    standing: str
    """How the pledge stands; empty where it is not one of this installation."""
    verified_at: str
    verified_by: str
    address: str
    """What the QR code leads to."""
    facts: Mapping[str, str]
    checks: Sequence[Checked]


def print_out(pdf: bytes, printout: Printout) -> bytes:
    """The verified printout of `pdf`, which was just judged genuine; raises `refusals.Unmade`."""
    count = len(page_images.sizes(pdf, printout.sha256))
    asked = {
        "do": "printout",
        "css": _css(),
        "place": [each * POINTS_PER_MM for each in PLACE_MM],
    }
    html = _html(printout, count)
    _header, (made,) = press.ask(asked, html.encode(), pdf, within=WITHIN)
    return made


def _html(printout: Printout, count: int) -> str:
    code = qr_code(printout.address, _("QR code: opens the page with the status of the pledge"))
    context = {"printout": printout, "pages": range(1, count + 1), "qr_code": code}
    return render_to_string("document/printout.html", context)


def _css() -> str:
    left, bottom, width, height = PLACE_MM
    place = f"--left: {left}mm; --bottom: {bottom}mm; --width: {width}mm; --height: {height}mm"
    return f"html {{ {place} }}" + stylesheet("printout.css")
