"""Notices on paper for members without an address: several on a sheet, each with a QR code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pledges.rendering.paper import qr_code
from pledges.rendering.paper_wording import language_tag
from pledges.rendering.slips import print_each


@dataclass(frozen=True)
class TaskSlip:
    """What one of them says, in its person's language."""

    language: str
    organisation: str
    name: str
    employee_number: str
    department: str
    username: str
    title: str
    due: date
    overdue: bool
    contact: str
    address: str
    """What the QR code leads to: the site, where they sign in."""

    @property
    def code(self) -> SafeString:
        return qr_code(self.address, _("QR code: opens the page on which you sign in"))

    @property
    def tag(self) -> str:
        return language_tag(self.language)


def print_task_slips(slips: Sequence[TaskSlip], *, language: str) -> bytes:
    """The slips as a PDF on A4, eight on a sheet; raises kinds of `refusals.Unmade`."""
    return print_each(slips, "document/task_slip.html", language=language)
