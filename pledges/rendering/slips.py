"""Slips of paper that invite people who have no address: several on a sheet, each with its link."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pledges.rendering import press
from pledges.rendering.paper import qr_code, stylesheet
from pledges.rendering.paper_wording import language_tag


@dataclass(frozen=True)
class Slip:
    """What one of them says, in its person's language."""

    language: str
    organisation: str
    name: str
    employee_number: str
    department: str
    username: str
    address: str
    """What the QR code leads to; whoever has it may choose the password."""
    until: str

    @property
    def code(self) -> SafeString:
        return qr_code(self.address, _("QR code: opens the page on which the password is chosen"))

    @property
    def tag(self) -> str:
        return language_tag(self.language)


def print_slips(slips: Sequence[Slip], *, language: str) -> bytes:
    """The slips as a PDF on A4, eight on a sheet; raises kinds of `refusals.Unmade`."""
    return print_each(slips, "document/slip.html", language=language)


def print_each(slips: Sequence[Any], template: str, *, language: str) -> bytes:
    """The same for slips of any kind: each by `template` in its own language, sheets in theirs."""
    printed = []
    for slip in slips:
        with translation.override(slip.language):
            printed.append(render_to_string(template, {"slip": slip}))
    html = render_to_string(
        "document/slips.html", {"slips": printed, "language": language_tag(language)}
    )
    asked = {"do": "plain", "css": stylesheet("slips.css")}
    _header, (made,) = press.ask(asked, html.encode(), within=press.WITHIN)
    return made
