"""Which characters may stand in a document that people sign: only those that can be seen."""

import unicodedata

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


def code_point(character: str) -> str:
    """How a fault names a character that cannot be shown: "U+202E"."""
    return f"U+{ord(character):04X}"


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as ASCII, kinds of space as one; nothing else changes.

    Not NFKC: that would read "5²" as 52.
    """
    return text.translate(_NUMERIC_VARIANTS)


def unified_line_breaks(text: str) -> str:
    r"""The text with \r\n and \r written as \n."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
