"""Sentences about scans of papers and lists of them: what is wrong, and what to do about it."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pledges.core import paper_refusals
from pledges.core.paper_lists import Column, RowFault
from pledges.core.scans import LIMITS, Fault

Texts = Mapping[str, str | Promise]

SCANS: Final[Texts] = {
    Fault.EMPTY: gettext_lazy("The file is empty."),
    Fault.TOO_LARGE: gettext_lazy("The file is too large: at most %(limit)s MB."),
    Fault.NOT_A_SCAN: gettext_lazy("This is not a PDF, JPEG, PNG or TIFF file, whatever its name."),
    Fault.ENCRYPTED: gettext_lazy(
        "The PDF is protected by a password. Please save it without one."
    ),
    Fault.DAMAGED: gettext_lazy("The file is damaged or cut short: no page could be drawn."),
    Fault.TOO_MANY_PAGES: gettext_lazy("The file has too many pages: at most %(limit)s."),
    Fault.TOO_MANY_PIXELS: gettext_lazy(
        "The image is too large: at most %(limit)s million pixels. Please scan at 300 dpi."
    ),
    Fault.BLANK: gettext_lazy("All pages are blank."),
    Fault.TOO_COSTLY: gettext_lazy(
        "The file takes too long to draw. Please print it and scan it again."
    ),
}
COLUMNS: Final[Texts] = {
    Column.NUMBER: gettext_lazy("Employee number"),
    Column.NAME: gettext_lazy("Name"),
    Column.VERSION: gettext_lazy("Version"),
    Column.SIGNED: gettext_lazy("Date of signature"),
    Column.ENDS: gettext_lazy("Last day of its term"),
    Column.FILE: gettext_lazy("File name"),
    Column.NOTE: pgettext_lazy("on a paper", "Note"),
}
ROWS: Final[Texts] = {
    RowFault.MISSING: gettext_lazy("Empty: %(about)s."),
    RowFault.CELL: gettext_lazy("%(about)s: a formula, an error or a merged cell."),
    RowFault.UNKNOWN_NUMBER: gettext_lazy("Nobody has the employee number %(about)s."),
    RowFault.ZEROS_LOST: gettext_lazy("The leading zeros seem to be lost: %(about)s."),
    RowFault.ANOTHER_NAME: gettext_lazy("This number belongs to %(about)s."),
    RowFault.UNKNOWN_VERSION: gettext_lazy(
        "No version is called “%(about)s”. Please copy its name from the template."
    ),
    RowFault.BAD_DAY: gettext_lazy("“%(about)s” is not a date."),
    RowFault.DAY_TO_COME: gettext_lazy("The date of signature, %(about)s, is in the future."),
    RowFault.DAY_TOO_EARLY: gettext_lazy("The date of signature, %(about)s, is too long ago."),
    RowFault.ENDS_BEFORE: gettext_lazy("The last day of its term is before the signature."),
    RowFault.TWICE: gettext_lazy("Another row has the same person, version and date."),
    RowFault.FILE_TWICE: gettext_lazy("Several rows name the file %(about)s."),
    RowFault.NO_FILE: gettext_lazy("The ZIP has no file named %(about)s, or several."),
    RowFault.FILE_REFUSED: gettext_lazy("The file is not read: %(about)s."),
    RowFault.FILED_ALREADY: gettext_lazy(
        "A paper of this person, version and date is filed already."
    ),
    RowFault.SAME_SCAN: gettext_lazy("The same scan stands for another paper."),
    RowFault.FAILED: gettext_lazy("The scan could not be drawn. Please file it separately."),
}
ENTRIES: Final[Texts] = {
    "path": gettext_lazy("its path leads out of the ZIP"),
    "name-twice": gettext_lazy("the ZIP has several files of this name"),
    "encrypted": gettext_lazy("it is protected by a password"),
    "method": gettext_lazy("it is compressed in a way that is not read here"),
    "no-plain-file": gettext_lazy("it is a link, not a file"),
    "too-large": gettext_lazy("it is larger than 20 MB"),
    "damaged": gettext_lazy("it is damaged"),
}
LISTS: Final[Texts] = {
    "no-heads": gettext_lazy("The list has no row with column headings. Please use the template."),
    "no-number": gettext_lazy("The list has no column with employee numbers."),
    "no-name": gettext_lazy("The list has no column with names."),
    "no-version": gettext_lazy("The list has no column with versions."),
    "no-signed": gettext_lazy("The list has no column with dates of signature."),
    "no-file": gettext_lazy("The list has no column with file names."),
    "no-rows": gettext_lazy("The list has no rows below its headings."),
    "too-many-papers": gettext_lazy("The list has too many rows: at most %(limit)s."),
    "old-office": gettext_lazy(
        "This is an .xls file, or a workbook with a password. Please save it as .xlsx."
    ),
}
ARCHIVES: Final[Texts] = {
    "no-archive": gettext_lazy("The second file is not a ZIP, or it is damaged."),
    "too-large": gettext_lazy("The ZIP is too large: at most %(limit)s MB. Please divide it."),
    "too-many-entries": gettext_lazy("The ZIP has too many files: at most %(limit)s."),
    "too-much": gettext_lazy("Unpacked, the ZIP has more than %(limit)s MB. Please divide it."),
}
KEPT: Final[Texts] = {
    "paper-filed": gettext_lazy(
        "The paper pledge %(pledge)s awaits confirmation: reject or withdraw it first."
    ),
    "paper-confirmed": gettext_lazy(
        "The paper pledge %(pledge)s counts as signed: withdraw it first."
    ),
}
EVENTS: Final[Texts] = {
    "paper.filed": gettext_lazy("Paper pledge filed"),
    "paper.confirmed": gettext_lazy("Paper pledge confirmed"),
    "paper.rejected": gettext_lazy("Paper pledge rejected"),
    "paper.withdrawn": gettext_lazy("Paper pledge withdrawn"),
    "papers.filed": gettext_lazy("List of paper pledges filed"),
    "papers.exported": gettext_lazy("List of paper pledges exported"),
}
SENTENCES: Final[dict[type[Exception], str | Promise]] = {
    paper_refusals.PaperFiledAlready: gettext_lazy(
        "A paper of this person, version and date is filed already."
    ),
    paper_refusals.NobodyOfThatNumber: gettext_lazy(
        "Nobody has this employee number. Please enter the employee number, not the name."
    ),
    paper_refusals.BatchNotReady: gettext_lazy(
        "This list cannot be filed now: its scans are still being read, or it was dealt with."
    ),
    paper_refusals.FaultsLeft: gettext_lazy(
        "Some rows are faulty. Please correct the list, or state that they are to be left out."
    ),
}


def refusal(error: Exception) -> str | None:
    """The sentence for a refusal about papers; None for any other."""
    if isinstance(error, paper_refusals.ScanRefused):
        return scan_fault(error.fault)
    if isinstance(error, paper_refusals.PaperDayWrong):
        return row_fault(error.why, error.day.isoformat())
    if isinstance(error, paper_refusals.ListUnreadable):
        text = LISTS.get(error.why) or _("The list could not be read. Please save it as .xlsx.")
        return str(text) % {"limit": error.limit}
    if isinstance(error, paper_refusals.ArchiveRefused):
        return str(ARCHIVES[error.why]) % {"limit": error.limit}
    return next((str(it) for kind, it in SENTENCES.items() if isinstance(error, kind)), None)


def scan_fault(fault: Fault) -> str:
    """Why no images were made of a file."""
    return str(SCANS[fault]) % {"limit": LIMITS.get(fault, 0)}


def row_fault(code: str, about: str) -> str:
    """What is wrong with a row of a list."""
    if code in SCANS:
        return scan_fault(Fault(code))
    if code in (RowFault.MISSING, RowFault.CELL):
        about = str(COLUMNS[about])
    elif code == RowFault.FILE_REFUSED:
        about = entry_fault(about)
    return str(ROWS[code]) % {"about": about}


def entry_fault(code: str) -> str:
    """Why a file of a ZIP is not read."""
    return str(ENTRIES.get(code, code))
