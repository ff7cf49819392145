"""What is drawn into the two signature fields: the pledgor's hand, and the company's stamp."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pledges.core.languages import ENGLISH
from pledges.core.template.typed_values import written_date
from pledges.proof.fileformat import BOX_MM
from pledges.rendering import fonts as faces
from pledges.rendering import paper_wording
from pledges.rendering.figures import Figure
from pledges.rendering.fonts import FontSubset, MissingGlyph
from pledges.rendering.lettering import Typesetter

Point = tuple[float, float]
Stroke = Sequence[Point]

INK, VERMILION = (31, 35, 40), (179, 38, 30)
"""Vermilion is for the company's stamp alone."""
BOLD = 0.03
"""The fonts come in one weight: what is to be bold is stroked by so many em."""

HAND_TOP, HAND_WIDTH, HAND_HEIGHT = 2.0, 70.0, 22.0
"""The area for the handwriting, in the middle of the box; lengths are in millimetres."""
PEN = 0.9
MAX_SCALE = 90.0
"""A signature drawn small stays modest: so wide the whole drawing area becomes at most."""
NAME_SIZE, SMALL_NAME_SIZE, NAME_WIDTH = 3.7, 2.8, 66.0
"""The size of a printed name (10.5 pt), that of one on two lines, and the length of a line."""
LEADING = 1.6
"""From line to line, in the size of the letters."""
MAX_TYPED_SIZE = 12.0


@dataclass(frozen=True)
class SignatureImage:
    """The image of a signature: strokes as drawn, or the name as typed.

    Points are divided by the width of the drawing area, in both directions, so that x is within
    0..1 and proportions are kept.
    """

    strokes: tuple[tuple[Point, ...], ...] = ()
    typed: str = ""


def draw_signature(
    image: SignatureImage, *, name: str, signed_at: datetime, language: str, fonts: FontSubset
) -> bytes:
    """A one-page PDF of the manager's field: the image, the name in print, the date of signing.

    Raises `MissingGlyph`.
    """
    typed, name = _in_one_line(image.typed), _in_one_line(name)
    label = paper_wording.SIGNING_DATE.in_(language)
    day = written_date(signed_at.date(), language)
    dated = f"{label}: {day}" if language == ENGLISH else f"{label}：{day}"
    figure = _figure(INK, typed + name + dated, language, fonts)
    if image.strokes:
        for stroke in hand_strokes(image.strokes):
            _draw(figure, stroke)
    else:
        size = _size_to_fit(typed, widest=NAME_WIDTH, largest=MAX_TYPED_SIZE)
        figure.write(typed, top=HAND_TOP, height=HAND_HEIGHT, size=size)
    top = HAND_TOP + HAND_HEIGHT
    size, lines = _name_lines(name)
    for line in lines:
        figure.write(line, top=top, height=size * LEADING, size=size)
        top += size * LEADING
    figure.write(dated, top=top, height=NAME_SIZE * LEADING, size=NAME_SIZE)
    return figure.finished()


def draw_stamp(
    *, organisation: str, number: str, accepted_at: datetime, language: str, fonts: FontSubset
) -> bytes:
    """A one-page PDF of the company's field: its stamp, which says that it is an electronic one.

    The date on it is that of the confirmation, so it also says since when the pledge is in effect.
    Raises `MissingGlyph`.
    """
    organisation = _in_one_line(organisation)
    confirmed = paper_wording.CONFIRMED.in_(language)
    in_effect = paper_wording.IN_EFFECT.in_(language)
    numbered = f"{paper_wording.NUMBER.in_(language)} {number}"
    day = written_date(accepted_at.date(), language)
    dated = f"{paper_wording.CONFIRMATION_DATE.in_(language)} {day}"
    text = organisation + confirmed + in_effect + numbered + dated
    figure = _figure(VERMILION, text, language, fonts)
    figure.frame(5.45, 3.45, 70.55, 36.55, radius=2.05, width=0.9)
    figure.frame(6.625, 4.625, 69.375, 35.375, radius=1.475, width=0.25)
    size = _size_to_fit(organisation, widest=58, largest=4.8)
    figure.write(organisation, top=6.4, height=6.6, size=size, bold=BOLD)
    size, spacing = (4.4, 0.0) if language == ENGLISH else (6.0, 0.3)
    figure.write(confirmed, top=13.0, height=8, size=size, spacing=spacing, bold=BOLD)
    for place, line in enumerate((in_effect, numbered, dated)):
        figure.write(line, top=20.6 + 4.5 * place, height=4.5, size=3.2)
    return figure.finished()


def _figure(colour: tuple[int, int, int], text: str, language: str, fonts: FontSubset) -> Figure:
    if missing := faces.missing_glyphs(text):
        raise MissingGlyph(missing)
    typesetter = Typesetter(faces.covering_alone(fonts, text), language)
    return Figure(*BOX_MM, colour, typesetter)


def _in_one_line(text: str) -> str:
    """White space as HTML has it: the ideographic space is none."""
    return re.sub(r"[ \t\r\n\f]+", " ", text).strip(" ")


def _name_lines(name: str) -> tuple[float, list[str]]:
    """The size of a printed name, and its lines: one, or two of smaller letters."""
    if _size_to_fit(name, widest=NAME_WIDTH, largest=NAME_SIZE) == NAME_SIZE:
        return NAME_SIZE, [name]
    size = _size_to_fit(name, widest=2 * NAME_WIDTH - NAME_SIZE, largest=SMALL_NAME_SIZE)
    end = next(end for end in range(len(name), 0, -1) if _ems(name[:end]) * size <= NAME_WIDTH)
    # Between words where that leaves no more than fits on the second line.
    space = name.rfind(" ", 0, end + 1)
    if space > 0 and _ems(name[space + 1 :]) * size <= NAME_WIDTH:
        end = space
    return size, [line for line in (name[:end].strip(" "), name[end:].strip(" ")) if line]


def _size_to_fit(text: str, *, widest: float, largest: float) -> float:
    """The font size in millimetres at which `text` is at most `widest` millimetres wide."""
    return round(min(largest, widest / (_ems(text) or 1.0)), 2)


def _ems(text: str) -> float:
    return sum(1.0 if ord(char) > 0x2E7F else 0.6 for char in text)


# --- The hand -------------------------------------------------------------------------------------
def hand_strokes(strokes: Sequence[Stroke]) -> list[list[Point]]:
    """Strokes fitted into the middle of the handwriting area, in its millimetres."""
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return []
    left, top = min(x for x, _ in points), min(y for _, y in points)
    width, height = max(x for x, _ in points) - left, max(y for _, y in points) - top
    scale = min(
        MAX_SCALE,
        (HAND_WIDTH - 3) / width if width else MAX_SCALE,
        (HAND_HEIGHT - 2) / height if height else MAX_SCALE,
    )
    right_by = (HAND_WIDTH - width * scale) / 2 - left * scale
    down_by = (HAND_HEIGHT - height * scale) / 2 - top * scale
    return [
        [(x * scale + right_by, y * scale + down_by) for x, y in stroke]
        for stroke in strokes
        if stroke
    ]


def _draw(figure: Figure, stroke: Sequence[Point]) -> None:
    """A line through the middles of the drawn segments, bent by the drawn points between them."""
    left = (BOX_MM[0] - HAND_WIDTH) / 2
    points = [(x + left, y + HAND_TOP) for x, y in stroke]
    at = points[0]
    path = [figure.move_to(at)]
    for bend, following in pairwise(points[1:]):
        end = _between(bend, following, 1 / 2)
        # A quadratic curve as a cubic one, which is all that a page knows.
        path.append(figure.curve_to(_between(at, bend, 2 / 3), _between(end, bend, 2 / 3), end))
        at = end
    # A dot is a line of no length; round caps make it visible.
    path.append(figure.line_to(points[-1]))
    figure.stroke(path, PEN)


def _between(one: Point, other: Point, part: float) -> Point:
    return one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part
