"""Separated values: CSV in the encodings that spreadsheet programs write, and pasted cells."""

import codecs
import csv
import io
import re
from typing import Final

from pledges.core.rosters.tables import (
    MAX_CELL,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Note,
    Row,
    Table,
    Unreadable,
    without_empty,
)

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS: Final = (",", "\t", ";")
_SAMPLE: Final = 64 * 1024
# How a CSV file keeps a program from taking a text for a number: ="00123".
_KEPT_TEXT: Final = re.compile(r'="([^"]*)"\Z')
_MAX_FIELD: Final = 128 * 1024


def read_separated(data: bytes) -> Table:
    """A CSV file, whatever its encoding and its separator. Raises Unreadable."""
    return read_text(_decoded(data))


def read_text(text: str, separator: str = "") -> Table:
    """Separated values as text; pasted cells are separated by tabs. Raises Unreadable."""
    if "\0" in text:
        raise Unreadable("not-a-table")
    csv.field_size_limit(_MAX_FIELD)
    lines = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator or _separator(text), strict=True
    )
    rows: list[Row] = []
    number = filled = 0
    try:
        for number, cells in enumerate(lines, 1):
            if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                raise Unreadable("too-many-columns", MAX_COLUMNS)
            if any(cells):
                if len(rows) >= MAX_ROWS:
                    raise Unreadable("too-many-rows", MAX_ROWS)
                filled += sum(map(bool, cells))
                if filled > MAX_CELLS:
                    raise Unreadable("too-large-unpacked")
                rows.append(_row(number, cells[:MAX_COLUMNS]))
    except csv.Error as error:
        raise Unreadable("bad-quotes", number + 1) from error
    if not (found := without_empty(rows)):
        raise Unreadable("empty")
    return Table(found)


def _row(number: int, cells: list[str]) -> Row:
    shown: list[str] = []
    notes: dict[int, str] = {}
    for column, cell in enumerate(cells):
        text = cell.strip()
        if text.startswith("="):
            if kept := _KEPT_TEXT.match(text):
                text = kept[1].strip()
            else:
                notes[column] = Note.FORMULA
        shown.append(text[:MAX_CELL])
    return Row(number, tuple(shown), notes)


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if (guessed := _unmarked_utf16(data)) is not None:
        return _strictly(data, guessed)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(data, "gb18030")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("encoding") from error


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark is known by its zeros: of separators and digits, every other byte."""
    sample = data[:_SAMPLE]
    if len(data) % 2 or not sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > even and odd * 8 > len(sample):
        return "utf-16-le"
    return "utf-16-be" if even > odd and even * 8 > len(sample) else None


def _separator(text: str) -> str:
    """The one that divides the first lines most; what stands in quotes does not count."""
    bare = re.sub(r'"[^"]*"', "", text[:_SAMPLE])
    return max(_SEPARATORS, key=bare.count)
