"""Numbers and dates as people type them, to their canonical text."""

import re
from datetime import date

from pledges.core.characters import half_width
from pledges.core.languages import ENGLISH, Localized
from pledges.core.template.clause_numbers import read_chinese

_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3}){1,9}|[0-9]{1,3}(?: [0-9]{3}){1,9}|[0-9]{1,30}"
_NUMBER = re.compile(
    rf"(?P<sign>[+-]?) *(?P<whole>{_GROUPED})(?:\.(?P<fraction>[0-9]{{1,30}}))?(?![0-9.,]) *"
)
_HAN_NUMBER = re.compile("([一二两三四五六七八九十百千零]+) *")
_ARTICLE = re.compile("第|articles? |art[.]? ?")
_PERCENT_SIGNS = frozenset({"%", "percent", "per cent", "pct", "百分点"})
_PERCENT_OPENING = "百分之"

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH_OF = {name: index for index, name in enumerate(_MONTHS, start=1)}
_MONTH_OF |= {name[:3]: index for name, index in _MONTH_OF.items()} | {"sept": 9}
_YEAR_FIRST = re.compile(
    r"([1-9][0-9]{3}) *([-/.年]) *([0-9]{1,2}) *([-/.月]) *([0-9]{1,2}) *(日|号)?"
)
_COMPACT = re.compile(r"([1-9][0-9]{3})([0-9]{2})([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)? +([a-z]{3,9})\.?,? +([1-9][0-9]{3})")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? +([0-9]{1,2})(?:st|nd|rd|th)?,? +([1-9][0-9]{3})")


def read_number(typed: str, unit: Localized, *, percent: bool = False) -> str | None:
    """The number as plain decimal text ("-1200.5"), or None when `typed` is not one number.

    Full-width digits, spaces, thousands separators, Chinese numerals up to 9999, and the unit or a
    plain form of it after the number are understood.
    """
    text = half_width(typed).strip().casefold()
    if percent:
        text = text.removeprefix(_PERCENT_OPENING).lstrip()
    accepted = _unit_forms(unit) | (_PERCENT_SIGNS if percent else frozenset())
    if match := _NUMBER.match(text):
        return _plain(match) if text[match.end() :] in accepted else None
    if match := _HAN_NUMBER.match(text):
        number = read_chinese(match[1].replace("两", "二"))
        if number is not None and text[match.end() :] in accepted:
            return str(number)
    return None


def read_article(typed: str) -> str | None:
    """The number of an article as it is cited (第五百零九条, 第509条, Article 509), or None."""
    text = half_width(typed).strip().casefold().removesuffix("条")
    opening = _ARTICLE.match(text)
    return read_number(text[opening.end() :] if opening else text, Localized())


def _plain(match: re.Match[str]) -> str:
    whole = re.sub("[, ]", "", match["whole"]).lstrip("0") or "0"
    fraction = (match["fraction"] or "").rstrip("0")
    number = whole + ("." + fraction if fraction else "")
    return "-" + number if match["sign"] == "-" and number != "0" else number


def _unit_forms(unit: Localized) -> frozenset[str]:
    """The forms of a unit that people type: 个工作日 also as 工作日, 次/月 as 次, hours as hour."""
    forms = {""}
    for wording in (unit.zh, unit.en):
        full = half_width(wording).strip().casefold()
        for form in (full, full.split("/")[0].strip(), full.split(" per ")[0]):
            forms |= {form, form.removeprefix("个"), form.removesuffix("s")}
            forms.add(form + "s" if form.isascii() else form)
    if "天" in forms or "日" in forms:
        forms |= {"天", "日"}
    return frozenset(forms - {"s"})


def read_date(typed: str) -> date | None:
    """The date meant, or None. Only orders that cannot be misread: 11/12/2026 is refused."""
    text = half_width(typed).strip().casefold()
    try:
        if match := _YEAR_FIRST.fullmatch(text):
            year, first, month, second, day, ending = match.groups()
            if (first == "年") != (second == "月") or (first != second and first != "年"):
                return None
            if ending and first != "年":
                return None
            return date(int(year), int(month), int(day))
        if match := _COMPACT.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.fullmatch(text):
            return date(int(match[3]), _MONTH_OF[match[2]], int(match[1]))
        if match := _MONTH_FIRST.fullmatch(text):
            return date(int(match[3]), _MONTH_OF[match[1]], int(match[2]))
    except (ValueError, KeyError):
        return None
    return None


def written_date(day: date, language: str) -> str:
    """2026年11月23日, or 23 November 2026 in English."""
    if language == ENGLISH:
        return f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"
