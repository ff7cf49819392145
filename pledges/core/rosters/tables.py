"""A table as it was read from a file: rows of text with the addresses that a spreadsheet shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from pledges.core.characters import normalized

MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 200
MAX_CELLS: Final = 2_000_000
"""Cells in which something stands, in a whole table: those of 50,000 people with 40 facts each.
Whoever asked for the table holds all of them, without limits."""
MAX_CELL: Final = 500
"""Characters of one cell that are kept; no fact of a person is nearly as long."""
HEADS_WITHIN: Final = 15
"""Among so many first rows the heads of columns are looked for; titles stand above them."""
_ASIDE: Final = re.compile(r"[（(\[【].*?[)）\]】]")
_SIGNS: Final = re.compile(r"[^0-9a-z\u3400-\u9fff]+")

Named = TypeVar("Named")


class Note(StrEnum):
    """What is special about a cell, beside the text that it shows."""

    NUMBER = "number"
    DATE = "date"
    FORMULA = "formula"
    MERGED = "merged"
    ERROR = "error"
    ROUNDED = "rounded"
    SAME_PERSON = "same-person"
    """Of a name: somebody has said that it means the person who has the number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row by its number in the file, from 1; `notes` by the column's index, from 0."""

    number: int
    cells: tuple[str, ...]
    notes: Mapping[int, str] = field(default_factory=dict)

    def text(self, column: int) -> str:
        """What the cell shows; nothing behind the last one."""
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True)
class Table:
    """What was read: of a workbook the first sheet with text, `sheet` its name."""

    rows: tuple[Row, ...]
    sheet: str = ""


class Unreadable(Exception):
    """A file is no table that could be read; `why` is one of a few codes, `limit` belongs to it."""

    def __init__(self, why: str, limit: int = 0) -> None:
        super().__init__(why)
        self.why, self.limit = why, limit


def recognise(head: str, known: Mapping[str, Named]) -> Named | None:
    """What of `known` a column with this head is; what stands in brackets may be an aside."""
    plain = normalized("NFKC", head).casefold()
    return known.get(_SIGNS.sub("", _ASIDE.sub("", plain))) or known.get(_SIGNS.sub("", plain))


def address(column: int, row: int) -> str:
    """How spreadsheet programs call the cell of a column (from 0) in a row (from 1): "C12"."""
    return f"{letters(column)}{row}"


def letters(column: int) -> str:
    """The letters of a column, from 0: A … Z, AA …"""
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def to_json(table: Table) -> dict[str, Any]:
    """The table as JSON, for the way from the process that reads it."""
    rows = [[row.number, row.cells, row.notes] for row in table.rows]
    return {"sheet": table.sheet, "rows": rows}


def from_json(told: Mapping[str, Any]) -> Table:
    """The table that `to_json` gave."""
    return Table(
        tuple(
            Row(number, tuple(cells), {int(column): note for column, note in notes.items()})
            for number, cells, notes in told["rows"]
        ),
        told["sheet"],
    )


def without_empty(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows in which something stands."""
    return tuple(row for row in rows if any(row.cells))
