"""What the text of a cell means: dates as people write them, addresses, yes and no."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from pledges.core.characters import (
    EMPLOYEE_NUMBER,
    code_point,
    half_width,
    normalized,
    unfit_in_name,
)
from pledges.core.rosters import faults
from pledges.core.rosters.columns import Field
from pledges.core.rosters.faults import Fault

NOTHING: Final = frozenset({"-", "--", "—", "——", "–", "/", "无", "n/a", "na", "none"})
"""How a list says that somebody has none; an empty cell says nothing at all."""
EMPTIED: Final = ""
LIMITS: Final[Mapping[Field, int]] = {
    Field.NUMBER: 32,
    Field.NAME: 80,
    Field.DEPARTMENT: 80,
    Field.PARENT: 80,
    Field.PATH: 400,
    Field.HEAD_NUMBER: 32,
    Field.POSITION: 60,
    Field.EMAIL: 254,
    Field.CONTACT: 60,
    Field.USERNAME: 150,
}
MAY_BE_EMPTIED: Final = frozenset(
    {Field.POSITION, Field.EMAIL, Field.CONTACT, Field.ENTERED, Field.LEFT}
)
_NUMBER: Final = re.compile(rf"{EMPLOYEE_NUMBER}\Z")
_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d*)?[eE][+-]\d+\Z")
_USERNAME: Final = re.compile(r"[\w.@+-]+\Z")
_NO_USERNAME: Final = re.compile(r"[^\w.@+-]+")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]\Z"
)
_DATES: Final = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?\Z"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?: 0?0:00(?::00)?)?\Z"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})\Z"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?\Z"),
    re.compile(r"(\d{4})(\d{2})(\d{2})\Z"),
)
_SERIAL: Final = re.compile(r"\d{5}(?:\.0+)?\Z")
_EPOCH: Final = date(1899, 12, 30)
_YEARS: Final = range(1940, 2101)
_YES = frozenset({"是", "y", "yes", "true", "1", "√", "✓"})
_NO = frozenset({"否", "n", "no", "false", "0", "不是"})
_LANGUAGES: Final = {
    **dict.fromkeys(("中文", "汉语", "简体中文", "zh", "zh-cn", "zh-hans", "chinese"), "zh-hans"),
    **dict.fromkeys(("英文", "英语", "en", "en-us", "en-gb", "english"), "en"),
}
_STAYS = ("在职", "试用", "正式", "实习", "在岗", "active", "employed", "probation")
_LEAVES = ("离职", "已离职", "辞职", "退休", "离司", "left", "terminated", "resigned", "retired")

Value = str | date | bool | None
Read = Value | Fault


@lru_cache(maxsize=1 << 16)
def read(field: Field, text: str) -> Read:
    """The value in a cell of a column; None where it says nothing.

    Kept for a while: departments, posts and days are the same in thousands of rows.
    """
    plain = half_width(text).strip() if field is not Field.NAME else text.strip()
    if not plain:
        return None
    if field in MAY_BE_EMPTIED and plain.casefold() in NOTHING:
        return EMPTIED
    if len(plain) > LIMITS.get(field, 100):
        return Fault(faults.TOO_LONG, field, str(LIMITS.get(field, 100)))
    if (character := unfit_in_name(plain)) is not None:
        return Fault(faults.UNFIT, field, code_point(character))
    return _READERS.get(field, _as_it_is)(field, plain)


def read_date(text: str) -> date | None:
    """A day as it is written in lists, or as a spreadsheet counts it; None if it is none."""
    for shape in _DATES:
        if found := shape.match(text):
            try:
                day = date(*(int(part) for part in found.groups()))
            except ValueError:
                return None
            return day if day.year in _YEARS else None
    if _SERIAL.match(text):
        day = _EPOCH + timedelta(days=int(text.partition(".")[0]))
        return day if day.year in _YEARS else None
    return None


def path_of(text: str) -> list[str]:
    """The departments of a path, from the top: "总行/零售部", "总行 > 零售部"."""
    return [part.strip() for part in re.split(r"[/\\>＞→]", text) if part.strip()]


def username_of(number: str) -> str:
    """The user name that somebody gets whose list has none: their number, as one may be made of."""
    return _NO_USERNAME.sub("-", number)


def _as_it_is(field: Field, text: str) -> Read:
    return text


def _number(field: Field, text: str) -> Read:
    if _SCIENTIFIC.match(text):
        return Fault(faults.SCIENTIFIC, field)
    return text if _NUMBER.match(text) else Fault(faults.BAD_NUMBER, field)


def _contact(field: Field, text: str) -> Read:
    return Fault(faults.SCIENTIFIC, field) if _SCIENTIFIC.match(text) else text


def _name(field: Field, text: str) -> Read:
    name, longest = normalized("NFC", re.sub(r"\s+", " ", text)), LIMITS[field]
    return name if len(name) <= longest else Fault(faults.TOO_LONG, field, str(longest))


def _email(field: Field, text: str) -> Read:
    return text if _EMAIL.match(text) else Fault(faults.BAD_EMAIL, field)


def _username(field: Field, text: str) -> Read:
    return text if _USERNAME.match(text) else Fault(faults.BAD_USERNAME, field)


def _date(field: Field, text: str) -> Read:
    return read_date(text) or Fault(faults.BAD_DATE, field)


def _path(field: Field, text: str) -> Read:
    parts = path_of(text)
    if not parts:
        return None
    if max(map(len, parts)) > LIMITS[Field.DEPARTMENT]:
        return Fault(faults.TOO_LONG, field, str(LIMITS[Field.DEPARTMENT]))
    return "/".join(parts)


def _flag(field: Field, text: str) -> Read:
    if text.casefold() in _YES:
        return True
    return False if text.casefold() in _NO else Fault(faults.BAD_CHOICE, field)


def _language(field: Field, text: str) -> Read:
    return _LANGUAGES.get(text.casefold()) or Fault(faults.BAD_CHOICE, field)


def _status(field: Field, text: str) -> Read:
    """Whether somebody has left."""
    if text.casefold().startswith(_LEAVES):
        return True
    return False if text.casefold().startswith(_STAYS) else Fault(faults.BAD_CHOICE, field)


_READERS: Final[Mapping[Field, Callable[[Field, str], Read]]] = {
    Field.NUMBER: _number,
    Field.HEAD_NUMBER: _number,
    Field.NAME: _name,
    Field.CONTACT: _contact,
    Field.EMAIL: _email,
    Field.USERNAME: _username,
    Field.ENTERED: _date,
    Field.LEFT: _date,
    Field.PATH: _path,
    Field.IS_HEAD: _flag,
    Field.LANGUAGE: _language,
    Field.STATUS: _status,
}
