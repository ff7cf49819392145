"""What is said about lists of people: what a column is, what is wrong, why none was read."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.core import roster_refusals
from pledges.core.characters import shown
from pledges.core.rosters import faults
from pledges.core.rosters.columns import Field
from pledges.core.rosters.faults import Fault

FIELDS: Final[Mapping[str, str | Promise]] = {
    Field.NUMBER: gettext_lazy("employee number"),
    Field.NAME: gettext_lazy("full name"),
    Field.DEPARTMENT: gettext_lazy("department"),
    Field.PARENT: gettext_lazy("department above"),
    Field.PATH: gettext_lazy("path of departments (A/B/C)"),
    Field.HEAD_NUMBER: gettext_lazy("employee number of the head of the department"),
    Field.IS_HEAD: gettext_lazy("heads the department (yes or no)"),
    Field.POSITION: gettext_lazy("position"),
    Field.EMAIL: gettext_lazy("email address"),
    Field.CONTACT: gettext_lazy("contact"),
    Field.USERNAME: gettext_lazy("username"),
    Field.LANGUAGE: gettext_lazy("language"),
    Field.ENTERED: gettext_lazy("entry date"),
    Field.LEFT: gettext_lazy("leaving date"),
    Field.STATUS: gettext_lazy("employment status"),
}
FACTS: Final[Mapping[str, str | Promise]] = {
    **{name: FIELDS[name] for name in ("name", "username", "email", "department")},
    **{name: FIELDS[name] for name in ("position", "contact", "language")},
    "entered_on": FIELDS[Field.ENTERED],
    "left_on": FIELDS[Field.LEFT],
    "is_active": gettext_lazy("account"),
}

_UNREADABLE: Final[Mapping[str, str | Promise]] = {
    "damaged": gettext_lazy("The file is damaged, or it is not an XLSX or CSV file."),
    "not-a-workbook": gettext_lazy("This is not a workbook. Please save the list as XLSX or CSV."),
    "not-a-table": gettext_lazy("This is not a table. Please save the list as XLSX or CSV."),
    "old-office": gettext_lazy(
        "This is an XLS file, or it is protected by a password. Please save it as XLSX without a "
        "password."
    ),
    "empty": gettext_lazy("There is nothing in this list."),
    "encoding": gettext_lazy(
        "The characters of this file cannot be read. Please save it as XLSX, or as CSV in UTF-8."
    ),
    "too-large-unpacked": gettext_lazy("The file is far larger unpacked than any list of people."),
    "too-costly": gettext_lazy(
        "Reading this file takes too long. Please copy the list into a new workbook and save it "
        "as XLSX."
    ),
}
_LIMITED: Final[Mapping[str, str | Promise]] = {
    "too-large": gettext_lazy("The file may have at most %(limit)s MB."),
    "too-many-rows": gettext_lazy(
        "The list may have at most %(limit)s rows. Nothing was read. Please divide it by "
        "departments."
    ),
    "too-many-columns": gettext_lazy(
        "The list may have at most %(limit)s columns. Please delete those that do not describe "
        "people."
    ),
    "bad-quotes": gettext_lazy(
        "A quotation mark is opened and not closed, near row %(limit)s. Please save the list as "
        "XLSX."
    ),
}


SENTENCES: Final[Mapping[type[Exception], str | Promise]] = {
    roster_refusals.RosterClosed: gettext_lazy(
        "This list was applied or discarded in the meantime. Nothing was changed."
    ),
    roster_refusals.RosterFaulty: gettext_lazy(
        "Some rows are still faulty. Please correct each of them or leave it out."
    ),
    roster_refusals.RosterColumnsMissing: gettext_lazy(
        "Please choose the columns with the employee number, the name and the department."
    ),
    roster_refusals.RosterNumberWrong: gettext_lazy(
        "The number that you entered is not the number of people who leave. Nothing was changed."
    ),
    roster_refusals.RosterStale: gettext_lazy(
        "People or departments have changed since this preview was made. Nothing was applied. "
        "Please update the preview and look at it again."
    ),
    roster_refusals.RosterChanged: gettext_lazy(
        "This list has been changed since you opened the page. Nothing was applied. Please look "
        "at it again."
    ),
    roster_refusals.RosterBusy: gettext_lazy(
        "Another list is being applied. Please wait until it is finished."
    ),
    roster_refusals.RosterEmpty: gettext_lazy(
        "This list changes nothing, so there is nothing to apply."
    ),
}


def unreadable(why: str, limit: int) -> str:
    """Why there is no table in a file."""
    if why in _LIMITED:
        return str(_LIMITED[why]) % {"limit": f"{limit:,}"}
    return str(_UNREADABLE.get(why, _UNREADABLE["damaged"]))


_FAULTS: Final[Mapping[str, str | Promise]] = {
    faults.MISSING: gettext_lazy("This cell must not be empty."),
    faults.UNFIT: gettext_lazy("This cell contains a character that cannot be seen: %(about)s."),
    faults.TOO_LONG: gettext_lazy("At most %(about)s characters are possible."),
    faults.BAD_NUMBER: gettext_lazy("Letters from A to Z, digits, spaces and '()+,-./:=? only."),
    faults.SCIENTIFIC: gettext_lazy(
        "The spreadsheet has shortened this number and lost its digits. Please enter all of them."
    ),
    faults.BAD_EMAIL: gettext_lazy("This is not an email address."),
    faults.BAD_USERNAME: gettext_lazy("Letters, digits and @.+-_ only, without spaces."),
    faults.BAD_DATE: gettext_lazy("This is not a date such as 2026-01-05."),
    faults.BAD_CHOICE: gettext_lazy("This value is not possible here."),
    faults.LEFT_BEFORE_ENTERED: gettext_lazy("The leaving date is before the entry date."),
    faults.FORMULA: gettext_lazy(
        "A formula stands here. Please confirm the value that is shown, or enter another."
    ),
    faults.MERGED: gettext_lazy(
        "This cell is merged with others. Please confirm the value that is shown, or enter another."
    ),
    faults.CELL_ERROR: gettext_lazy("The spreadsheet shows an error here."),
    faults.ROUNDED: gettext_lazy(
        "The spreadsheet has cut off the digits after the fifteenth. Please enter the whole number."
    ),
    faults.A_DATE: gettext_lazy(
        "The spreadsheet has made a date of this: %(about)s. Please enter what it was."
    ),
    faults.ZEROS_LOST: gettext_lazy("The leading zeros seem to be lost: %(about)s."),
    faults.HEADS_AGAIN: gettext_lazy("The column headings are repeated here."),
    faults.TWICE: gettext_lazy("This is the same as in row %(about)s."),
    faults.TAKEN: gettext_lazy("This already belongs to someone else: %(about)s."),
    faults.CYCLE: gettext_lazy("These departments stand below each other in a circle: %(about)s."),
    faults.HEAD_UNKNOWN: gettext_lazy(
        "Nobody who works here has this employee number, in the list or otherwise."
    ),
    faults.OUTSIDE: gettext_lazy(
        "This department is not among those that the list covers: %(about)s."
    ),
    faults.ANOTHERS_NUMBER: gettext_lazy(
        "This number belonged to %(about)s, who has left. A number is not given twice."
    ),
    faults.ANOTHER_PERSON: gettext_lazy(
        "This number belongs to %(about)s. Here both the name and the entry date are different, "
        "as if it were someone else, who needs a number of their own. If it is the same person, "
        "please confirm that."
    ),
    faults.KNOWN_AS: gettext_lazy("Recorded for this number so far: %(about)s."),
    faults.OFFICERS_ADDRESS: gettext_lazy(
        "This person holds a role, so only an administrator can change their name, email address "
        "or username. Until now: %(about)s."
    ),
    faults.OFFICER_RETURNS: gettext_lazy(
        "This person held a role and returns. Please have an administrator activate the account."
    ),
    faults.NEVER_LEFT: gettext_lazy(
        "This account was deactivated for another reason than leaving. Please have an "
        "administrator activate it."
    ),
    faults.OFFICER_LEAVES: gettext_lazy(
        "This person holds a role. Only an administrator can deactivate the account."
    ),
    faults.ADMINISTRATOR_LEAVES: gettext_lazy(
        "This person is an administrator. Only another administrator can deactivate the account."
    ),
    faults.YOURSELF: gettext_lazy("You are not in the list yourself."),
}


def _two_parents(about: str) -> str:
    name, first, second, row = (*about.split("|"), "", "", "")[:4]
    text = _(
        "%(name)s stands below %(second)s here, and below %(first)s in row %(row)s. If they are "
        "two departments, please give them different names."
    )
    return text % {
        "name": shown(name),
        "row": row,
        "first": shown(first),
        "second": shown(second),
    }


def _elsewhere(about: str) -> str:
    name, path = (*about.split("|"), "")[:2]
    text = _(
        "%(name)s stands at %(path)s. A list of additions moves no department. Please enter that "
        "path, or give another department another name."
    )
    return text % {"name": shown(name), "path": shown(path)}


def _two_heads(about: str) -> str:
    name, row = (*about.split("|"), "")[:2]
    text = _("%(name)s has another head already, in row %(row)s.")
    return text % {"name": shown(name), "row": row}


_COMPOSED: Final[Mapping[str, Callable[[str], str]]] = {
    faults.TWO_PARENTS: _two_parents,
    faults.TWO_HEADS: _two_heads,
    faults.ELSEWHERE: _elsewhere,
}


def fault(it: Fault) -> str:
    """What is wrong, and what to do."""
    if it.kind in _COMPOSED:
        return _COMPOSED[it.kind](it.about)
    return str(_FAULTS[it.kind]) % {"about": shown(it.about)}
