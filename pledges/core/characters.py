"""Which characters may stand in a document that people sign: only those that can be seen.

And how words that somebody else wrote are shown, in which any may stand.
"""

import unicodedata
from collections.abc import Callable
from typing import Literal

EMPLOYEE_NUMBER = r"[A-Za-z0-9 '()+,\-./:=?]+"
"""What an employee number may be made of: a certificate carries it as a PrintableString (X.520)."""

_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
# Letters, marks and symbols by category that nevertheless print nothing (Unicode
# Default_Ignorable_Code_Point, and the blank Braille cell): an answer of them would look empty.
# Ideographic variation selectors (U+E0100 and up) stay: they choose the form of a name's character.
_INVISIBLE = frozenset(
    (
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        *(0x180B, 0x180C, 0x180D, 0x180F),
        *range(0xFE00, 0xFE10),
    )
)
_SELECTORS = range(0xE0100, 0xE01F0)
_IDEOGRAPHS = ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")
MAX_SHOWN = 200  # characters of one value
# Unicode's Stream-Safe Text Format (UAX #15): no language writes more accents on one letter.
_MAX_MARKS = 30
_JOINER = "\u034f"
_FULL_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NUMERIC_VARIANTS: dict[int, int | str] = {
    **_FULL_WIDTH,
    ord("\u3000"): " ",
    ord("\u00a0"): " ",
    ord("\u202f"): " ",
    ord("\u2212"): "-",
    ord("\ufe63"): "-",
    ord("\t"): " ",
}


def is_refused(character: str) -> bool:
    """Whether a character is a control, unassigned, private, bidirectional or invisible one."""
    return unicodedata.category(character) in _REFUSED_CATEGORIES or ord(character) in _INVISIBLE


def refused_at(text: str, allowed: str = "") -> int | None:
    """The index of the first refused character that is not in `allowed`; None when all may stay."""
    for index, character in enumerate(text):
        if character not in allowed and is_refused(character):
            return index
    return None


def made_visible(text: str, allowed: str = "") -> str:
    """`text` with a mark in place of each refused character that is not in `allowed`."""
    return "".join(
        char if char in allowed or not is_refused(char) else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


def unfit_in_name(text: str) -> str | None:
    """The first character that no name may hold; None where all may stand.

    For names of people, departments and the like, from wherever they come: what cannot be seen
    makes two names look the same, and what turns or breaks a line makes one look like another.
    """
    for before, character in zip(["", *text], text, strict=False):
        if is_refused(character) or _is_loose(character, before):
            return character
    return None


def code_point(character: str) -> str:
    """How a fault names a character that cannot be shown: "U+202E"."""
    return f"U+{ord(character):04X}"


def normalized(form: Literal["NFC", "NFKC"], text: str) -> str:
    """The text in one of Unicode's normal forms, in a time that grows with its length alone.

    Whoever sorts a run of accents takes a time that grows with the square of it: half a megabyte
    of them would hold a process, with all its threads, for minutes. So a longer run is divided, as
    UAX #15 has it, by a joiner, which neither names nor answers may hold.
    """
    if text.isascii():
        return text
    safe, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MAX_MARKS:
            safe.append(_JOINER)
            marks = 1
        safe.append(character)
    return unicodedata.normalize(form, "".join(safe))


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as ASCII, kinds of space as one; nothing else changes.

    Not NFKC: that would read "5²" as 52.
    """
    return text.translate(_NUMERIC_VARIANTS)


def as_typed_number(text: str) -> str:
    """An employee number as it is known, however wide its characters were typed."""
    return half_width(text).strip()


def unified_line_breaks(text: str) -> str:
    r"""The text with \r\n and \r written as \n."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shown(text: str) -> str:
    """A value that somebody else wrote, as it may stand in a sentence: escaped, and cut."""
    escaped = escape_invisible(text[: MAX_SHOWN + 1])
    return escaped if len(escaped) <= MAX_SHOWN else f"{escaped[: MAX_SHOWN - 1]}…"


def escape_invisible(text: str) -> str:
    r"""`text` with all that cannot be seen, or steers what can, as Python writes it: "\x1b".

    For terminals, pages and logs, where such characters clear the screen, turn the direction of
    writing or forge a line. What can be seen stays, backslashes too: it is to be read by people.
    """
    return _escaped(text, lambda character: character.encode("unicode_escape").decode())


def escape_lines(text: str) -> str:
    """The same for a text of several lines."""
    return "\n".join(map(escape_invisible, text.split("\n")))


def escape_json(text: str) -> str:
    """The same for a JSON document, in its own escapes: whoever parses it finds all as it was."""
    return "\n".join(_escaped(line, _json_escape) for line in text.split("\n"))


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _escaped(text: str, write: Callable[[str], str]) -> str:
    if text.isascii() and text.isprintable():
        return text
    before = ["", *text]
    return "".join(
        write(character) if is_refused(character) or _is_loose(character, last) else character
        for last, character in zip(before, text, strict=False)
    )


def _is_loose(character: str, before: str) -> bool:
    """Whether a variation selector stands behind anything but the ideograph whose form it sets."""
    if ord(character) not in _SELECTORS:
        return False
    return not (before and unicodedata.name(before, "").startswith(_IDEOGRAPHS))
