"""What is drawn into the two signature fields: the pledgor's hand, and the company's stamp."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pledges.core.languages import ENGLISH
from pledges.core.template.typed_values import written_date
from pledges.proof.fileformat import BOX_MM
from pledges.rendering import fonts as faces
from pledges.rendering import handwriting, paper_wording
from pledges.rendering.figures import Figure
from pledges.rendering.fitting import Strip
from pledges.rendering.fonts import FontSubset, MissingGlyph
from pledges.rendering.handwriting import HAND_HEIGHT, HAND_TOP, Point
from pledges.rendering.lettering import Typesetter

INK, VERMILION = (31, 35, 40), (179, 38, 30)
"""Vermilion is for the company's stamp alone."""

NAME_SIZE, LINE_HEIGHT = 3.7, 5.92
"""The size of a printed name and of the date (10.5 pt), and the height of their lines."""
SAID_SIZE, SAID_HEIGHT = 2.6, 5.0
"""The line below a typed name, which says that it was typed."""
TYPED = Strip(width=66.0, height=HAND_HEIGHT - SAID_HEIGHT, largest=12.0, enough=4.0, leading=1.15)
NAME = Strip(width=66.0, height=8.9, largest=NAME_SIZE, enough=3.0, leading=1.3)
COMPANY = Strip(width=58.0, height=6.6, largest=4.8, enough=2.8, leading=1.15)
"""Where the company's name stands in its stamp."""


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
        _write(figure, typed, TYPED, top=HAND_TOP, height=TYPED.height)
        figure.write(said, top=HAND_TOP + TYPED.height, height=SAID_HEIGHT, size=SAID_SIZE)
    top = HAND_TOP + HAND_HEIGHT
    top += _write(figure, name, NAME, top=top, height=LINE_HEIGHT)
    figure.write(dated, top=top, height=LINE_HEIGHT, size=NAME_SIZE)
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
    _write(figure, organisation, COMPANY, top=6.4, height=COMPANY.height, bold=True)
    size, spacing = (4.4, 0.0) if language == ENGLISH else (6.0, 0.3)
    figure.write(confirmed, top=13.0, height=8, size=size, spacing=spacing, bold=True)
    for place, line in enumerate((in_effect, numbered, dated)):
        figure.write(line, top=20.6 + 4.5 * place, height=4.5, size=3.2)
    return figure.finished()


def draw_seal(
    *, organisation: str, said: str, lines: Sequence[str], language: str, fonts: FontSubset
) -> bytes:
    """The same of a record, on which the company alone has a field. Raises `MissingGlyph`."""
    organisation = _in_one_line(organisation)
    figure = _figure(VERMILION, "".join(lines), language, fonts, bold=organisation + said)
    figure.frame(5.45, 3.45, 70.55, 36.55, radius=2.05, width=0.9)
    figure.frame(6.625, 4.625, 69.375, 35.375, radius=1.475, width=0.25)
    _write(figure, organisation, COMPANY, top=6.4, height=COMPANY.height, bold=True)
    size, spacing = (4.4, 0.0) if language == ENGLISH else (6.0, 0.3)
    figure.write(said, top=14.0, height=8, size=size, spacing=spacing, bold=True)
    for place, line in enumerate(lines):
        figure.write(line, top=24.0 + 4.5 * place, height=4.5, size=3.2)
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


def _write(
    figure: Figure, text: str, strip: Strip, *, top: float, height: float, bold: bool = False
) -> float:
    """Write the text into the middle of a strip of at least `height`; gives its height."""
    size, lines = strip.fit(text, lambda words: figure.typesetter.width(words, bold=bold))
    line_height = size * strip.leading
    taken = max(height, len(lines) * line_height)
    first = top + (taken - len(lines) * line_height) / 2
    for place, line in enumerate(lines):
        line_top = first + place * line_height
        figure.write(line, top=line_top, height=line_height, size=size, bold=bold)
    return taken
