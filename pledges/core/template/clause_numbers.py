"""The ways a clause is numbered on paper: reading a typed number, writing the one expected."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from string import ascii_lowercase

from pledges.core.characters import half_width

CHAPTER, ARTICLE, CHINESE, CHINESE_BRACKETED = "chapter", "article", "chinese", "chinese-bracketed"
ARABIC, ARABIC_BRACKETED, CIRCLED = "arabic", "arabic-bracketed", "circled"
LETTER, ROMAN = "letter", "roman"
CAPITAL_LETTER, CAPITAL_ROMAN = "letter-capital", "roman-capital"
LATIN, CAPITALS = (LETTER, ROMAN), (CAPITAL_LETTER, CAPITAL_ROMAN)
"""Styles whose numbers can be read as a letter or as a Roman numeral: (i), and I. in English."""
MAX_DOTTED = 6

_ONES = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
_CIRCLED = [*range(0x2460, 0x2474), *range(0x3251, 0x3260), *range(0x32B1, 0x32C0)]
_ROMAN_TENS = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
_ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


def chinese(number: int) -> str:
    """A number from 1 to 9999 in Chinese numerals: 十二, 一百零五, 一千二百六十."""
    written = ""
    for digit, unit in zip(f"{number:04}", ("千", "百", "十", ""), strict=True):
        if digit != "0":
            written += _ONES[int(digit)] + unit
        elif written and not written.endswith("零"):
            written += "零"
    written = written.removesuffix("零")
    return written.removeprefix("一") if 10 <= number < 20 else written


def roman(number: int) -> str:
    """A number from 1 to 99 in small Roman numerals."""
    return _ROMAN_TENS[number // 10] + _ROMAN_ONES[number % 10]


_CHINESE_PARTS = re.compile("(?:(.)千)?零?(?:(.)百)?零?(?:(.?)十)?(.)?")
_READ_ROMAN = {roman(number): number for number in range(1, 100)}
_READ_CIRCLED = {chr(code): index for index, code in enumerate(_CIRCLED, start=1)}


def read_chinese(numeral: str) -> int | None:
    """The number a Chinese numeral stands for, 1 to 9999; None when it is not one."""
    parts = _CHINESE_PARTS.fullmatch(numeral)
    if parts is None or any(part and part not in _ONES for part in parts.groups()):
        return None
    number = 0
    for part, unit in zip(parts.groups(), (1000, 100, 10, 1), strict=True):
        # Ten is written without its one.
        number += unit * (_ONES.index(part) or 1) if part is not None else 0
    # What is written otherwise than here, such as 一百零十, may stand for another number.
    ways = (
        {chinese(number), "一" + chinese(number)} if number in range(10, 20) else {chinese(number)}
    )
    return number if number and numeral in ways else None


@dataclass(frozen=True)
class Marker:
    """A number as typed: what stands around the numeral, its style and its value.

    `value` has one part, or for dotted styles one for each part of 4.2.1.
    """

    style: str
    opening: str
    numeral: str
    closing: str
    value: tuple[int, ...]

    @property
    def typed(self) -> str:
        return self.opening + self.numeral + self.closing

    @property
    def ordinal(self) -> int:
        """The place it claims among its siblings."""
        return self.value[-1]

    @property
    def is_dotted(self) -> bool:
        return len(self.value) > 1

    def written(self, value: tuple[int, ...]) -> str:
        """Another number in the writing of this one: brackets, width and numerals kept."""
        if self.is_dotted and len(value) == 1:
            return f"{value[0]}."
        try:
            numeral = _WRITERS[self.style.split("-")[0], self._is_arabic](value)
        except IndexError:
            return f"({value[-1]})"
        if self.style in CAPITALS:
            numeral = numeral.upper()
        if self.numeral != half_width(self.numeral):
            numeral = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in numeral)
        return self.opening + numeral + self.closing

    @property
    def _is_arabic(self) -> bool:
        return half_width(self.numeral)[0].isdecimal()


def _plain(value: tuple[int, ...]) -> str:
    return str(value[-1])


def _in_chinese(value: tuple[int, ...]) -> str:
    return chinese(value[-1])


_WRITERS: dict[tuple[str, bool], Callable[[tuple[int, ...]], str]] = {
    ("chapter", True): _plain,
    ("chapter", False): _in_chinese,
    ("article", True): _plain,
    ("article", False): _in_chinese,
    ("chinese", False): _in_chinese,
    ("arabic", True): _plain,
    ("dotted", True): lambda value: ".".join(map(str, value)),
    ("circled", False): lambda value: chr(_CIRCLED[value[-1] - 1]),
    ("letter", False): lambda value: ascii_lowercase[value[-1] - 1],
    ("roman", False): lambda value: roman(value[-1]),
}

_D = "[0-9０-９]"
_ARABIC = f"{_D}{{1,3}}"
_HAN = "[〇零一二三四五六七八九十百]{1,7}"
_Patterns = tuple[tuple[str, re.Pattern[str]], ...]


def _compiled(*styles: tuple[str, str, str, str]) -> _Patterns:
    return tuple(
        (style, re.compile(f"(?P<opening>{opening})(?P<numeral>{numeral})(?P<closing>{closing})"))
        for style, opening, numeral, closing in styles
    )


_PATTERNS = _compiled(
    (CHAPTER, "第[ \u3000]?", f"{_HAN}|{_ARABIC}", "[ \u3000]?章"),
    (ARTICLE, "第[ \u3000]?", f"{_HAN}|{_ARABIC}", "[ \u3000]?条"),
    (CHINESE, "", _HAN, "、"),
    (CHINESE_BRACKETED, "[(（]", _HAN, "[)）]"),
    # No digit may follow, or a date or an amount at the head of a line would be cut in two.
    (
        "dotted",
        "",
        f"{_ARABIC}(?:[.．]{_ARABIC}){{1,{MAX_DOTTED - 1}}}",
        f"(?:[.．](?!{_D})|(?![.．]?{_D}))",
    ),
    (ARABIC, "", _ARABIC, f"(?:[.．](?!{_D})|、)"),
    (ARABIC_BRACKETED, "[(（]", _ARABIC, "[)）]"),
    (CIRCLED, "", f"[{''.join(_READ_CIRCLED)}]", ""),
    (LETTER, "[(（]", "[a-z]", "[)）]"),
    (ROMAN, "[(（]", "[ivxlc]{1,8}", "[)）]"),
)
_CAPITAL_PATTERNS = _compiled(
    (CAPITAL_LETTER, "", "[A-Z]", "[.](?= |$)"), (CAPITAL_ROMAN, "", "[IVXLC]{1,8}", "[.](?= |$)")
)


def read(line: str) -> tuple[Marker, ...]:
    """The readings of the number that `line` begins with: none, one, or two, as for (i)."""
    return _readings(line, _PATTERNS)


def read_capitals(line: str) -> tuple[Marker, ...]:
    """The readings of a number as only English texts have them: I. or A."""
    return _readings(line, _CAPITAL_PATTERNS)


def _readings(line: str, patterns: _Patterns) -> tuple[Marker, ...]:
    return tuple(
        Marker(
            f"dotted-{len(value)}" if style == "dotted" else style,
            match["opening"],
            match["numeral"],
            match["closing"],
            value,
        )
        for style, match in _matches(line, patterns)
        if (value := _value(style, match["numeral"]))
    )


def unreadable(line: str) -> str:
    """The number that `line` begins with when it has the look of one but no value, else ""."""
    for style, match in _matches(line, _PATTERNS):
        # A bracketed word of Roman letters is a word.
        if style not in (LETTER, ROMAN) and not _value(style, match["numeral"]):
            return match[0]
    return ""


def _matches(line: str, patterns: _Patterns) -> Iterable[tuple[str, re.Match[str]]]:
    for style, pattern in patterns:
        if match := pattern.match(line):
            yield style, match
            if style not in (LETTER, CAPITAL_LETTER):
                return


def _value(style: str, numeral: str) -> tuple[int, ...]:
    plain = half_width(numeral)
    if plain[0].isdecimal():
        return tuple(int(part) for part in plain.split("."))
    if style in (LETTER, CAPITAL_LETTER):
        return (ascii_lowercase.index(numeral.lower()) + 1,)
    if style in (ROMAN, CAPITAL_ROMAN):
        number = _READ_ROMAN.get(numeral.lower())
    elif style == CIRCLED:
        number = _READ_CIRCLED.get(numeral)
    else:
        number = read_chinese(numeral)
    return () if number is None else (number,)
