"""CSV files for spreadsheet programs, in which no cell is read as a formula (defusedcsv).

What people type could otherwise run on the machine of whoever opens the file (OWASP: CSV
injection). A cell that begins like a formula gets an apostrophe; a plain number stays a number.
"""

import io
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from defusedcsv import csv

from pledges.core.characters import is_refused, normalized

BOM: Final = "\ufeff"
"""Spreadsheet programs take a CSV file for UTF-8 only if it begins with this."""

_SEEN_BY_THE_LIBRARY = frozenset("=+-@|%")
# NFKC makes these of their wide and small forms (＝, ﹢), but nothing of the minus sign.
_FORMULA_STARTS = _SEEN_BY_THE_LIBRARY | {"−"}
# After these a cell begins for programs that divide there, as some do by their country.
_DIVIDERS = re.compile(r"(?<=[;\t\r\n])")


def csv_line(cells: Iterable[str]) -> str:
    """One row of the file; every cell in quotes, so that none is divided at its semicolons."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([_escape_hidden(cell) for cell in cells])
    return line.getvalue()


def escape_formula(text: str) -> str:
    """`text` as no program reads it as a formula, wherever one might begin in it."""
    first, *others = _DIVIDERS.split(text)
    return "".join(map(_escape, (first, *others)))


def _escape_hidden(cell: str) -> str:
    """Escape what the library does not see: a sign that is not the first character.

    It may stand behind white space, invisible characters or quotes, in a wide form (＝), or where
    another program begins a cell.
    """
    first, *others = _DIVIDERS.split(cell)
    seen = first[:1] in _SEEN_BY_THE_LIBRARY
    return (first if seen else _escape(first)) + "".join(map(_escape, others))


def _escape(text: str) -> str:
    shown = (each for each in normalized("NFKC", text) if not _is_stripped(each))
    return f"'{text}" if next(shown, "") in _FORMULA_STARTS else text


def _is_stripped(character: str) -> bool:
    # Z: separators; refused: control, format and all other characters that cannot be seen.
    return character == '"' or unicodedata.category(character)[0] == "Z" or is_refused(character)
