"""Workbooks (XLSX) of plain text and whole numbers, in which no cell is read as a formula.

Each text is written as a text and marked as quoted, so that a program keeps it one when somebody
edits the cell; one that begins like a formula gets an apostrophe as well, as in our CSV files,
because a workbook may be saved as one. What a cell may hold is ECMA-376, part 1, section 18.3.1.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from pledges.core.characters import made_visible
from pledges.gateways.spreadsheets import escape_formula

KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL: Final = 32_767  # characters; the programs refuse a file with a longer one
_MAX_WIDTH: Final = 60  # of a column, in characters

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEETS: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Styles: 0 for numbers, 1 for texts (quoted), 2 for the heads of columns.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_SHEETS}"><fonts count="2"><font/><font><b/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
        '<xf numFmtId="49" applyNumberFormat="1" quotePrefix="1"/>'
        '<xf fontId="1" applyFont="1"/></cellXfs></styleSheet>'
    ),
}


def write_workbook(
    name: str, heads: Sequence[str], rows: Iterable[Sequence[str | int | None]]
) -> bytes:
    """A workbook with one sheet called `name`: a row of heads, which stays in sight, then `rows`.

    A number that is to keep its leading zeros is given as a text.
    """
    table = [list(row) for row in rows]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in _PARTS.items():
            archive.writestr(path, _HEAD + text)
        archive.writestr("xl/workbook.xml", _HEAD + _workbook(name))
        archive.writestr("xl/worksheets/sheet1.xml", _HEAD + _sheet(heads, table))
    return made.getvalue()


def _workbook(name: str) -> str:
    # No program takes a longer name for a sheet, nor these signs in it.
    shown = "".join("_" if each in r"[]:*?/\'" else each for each in made_visible(name))[:31]
    return (
        f'<workbook xmlns="{_SHEETS}" xmlns:r="{_RELATIONS}"><bookViews>'
        "<workbookView/></bookViews><sheets>"
        f'<sheet name={quoteattr(shown or "1")} sheetId="1" r:id="r1"/></sheets></workbook>'
    )


def _sheet(heads: Sequence[str], table: list[list[str | int | None]]) -> str:
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{_width(number - 1, head, table)}" '
        'customWidth="1"/>'
        for number, head in enumerate(heads, start=1)
    )
    lines = [_row([_text(head, style=2) for head in heads])]
    lines += [_row([_cell(value) for value in row]) for row in table]
    return (
        f'<worksheet xmlns="{_SHEETS}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{widths}</cols>"
        f"<sheetData>{''.join(lines)}</sheetData></worksheet>"
    )


def _width(place: int, head: str, table: list[list[str | int | None]]) -> int:
    texts = [head, *(str(row[place] or "") for row in table[:200])]
    return min(_MAX_WIDTH, 3 + max(sum(2 if ord(each) > 255 else 1 for each in t) for t in texts))


def _row(cells: list[str]) -> str:
    return f"<row>{''.join(cells)}</row>"


def _cell(value: str | int | None) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return _text(escape_formula(value or ""), style=1)


def _text(text: str, *, style: int) -> str:
    kept = escape(made_visible(text[:MAX_CELL], "\n\t"))
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>'
