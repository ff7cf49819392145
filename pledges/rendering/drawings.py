"""An appearance as it stands in a file, drawn as SVG: the same lines and letters, in a page.

Its letters become outlines, so they look the same whatever fonts the reader's device has. Colours
and widths are presentation attributes, which a page's policy allows (no style is used).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Final

import uharfbuzz
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pledges.core.appearances import Appearance

Numbers = tuple[float, ...]

CAPS: Final = ("butt", "round", "square")
JOINS: Final = ("miter", "round", "bevel")
FILLED, STROKED, BOTH = 0, 1, 2
"""Text rendering modes (ISO 32000-1, table 106)."""
PATH: Final = {b"m": ("M", 2), b"l": ("L", 2), b"c": ("C", 6), b"h": ("Z", 0)}
PAINT: Final = {b"S": STROKED, b"f": FILLED, b"B": BOTH}
STATE: Final = {b"w": "width", b"J": "cap", b"j": "join", b"Tr": "mode"}
WITHOUT_INK: Final = frozenset({b"BMC", b"EMC", b"BT", b"ET"})


class Undrawable(ValueError):
    """The appearance says something that our own never say."""


@dataclass
class _Pen:
    """The state in which things are drawn (8.4), and what was drawn so far."""

    fonts: Mapping[str, uharfbuzz.Font]
    fill: str = "#000000"
    ink: str = "#000000"
    width: float = 1.0
    cap: float = 0
    join: float = 0
    mode: float = FILLED
    font: uharfbuzz.Font | None = None
    size: float = 0.0
    at: tuple[float, float] = (0.0, 0.0)
    path: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)

    def paint(self, outline: str, mode: float) -> None:
        line = {
            "stroke": self.ink,
            "stroke-width": _number(self.width),
            "stroke-linecap": CAPS[int(self.cap)],
            "stroke-linejoin": JOINS[int(self.join)],
        }
        attributes = {"fill": self.fill if mode != STROKED else "none"}
        attributes |= line if mode != FILLED else {}
        written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
        self.drawn.append(f'<path d="{outline}" {written}/>')

    def write(self, codes: bytes) -> None:
        """Letters, by the numbers of their glyphs, from where the pen is."""
        if self.font is None:
            raise Undrawable("letters without a font")
        glyphs = bytes.fromhex(codes[1:-1].decode("ascii"))
        scale = self.size / self.font.face.upem
        left, base = self.at
        outline = _Outline(lambda x, y: (left + x * scale, base + y * scale))
        for place in range(0, len(glyphs), 2):
            number = int.from_bytes(glyphs[place : place + 2], "big")
            self.font.draw_glyph_with_pen(number, outline)
            left += self.font.get_glyph_h_advance(number) * scale
        if outline.path:
            self.paint("".join(outline.path), self.mode)


class _Outline:
    """Takes the outline of a glyph from HarfBuzz, which calls it by these names."""

    def __init__(self, place: Callable[[float, float], tuple[float, float]]) -> None:
        self.path: list[str] = []
        self._place = place

    def _add(self, operator: str, *points: tuple[float, float]) -> None:
        placed = (number for point in points for number in self._place(*point))
        self.path.append(operator + " ".join(map(_number, placed)))

    def moveTo(self, point: tuple[float, float]) -> None:
        self._add("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:
        self._add("L", point)

    def curveTo(self, *points: tuple[float, float]) -> None:
        self._add("C", *points)

    def qCurveTo(self, *points: tuple[float, float]) -> None:
        self._add("Q", *points)

    def closePath(self) -> None:
        self._add("Z")


def draw(appearance: Appearance, label: str) -> SafeString:
    """The drawing as an `svg` element that `label` names; raises `Undrawable`."""
    fonts = {name: uharfbuzz.Font(uharfbuzz.Face(data)) for name, data in appearance.fonts.items()}
    pen = _Pen(fonts)
    operands: list[bytes] = []
    try:
        for token in appearance.operators.split():
            if token.isalpha():
                _operate(pen, token, operands)
                operands = []
            else:
                operands.append(token)
    except (ValueError, IndexError, KeyError) as error:
        raise Undrawable(f"{type(error).__name__}: {error}") from error
    # In what was drawn are numbers, words of ours and colours in hexadecimal alone.
    drawn = mark_safe("".join(pen.drawn))
    width, height = _number(appearance.width), _number(appearance.height)
    return format_html(
        '<svg class="drawing" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img"'
        ' aria-label="{}"><g transform="matrix(1 0 0 -1 0 {})">{}</g></svg>',
        width,
        height,
        label,
        height,
        drawn,
    )


def _operate(pen: _Pen, operator: bytes, operands: list[bytes]) -> None:
    if operator in PATH:
        letter, count = PATH[operator]
        pen.path.append(letter + " ".join(map(_number, _numbers(operands, count))))
    elif operator in PAINT:
        pen.paint("".join(pen.path), PAINT[operator])
        pen.path = []
    elif operator in STATE:
        (value,) = _numbers(operands, 1)
        if operator != b"w" and value not in (0, 1, 2):
            raise Undrawable("a state that ours are never in")
        setattr(pen, STATE[operator], value)
    elif operator in (b"rg", b"RG"):
        setattr(pen, "fill" if operator == b"rg" else "ink", _colour(_numbers(operands, 3)))
    elif operator == b"Tf":
        pen.font, pen.size = pen.fonts[operands[0].decode("ascii")[1:]], float(operands[1])
    elif operator == b"Tm":
        across, up, back, down, left, base = _numbers(operands, 6)
        if (across, up, back, down) != (1, 0, 0, 1):
            raise Undrawable("letters that are turned")
        pen.at = left, base
    elif operator == b"Tj":
        pen.write(operands[0])
    elif operator not in WITHOUT_INK:
        raise Undrawable(operator.decode("ascii"))


def _numbers(operands: list[bytes], count: int) -> Numbers:
    if len(operands) != count:
        raise Undrawable("an operator without its numbers")
    numbers = tuple(map(float, operands))
    if not all(map(isfinite, numbers)):
        raise Undrawable("a number without an end")
    return numbers


def _colour(parts: Numbers) -> str:
    return "#" + "".join(f"{round(min(max(part, 0), 1) * 255):02x}" for part in parts)


def _number(value: float) -> str:
    """To a hundredth of a point."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"
