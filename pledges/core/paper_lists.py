"""A list of papers: which column says what, and what each row says; rules without a database."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from pledges.core.characters import as_typed_number, half_width, normalized
from pledges.core.rosters.tables import HEADS_WITHIN, Note, Row, recognise
from pledges.core.rosters.values import read_date

MAX_ROWS: Final = 1_000
EARLIEST: Final = date(1980, 1, 1)
"""No pledge that anybody still files is older."""


class Column(StrEnum):
    """What a column of the list may say."""

    NUMBER = "number"
    NAME = "name"
    VERSION = "version"
    SIGNED = "signed"
    ENDS = "ends"
    FILE = "file"
    NOTE = "note"


REQUIRED: Final = (Column.NUMBER, Column.NAME, Column.VERSION, Column.SIGNED, Column.FILE)


class RowFault(StrEnum):
    """What may be wrong with a row; the faults of a scan (`core.scans.Fault`) join these."""

    MISSING = "missing"
    CELL = "cell"
    UNKNOWN_NUMBER = "unknown-number"
    ZEROS_LOST = "zeros-lost"
    ANOTHER_NAME = "another-name"
    UNKNOWN_VERSION = "unknown-version"
    BAD_DAY = "bad-day"
    DAY_TO_COME = "day-to-come"
    DAY_TOO_EARLY = "day-too-early"
    ENDS_BEFORE = "ends-before"
    TWICE = "twice"
    FILE_TWICE = "file-twice"
    NO_FILE = "no-file"
    FILE_REFUSED = "file-refused"
    FILED_ALREADY = "filed-already"
    SAME_SCAN = "same-scan"
    FAILED = "failed"


_HEADS: Final[Mapping[Column, str]] = {
    Column.NUMBER: "工号 员工号 员工工号 员工编号 人员编号 职工号 employeenumber employeeno "
    "employeeid staffnumber staffno staffid",
    Column.NAME: "姓名 员工姓名 承诺人 name fullname employeename staffname",
    Column.VERSION: "版本 模板 承诺书版本 承诺书 模板版本 version template templateversion pledge",
    Column.SIGNED: "签署日期 签订日期 签署日 签字日期 signed signedon dateofsignature "
    "signaturedate signingdate",
    Column.ENDS: "到期日 有效期至 截止日期 到期日期 期限最后一日 ends endson lastday "
    "lastdayofitsterm validuntil expiry",
    Column.FILE: "文件名 文件 扫描件 扫描件文件名 附件 file filename scan scanfile",
    Column.NOTE: "备注 说明 note notes remark",
}
_KNOWN: Final = {head: column for column, heads in _HEADS.items() for head in heads.split()}
_SPOILED: Final = frozenset({Note.FORMULA, Note.ERROR, Note.MERGED, Note.ROUNDED})
NOTHING: Final = frozenset({"", "-", "—", "无", "长期", "none"})
"""What a cell says that names no last day."""


@dataclass(frozen=True)
class Heads:
    """The row with the heads: its number, and at which index which column stands."""

    row: int
    columns: Mapping[Column, int]

    @property
    def missing(self) -> list[Column]:
        return [column for column in REQUIRED if column not in self.columns]


@dataclass
class ListedPaper:
    """One row as it was read; `faults` are pairs of a code and what belongs to it."""

    row: int
    cells: dict[str, str]
    signed_on: date | None = None
    ends_on: date | None = None
    faults: list[tuple[str, str]] = field(default_factory=list)

    def text(self, column: Column) -> str:
        return self.cells.get(column.value, "")

    def add(self, fault: StrEnum, about: object = "") -> None:
        self.faults.append((fault.value, str(about)))


def find_heads(rows: Sequence[Row]) -> Heads | None:
    """The row, of the first ones, that has the heads of the most columns."""
    best: Heads | None = None
    for row in rows[:HEADS_WITHIN]:
        found: dict[Column, int] = {}
        for index, cell in enumerate(row.cells):
            if (column := recognise(cell, _KNOWN)) and column not in found:
                found[column] = index
        if Column.NUMBER in found and (best is None or len(found) > len(best.columns)):
            best = Heads(row.number, found)
    return best


def read_rows(rows: Iterable[Row], heads: Heads, today: date) -> list[ListedPaper]:
    """The rows below the heads, with what is wrong with each by itself and beside the others."""
    found = [_read(row, heads, today) for row in rows if row.number > heads.row]
    found = [each for each in found if any(each.cells.values())]
    _find_twice(found)
    return found


def _read(row: Row, heads: Heads, today: date) -> ListedPaper:
    listed = ListedPaper(row.number, {})
    for column, index in heads.columns.items():
        text = row.text(index).strip()
        if column is Column.NUMBER:
            text = as_typed_number(text)
        listed.cells[column.value] = text
        if row.notes.get(index) in _SPOILED:
            listed.add(RowFault.CELL, column.value)
        elif column in REQUIRED and not text:
            listed.add(RowFault.MISSING, column.value)
    listed.signed_on = _day(listed, Column.SIGNED, today)
    listed.ends_on = _day(listed, Column.ENDS, today)
    if listed.signed_on and listed.ends_on and listed.ends_on < listed.signed_on:
        listed.add(RowFault.ENDS_BEFORE)
    return listed


def _day(listed: ListedPaper, column: Column, today: date) -> date | None:
    text = half_width(listed.text(column)).strip()
    if text.casefold() in NOTHING:
        return None
    day = read_date(text)
    if day is None:
        listed.add(RowFault.BAD_DAY, listed.text(column))
        return None
    if column is Column.SIGNED and (fault := day_fault(day, today)):
        listed.add(fault, day.isoformat())
        return None
    # A spreadsheet counts days from 1900: what the number was read as is what is shown and kept.
    listed.cells[column.value] = day.isoformat()
    return day


def with_zeros(number: str, known: Iterable[str]) -> str:
    """The one of the `known` numbers that `number` is without its leading zeros; "" if none is."""
    if not number.isdecimal() or number.startswith("0"):
        return ""
    found = {each for each in known if each.isdecimal() and each.lstrip("0") == number}
    return found.pop() if len(found) == 1 else ""


def days_of(cells: Mapping[str, str]) -> tuple[date | None, date | None]:
    """The day of signing and the last day that a row says, once they were found to be days."""
    signed, ends = (
        half_width(cells.get(each, "")).strip() for each in (Column.SIGNED, Column.ENDS)
    )
    return read_date(signed), None if ends.casefold() in NOTHING else read_date(ends)


def day_fault(day: date, today: date) -> RowFault | None:
    """Why nobody signed a paper on `day` that is filed `today`; None where they may have."""
    if day > today:
        return RowFault.DAY_TO_COME
    return RowFault.DAY_TOO_EARLY if day < EARLIEST else None


def _find_twice(listed: Sequence[ListedPaper]) -> None:
    papers = Counter(_paper(each) for each in listed)
    files = Counter(file_key(each.text(Column.FILE)) for each in listed)
    for each in listed:
        if each.signed_on and papers[_paper(each)] > 1:
            each.add(RowFault.TWICE)
        name = each.text(Column.FILE)
        if name and files[file_key(name)] > 1:
            each.add(RowFault.FILE_TWICE, name)


def _paper(listed: ListedPaper) -> tuple[str, str, date | None]:
    number, version = listed.text(Column.NUMBER), listed.text(Column.VERSION)
    return number.casefold(), version_key(version), listed.signed_on


def version_key(text: str) -> str:
    """By which a version is found, however its name is spaced and cased."""
    return re.sub(r"[\s,，。.·_-]+", "", normalized("NFKC", text).casefold())


def file_key(name: str) -> str:
    """By which a file of the ZIP is found: its path as it is written, whatever its case."""
    return normalized("NFC", name.strip().replace("\\", "/")).casefold()


def same_name(first: str, second: str) -> bool:
    """Whether two names are one, but for spaces and the width of letters."""
    return _name(first) == _name(second)


def _name(text: str) -> str:
    return re.sub(r"[\s·•・]+", "", normalized("NFKC", text).casefold())
