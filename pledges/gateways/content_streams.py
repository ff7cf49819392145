"""The operators of a content stream (ISO 32000-1, 7.8.2), each with the operands that it takes.

Readers differ in what they make of an operator with too few operands, of a number that runs into a
word, of text outside a text object or of a path that is interrupted. So none of that passes: what
is drawn is written as the renderer writes it.
"""

import re
from typing import Final

_SPACE = r"[\t\n\r ]"
_END = r"(?![^\t\n\r \[\]<>/])"
_NUMBER = r"-?(?:[0-9]{1,10}+(?:\.[0-9]{0,20}+)?+|\.[0-9]{1,20}+)"
_NAME = r"/[A-Za-z0-9_.+-]{1,100}+"
_TAG = rf"/(?!OC{_SPACE})[A-Za-z0-9_.+-]{{1,100}}+"
"""Of marked content: anything but optional content (8.11.3.2), which a reader may hide."""
_STRING = r"<(?:[0-9A-Fa-f]{4})*+>"
"""Numbers of glyphs, of two bytes each."""
_PROPERTIES = rf"<<{_SPACE}*+/MCID{_SPACE}++[0-9]{{1,9}}+{_SPACE}*+>>{_SPACE}*+"
_DASHES = rf"\[(?:{_SPACE}*+[0-9]{{1,5}}(?:\.[0-9]{{0,20}})?+(?={_SPACE}|\]))*+{_SPACE}*+\]"
_SHOWN = rf"\[(?:{_SPACE}*+(?:{_STRING}|{_NUMBER}(?={_SPACE}|[<\]])))*+{_SPACE}*+\]"


def _words(*operators: str) -> str:
    return "(?:" + "|".join(map(re.escape, operators)) + ")" + _END


def _numbers(count: int, *operators: str) -> str:
    return f"(?:{_NUMBER}{_SPACE}++){{{count}}}" + _words(*operators)


def _any(*statements: str) -> str:
    return f"(?:{_SPACE}*+(?:" + "|".join(statements) + "))"


def _by_beginning(numbers: list[str], names: list[str], words: list[str]) -> tuple[str, ...]:
    """Statements sorted by their first character, so that few of them are tried in vain."""
    return (
        "(?=[0-9.-])(?:" + "|".join(numbers) + ")",
        "(?=/)(?:" + "|".join(names) + ")",
        *words,
    )


_NUMBERED: Final = [
    _numbers(3, "rg", "RG"),
    _numbers(1, "w", "M", "g", "G", "Tc", "Tw", "Tz", "TL", "Ts"),
    rf"[0-2]{_SPACE}++" + _words("Tr", "J", "j"),
]
"""Without what hides text: rendering modes from 3 on (9.3.6)."""
_NAMED: Final = [
    rf"{_NAME}{_SPACE}++" + _numbers(1, "Tf"),
    rf"{_NAME}{_SPACE}++" + _words("gs"),
    rf"{_TAG}{_SPACE}*+{_PROPERTIES}" + _words("BDC"),
    rf"{_TAG}{_SPACE}++" + _words("BMC"),
]
_DASHED: Final = rf"{_DASHES}{_SPACE}*+" + _numbers(1, "d")
_PATH: Final = "".join(
    (
        "(?:" + _numbers(2, "m") + "|" + _numbers(4, "re") + ")",
        _any(
            _numbers(2, "l", "m"), _numbers(6, "c"), _numbers(4, "re", "v", "y"), _words("h")
        ) + "*+",
        rf"(?:{_SPACE}*+" + _words("W*", "W") + ")?+",
        rf"{_SPACE}*+" + _words("n", "S", "s", "f*", "f", "B*", "B", "b*", "b"),
    )
)  # fmt: skip
_TEXT: Final = "".join(
    (
        _words("BT"),
        _any(
            rf"{_SHOWN}{_SPACE}*+" + _words("TJ"),
            rf"{_STRING}{_SPACE}*+" + _words("Tj"),
            *_by_beginning(
                [_numbers(6, "Tm"), _numbers(2, "Td", "TD"), *_NUMBERED],
                _NAMED,
                [_words("T*", "EMC"), _DASHED],
            ),
        )
        + "*+",
        rf"{_SPACE}*+" + _words("ET"),
    )
)
_CONTENT: Final = re.compile(
    (
        _any(
            _words("q", "Q", "EMC"),
            *_by_beginning(
                [_PATH, _numbers(6, "cm"), *_NUMBERED],
                [*_NAMED, rf"{_NAME}{_SPACE}++" + _words("Do")],
                [_TEXT, _DASHED],
            ),
        )
        + f"*+{_SPACE}*+"
    ).encode()
)
"""Without inline images, shadings, colour spaces and whatever hides or replaces (annex A)."""
_USE: Final = re.compile(rf"({_NAME}){_SPACE}++(?:{_NUMBER}{_SPACE}++)?+(Tf|gs|Do){_END}".encode())
_RESOURCES: Final = {b"Tf": "/Font", b"gs": "/ExtGState", b"Do": "/XObject"}


def foreign(content: bytes) -> str:
    """What stands first in `content` that is no known operator with its operands, or nothing."""
    known = _CONTENT.match(content)
    reached = known.end() if known else 0
    return content[reached : reached + 20].decode("latin-1")


def used(content: bytes) -> set[tuple[str, str]]:
    """The resources that well-formed `content` uses: kind and name of each."""
    names = {found.groups() for found in _USE.finditer(content)}
    return {(_RESOURCES[operator], name.decode()) for name, operator in names}
