"""The rows of a roster as its page shows them: their fate, what changes, what is wrong where."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pledges.core.characters import made_visible
from pledges.core.rosters import faults
from pledges.core.rosters.faults import Fault
from pledges.core.rosters.people import Fate
from pledges.core.rosters.planning import are_many
from pledges.core.rosters.tables import address
from pledges.models import Department, Roster, RosterRow
from pledges.wording import rosters as words

PER_PAGE: Final = 50
ORDER: Final = (Fate.FAULTY, Fate.NEW, Fate.CHANGED, Fate.RETURNED, Fate.LEFT)
QUIET: Final = (Fate.OMITTED, Fate.UNCHANGED)
# What stands there is certainly not what is meant: nobody is to confirm it with one click.
WRONG: Final = frozenset(
    {faults.CELL_ERROR, faults.A_DATE, faults.ROUNDED, faults.SCIENTIFIC, faults.ANOTHER_PERSON}
)
LOOKS: Final = {Fate.FAULTY: "returned", Fate.NEW: "accepted", Fate.LEFT: "signed"}


@dataclass(frozen=True)
class Figure:
    """How many rows have a fate, and whether they are the ones that are shown."""

    fate: str
    label: Any
    count: int
    shown: bool


@dataclass(frozen=True)
class ShownFault:
    """A fault in words; with a column, its cell can be mended on the page."""

    sentence: str
    address: str = ""
    column: int | None = None
    head: str = ""
    value: str = ""
    asks_who: bool = False
    """Whether it is to be said that the row means the person who has its number."""


@dataclass(frozen=True)
class ShownRow:
    """One row for the page."""

    row: RosterRow
    label: Any
    look: str
    changes: list[tuple[Any, str, str]]
    faults: list[ShownFault]

    @property
    def can_be_left_out(self) -> bool:
        return self.row.fate not in (Fate.OMITTED, Fate.UNCHANGED)


def figures(roster: Roster, chosen: str) -> list[Figure]:
    """The counts of all fates that occur, what has to be done first; none where rows are gone."""
    if roster.state == Roster.State.DISCARDED:
        return []
    return [
        Figure(fate.value, RosterRow.Fates(fate).label, roster.counts[fate], fate == chosen)
        for fate in (*ORDER, *QUIET)
        if roster.counts.get(fate)
    ]


def chosen_fate(roster: Roster, asked: str) -> str:
    """The fate that was asked for; else the first one of which there are rows.

    Where many would leave and that is being asked about, it is they who are looked at.
    """
    if asked in roster.counts:
        return asked
    gone = roster.counts.get(Fate.LEFT, 0)
    first = (Fate.FAULTY, Fate.LEFT) if roster.is_open and are_many(gone, roster.within) else ()
    return next((fate.value for fate in (*first, *ORDER, *QUIET) if roster.counts.get(fate)), "")


def page_of(roster: Roster, fate: str, number: str) -> Page:
    """A page of the rows of one fate."""
    rows = roster.rows.filter(fate=fate).select_related("person")
    return Paginator(rows, PER_PAGE).get_page(number)


def shown(roster: Roster, rows: Any) -> list[ShownRow]:
    """The rows in words."""
    columns = {field: int(column) for column, field in roster.mapping.items()}
    return [
        ShownRow(
            row,
            row.get_fate_display(),
            LOOKS.get(Fate(row.fate), ""),
            [_change(*change) for change in row.changes],
            [_fault(roster, row, Fault.from_json(told), columns) for told in row.faults],
        )
        for row in rows
    ]


def _change(fact: str, before: Any, after: Any) -> tuple[Any, str, str]:
    return words.FACTS[fact], _cell(fact, before), _cell(fact, after)


def _cell(fact: str, value: Any) -> str:
    if fact == "is_active":
        return _("active") if value else _("deactivated")
    if not value:
        return "—"
    if fact == "language":
        return "English" if value == "en" else "中文"
    if fact in ("entered_on", "left_on"):
        return date_format(date.fromisoformat(value))
    return str(value)


def _fault(roster: Roster, row: RosterRow, fault: Fault, columns: dict[Any, int]) -> ShownFault:
    sentence = words.fault(fault)
    column = columns.get(fault.field.value) if fault.field else None
    if column is None or row.number is None:
        return ShownFault(sentence)
    value = row.cells[column] if column < len(row.cells) else ""
    head = roster.heads[column] if column < len(roster.heads) else ""
    place = address(column, row.number)
    exactly = fault.kind == faults.ELSEWHERE  # also where nothing stands above it
    offered = "" if fault.kind in WRONG else fault.suggested or ("" if exactly else value)
    asks_who = fault.kind == faults.ANOTHER_PERSON
    return ShownFault(sentence, place, column, made_visible(head), offered, asks_who)


def moves(roster: Roster) -> tuple[list[str], list[str]]:
    """What changes of departments, a sentence each: first the moves of those that are known."""
    moved: list[str] = []
    told: list[str] = []
    if roster.state == Roster.State.DISCARDED:
        return moved, told
    for name, is_new, parent, head, parent_before, _head_before in roster.moves:
        facts = {"name": name, "parent": parent or "—", "before": parent_before or "—"}
        if is_new and parent:
            told.append(_("%(name)s is new, below %(parent)s.") % facts)
        elif is_new:
            told.append(_("%(name)s is new.") % facts)
        elif parent is not None:
            moved.append(_("%(name)s moves from %(before)s to %(parent)s.") % facts)
        if head:
            told.append(_("%(name)s gets the head %(head)s.") % {**facts, "head": head.upper()})
    return moved, told


def scope(roster: Roster) -> str:
    """What it is a list of, in words."""
    if not roster.departments.exists():
        return roster.get_reach_display()
    names = _(", ").join(str(each) for each in Department.objects.filter(pk__in=_keys(roster)))
    return _("everyone in %(departments)s, with all departments below") % {"departments": names}


def _keys(roster: Roster) -> list[int]:
    return list(roster.departments.values_list("pk", flat=True))
