"""How a workbook shows its numbers: as days, with zeros in front, or as they are."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from pledges.core.rosters.tables import Note

# Formats that every program knows by number (18.8.30), with those of Chinese ones.
_DAYS: Final = frozenset((*range(14, 18), 22, *range(27, 37), *range(50, 59)))
# What of a format is shown as it stands: quoted, escaped, in brackets, or filling.
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_SAFE_DIGITS: Final = 15
"""Spreadsheet programs keep so many digits of a number; whatever was behind is 0."""
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LAST_DAY: Final = 2_958_465  # 9999-12-31
_MAX_CODE: Final = 255


@dataclass(frozen=True)
class Formats:
    """By a cell's style, the number of its format; codes of those that the file defines."""

    styles: Sequence[int]
    codes: Mapping[int, str]
    from_1904: bool = False
    _known: dict[int, str] = field(default_factory=dict)

    def show(self, number: str, style: int) -> tuple[str, str]:
        """What a cell with `number` shows, and the note on it."""
        try:
            value = Decimal(number)
        except InvalidOperation:
            return number, Note.ERROR
        if not value.is_finite() or abs(value.adjusted()) > 300:
            return number, Note.ERROR
        kind = self._kind(style)
        if kind == "day" and 0 < value <= _LAST_DAY:
            return self._day(value), Note.DATE
        text = _plain(value)
        if len(text.strip("-").replace(".", "")) > _SAFE_DIGITS and value == value.to_integral():
            return text, Note.ROUNDED
        return (text.zfill(len(kind)) if kind.startswith("0") else text), Note.NUMBER

    def _day(self, value: Decimal) -> str:
        days = timedelta(days=int(value))
        try:
            return ((_EPOCH_1904 if self.from_1904 else _EPOCH) + days).isoformat()
        except OverflowError:
            return _plain(value)

    def _kind(self, style: int) -> str:
        """ "day", the zeros that are shown at least, or ""."""
        if style not in self._known:
            self._known[style] = self._kind_of(style)
        return self._known[style]

    def _kind_of(self, style: int) -> str:
        number = self.styles[style] if 0 <= style < len(self.styles) else 0
        code = self.codes.get(number)
        if code is None:
            return "day" if number in _DAYS else ""
        bare = _LITERAL.sub("", code.partition(";")[0]).lower()
        if "y" in bare or "d" in bare:
            return "day"
        return bare if bare and bare == "0" * len(bare) else ""


def _plain(value: Decimal) -> str:
    whole = value.to_integral()
    return str(int(whole)) if value == whole else format(value.normalize(), "f")


Started = Callable[[str, dict[str, str]], None]


def read_formats() -> tuple[dict[int, str], list[int], Started, Callable[[str], None]]:
    """What fills in the codes by number and the formats of styles, as a parser calls it."""
    codes: dict[int, str] = {}
    styles: list[int] = []
    inside = {"cellXfs": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            code = attributes.get("formatCode", "")
            codes[_number(attributes.get("numFmtId"))] = code[:_MAX_CODE]
        elif name == "cellXfs":
            inside[name] = True
        elif name == "xf" and inside["cellXfs"]:
            styles.append(_number(attributes.get("numFmtId")))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside[name] = False

    return codes, styles, start, end


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0
