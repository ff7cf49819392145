"""Rows become entries: what each says of a person, and what is wrong within it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from pledges.core.rosters import faults, values
from pledges.core.rosters.columns import REQUIRED, Field, Heads, Mapped, repeats_heads
from pledges.core.rosters.faults import Fault
from pledges.core.rosters.tables import Note, Row
from pledges.core.rosters.values import Value

# What is shown in such a cell may be right, but only a person can say so.
_TOLD = {
    Note.FORMULA: faults.FORMULA,
    Note.MERGED: faults.MERGED,
    Note.ERROR: faults.CELL_ERROR,
    Note.ROUNDED: faults.ROUNDED,
}
_DATES = frozenset({Field.ENTERED, Field.LEFT})


@dataclass(slots=True)
class Entry:
    """One row: the values that its cells have, by field; `found` are its faults."""

    row: int
    values: dict[Field, Value] = field(default_factory=dict)
    found: list[Fault] = field(default_factory=list)
    numeric: bool = False
    """Whether its number stood in the file as a number, and may have lost zeros."""
    same_person: bool = False
    """Whether somebody has said that it means the person who has its number."""

    def text(self, name: Field) -> str:
        """The value as text, "" where there is none."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def day(self, name: Field) -> date | None:
        """The value as a day, None where there is none."""
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    @property
    def key(self) -> str:
        """By which a person is known: their number, whatever the case of its letters."""
        return self.text(Field.NUMBER).casefold()

    @property
    def department(self) -> str:
        """Where the person belongs: the department, or the last one of the path."""
        path = values.path_of(self.text(Field.PATH))
        return self.text(Field.DEPARTMENT) or (path[-1] if path else "")

    def add(
        self, kind: str, name: Field | None = None, about: str = "", suggested: str = ""
    ) -> None:
        self.found.append(Fault(kind, name, about, suggested))


def read_rows(rows: Sequence[Row], heads: Heads, mapped: Mapped) -> Iterator[Entry]:
    """The entries of all rows below the heads."""
    for row in rows:
        if row.number <= heads.row:
            continue
        if repeats_heads(row, heads):
            yield Entry(row.number, found=[Fault(faults.HEADS_AGAIN)])
        elif any(row.text(column) for column in mapped):
            yield read_row(row, mapped)


def read_row(row: Row, mapped: Mapped) -> Entry:
    """What one row says."""
    entry = Entry(row.number)
    for column, name in mapped.items():
        _read_cell(entry, name, row.text(column), row.notes.get(column, ""))
    _require(entry, set(mapped.values()))
    entered, left = entry.day(Field.ENTERED), entry.day(Field.LEFT)
    if entered and left and left < entered:
        entry.add(faults.LEFT_BEFORE_ENTERED, Field.LEFT)
    return entry


def _read_cell(entry: Entry, name: Field, text: str, note: str) -> None:
    if note == Note.NUMBER and name is Field.NUMBER:
        entry.numeric = True
    if note == Note.SAME_PERSON and name is Field.NAME:
        entry.same_person = True
    if note in (Note.FORMULA, Note.MERGED, Note.ERROR, Note.ROUNDED):
        entry.add(_TOLD[Note(note)], name, text, "" if note == Note.ERROR else text)
        if note != Note.ERROR:
            # Whose row it is is known all the same, so that nobody is taken for missing.
            value = values.read(name, text)
            entry.values[name] = None if isinstance(value, Fault) else value
        return
    if note == Note.DATE and name not in _DATES:
        entry.add(faults.A_DATE, name, text)
        return
    value = values.read(name, text)
    if isinstance(value, Fault):
        entry.found.append(value)
    else:
        entry.values[name] = value


def _require(entry: Entry, mapped: Collection[Field]) -> None:
    at_fault = {fault.field for fault in entry.found}
    for name in REQUIRED:
        if not entry.text(name) and name not in at_fault:
            entry.add(faults.MISSING, name)
    places = [name for name in (Field.DEPARTMENT, Field.PATH) if name in mapped]
    if not entry.department and not at_fault.intersection(places) and places:
        entry.add(faults.MISSING, places[0])
