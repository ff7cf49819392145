"""What is drawn into the two signature fields: the pledgor's hand, and the company's stamp."""

import re
from dataclasses import dataclass
from datetime import datetime

from pledges.core.languages import ENGLISH
from pledges.core.template.typed_values import written_date
from pledges.proof.fileformat import BOX_MM
from pledges.rendering import fonts as faces
from pledges.rendering import handwriting, paper_wording
from pledges.rendering.figures import Figure
from pledges.rendering.fonts import FontSubset, MissingGlyph
from pledges.rendering.handwriting import HAND_HEIGHT, HAND_TOP, Point
from pledges.rendering.lettering import Typesetter

INK, VERMILION = (31, 35, 40), (179, 38, 30)
"""Vermilion is for the company's stamp alone."""

NAME_SIZE, SMALL_NAME_SIZE, NAME_WIDTH = 3.7, 2.8, 66.0
"""The size of a printed name (10.5 pt), that of one on two lines, and the length of a line."""
LEADING = 1.6
"""From line to line, in the size of the letters."""
MAX_TYPED_SIZE = 12.0
SAID_SIZE, SAID_HEIGHT = 2.6, 5.0
"""The line below a typed name, which says that it was typed."""


@dataclass(frozen=True)
class SignatureImage:
    """The image of a signature: strokes as drawn, or the name as typed.

    Points are divided by the width of the drawing area, in both directions, so that x is within
    0..1 and proportions are kept. Every point of a stroke has the width of the pen there, or none.
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
    day = written_date(signed_at.date(), language)
    dated = paper_wording.labelled(paper_wording.SIGNING_DATE, language) + day
    said = "" if image.strokes else paper_wording.TYPED.in_(language)
    figure = _figure(INK, typed + said + name + dated, language, fonts)
    if image.strokes:
        handwriting.draw(figure, image.strokes)
    else:
        size = _size_to_fit(typed, widest=NAME_WIDTH, largest=MAX_TYPED_SIZE)
        height = HAND_HEIGHT - SAID_HEIGHT
        figure.write(typed, top=HAND_TOP, height=height, size=size)
        figure.write(said, top=HAND_TOP + height, height=SAID_HEIGHT, size=SAID_SIZE)
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
    bold, plain = organisation + confirmed, in_effect + numbered + dated
    figure = _figure(VERMILION, plain, language, fonts, bold=bold)
    figure.frame(5.45, 3.45, 70.55, 36.55, radius=2.05, width=0.9)
    figure.frame(6.625, 4.625, 69.375, 35.375, radius=1.475, width=0.25)
    size = _size_to_fit(organisation, widest=58, largest=4.8)
    figure.write(organisation, top=6.4, height=6.6, size=size, bold=True)
    size, spacing = (4.4, 0.0) if language == ENGLISH else (6.0, 0.3)
    figure.write(confirmed, top=13.0, height=8, size=size, spacing=spacing, bold=True)
    for place, line in enumerate((in_effect, numbered, dated)):
        figure.write(line, top=20.6 + 4.5 * place, height=4.5, size=3.2)
    return figure.finished()


def _figure(
    colour: tuple[int, int, int], text: str, language: str, fonts: FontSubset, *, bold: str = ""
) -> Figure:
    if missing := faces.missing_glyphs(text + bold):
        raise MissingGlyph(missing)
    chosen = faces.covering_alone(fonts, text + bold)
    typesetter = Typesetter(chosen, language, bold=faces.bold_for(bold) if bold else b"")
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
