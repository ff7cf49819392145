"""Workbooks (XLSX) of plain text and whole numbers, in which no cell is read as a formula."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import xlsxwriter

from pledges.core.characters import made_visible
from pledges.gateways.spreadsheets import escape_formula

KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL: Final = 32_767  # characters; the programs refuse a file with a longer one
_MAX_NAME: Final = 31
_MAX_WIDTH: Final = 60  # of a column, in characters
_MEASURED: Final = 200  # rows that a column's width is made for
# The bytes follow from the rows alone.
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}

Cell = str | int | None


def write_workbook(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet called `name`: a row of heads, which stays in sight, then `rows`.

    A number that is to keep its leading zeros is given as a text. A text that begins like a
    formula gets an apostrophe, as in our CSV files: a workbook may be saved as one.
    """
    table = [list(row) for row in rows]
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, _OPTIONS) as book:
        book.set_properties({"created": _MADE})
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        # What is typed behind an apostrophe stays a text when somebody edits its cell.
        text.set_quote_prefix()
        sheet = book.add_worksheet(_sheet_name(name))
        sheet.freeze_panes(1, 0)
        for place, head in enumerate(heads):
            width = _width(place, head, table)
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, made_visible(head), bold)
        for line, row in enumerate(table, start=1):
            for place, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(line, place, value)
                else:
                    kept = escape_formula(made_visible((value or "")[:MAX_CELL], "\n\t"))
                    sheet.write_string(line, place, kept, text)
    return made.getvalue()


def _sheet_name(name: str) -> str:
    """No program takes a longer name for a sheet, nor these signs in it."""
    shown = "".join("_" if each in r"[]:*?/\'" else each for each in made_visible(name))
    return shown[:_MAX_NAME] or "1"


def _width(place: int, head: str, table: Sequence[Sequence[Cell]]) -> int:
    texts = [head, *(str(row[place] or "") for row in table[:_MEASURED])]
    return min(_MAX_WIDTH, 3 + max(sum(2 if ord(each) > 255 else 1 for each in t) for t in texts))
