"""The cells of one sheet, as its XML goes by: what they show, and what is special about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pledges.core.rosters.tables import (
    MAX_CELL,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Note,
    Row,
    Unreadable,
)
from pledges.gateways.workbook_formats import Formats

_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
MAX_MERGED: Final = 200_000
"""Ranges; more than a sheet that may be read has rows and columns to merge."""
_KEPT: Final = frozenset({"v", "t"})


@dataclass
class _Cell:
    column: int
    kind: str
    style: int
    formula: bool = False
    pieces: list[str] = field(default_factory=list)


class SheetReader:
    """What a parser calls for each piece of a sheet."""

    def __init__(self, shared: Sequence[str], formats: Formats) -> None:
        self._shared, self._formats = shared, formats
        self._rows: dict[int, tuple[list[str], dict[int, str]]] = {}
        self._number, self._column = 0, -1
        self._cell: _Cell | None = None
        self._reads = self._phonetic = False
        self._merged: list[str] = []
        self._filled = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin(attributes)
        elif name in _KEPT:
            self._reads = self._cell is not None and not self._phonetic
        elif name == "row":
            told = attributes.get("r", "")
            # Numbers of rows only rise: a lower one would replace a row that was read.
            known = int(told) if told.isdecimal() and len(told) < 8 else 0
            self._number, self._column = max(known, self._number + 1), -1
        elif name == "f" and self._cell is not None:
            self._cell.formula = True
        elif name == "rPh":
            self._phonetic = True
        elif name == "mergeCell" and len(self._merged) < MAX_MERGED:
            self._merged.append(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        if name in _KEPT:
            self._reads = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "c" and self._cell is not None:
            self._finish(self._cell)
            self._cell = None

    def text(self, piece: str) -> None:
        if self._reads and self._cell is not None:
            self._cell.pieces.append(piece)

    def rows(self) -> list[Row]:
        """All that was read, in its order, merged cells filled with what their range shows."""
        for reference in self._merged:
            self._fill(reference)
        return [Row(number, tuple(cells), notes) for number, (cells, notes) in self._rows.items()]

    def _begin(self, attributes: dict[str, str]) -> None:
        column = self._column + 1
        if found := _ADDRESS.match(attributes.get("r", "")):
            column = max(column, _index(found[1]))
        self._column = column
        style = attributes.get("s", "0")
        number = int(style) if style.isdecimal() and len(style) < 7 else 0
        self._cell = _Cell(column, attributes.get("t", "n"), number)

    def _finish(self, cell: _Cell) -> None:
        text, note = self._shown(cell, "".join(cell.pieces))
        # What it shows may be right, unless that is an error: nobody is asked to confirm one.
        if cell.formula and note != Note.ERROR:
            note = Note.FORMULA
        if not text and not note:
            return
        if cell.column >= MAX_COLUMNS:
            raise Unreadable("too-many-columns", MAX_COLUMNS)
        if self._number not in self._rows:
            if len(self._rows) >= MAX_ROWS:
                raise Unreadable("too-many-rows", MAX_ROWS)
            self._rows[self._number] = ([], {})
        cells, notes = self._rows[self._number]
        cells.extend([""] * (cell.column + 1 - len(cells)))
        cells[cell.column] = text
        self._count()
        if note:
            notes[cell.column] = note

    def _shown(self, cell: _Cell, raw: str) -> tuple[str, str]:
        if cell.kind == "s":
            index = int(raw) if raw.isdecimal() and len(raw) < 8 else -1
            if not 0 <= index < len(self._shared):
                return raw, Note.ERROR
            return self._shared[index].strip()[:MAX_CELL], ""
        if cell.kind in ("inlineStr", "str"):
            return raw.strip()[:MAX_CELL], ""
        if cell.kind == "e":
            return raw[:MAX_CELL], Note.ERROR
        if cell.kind == "b":
            return ("TRUE" if raw == "1" else "FALSE"), ""
        if cell.kind == "d":
            return raw.partition("T")[0][:MAX_CELL], Note.DATE
        return self._formats.show(raw[:MAX_CELL], cell.style) if raw else ("", "")

    def _fill(self, reference: str) -> None:
        first, _colon, last = reference.partition(":")
        begin, end = _ADDRESS.match(first), _ADDRESS.match(last)
        if begin is None or end is None:
            return
        top, left = int(begin[2]), _index(begin[1])
        bottom, right = int(end[2]), min(_index(end[1]), MAX_COLUMNS - 1)
        if top not in self._rows or len(self._rows[top][0]) <= left:
            return
        shown = self._rows[top][0][left]
        span = bottom - top + 1
        within = range(top, bottom + 1) if span <= len(self._rows) else list(self._rows)
        for number in within:
            if top <= number <= bottom and number in self._rows:
                self._cover(number, (left + 1 if number == top else left), right, shown)

    def _cover(self, number: int, left: int, right: int, shown: str) -> None:
        cells, notes = self._rows[number]
        for column in range(left, right + 1):
            cells.extend([""] * (column + 1 - len(cells)))
            # What stood there before is kept in some files, and seen by nobody.
            cells[column] = shown
            notes[column] = Note.MERGED
            self._count()

    def _count(self) -> None:
        """A merged range of a few bytes fills millions of cells."""
        self._filled += 1
        if self._filled > MAX_CELLS:
            raise Unreadable("too-large-unpacked")


def _index(name: str) -> int:
    index = 0
    for letter in name:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
