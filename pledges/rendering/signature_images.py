"""What is drawn into the two signature fields: the pledgor's hand, and the company's stamp."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.template.loader import render_to_string

from pledges.core.template.typed_values import written_date
from pledges.proof.fileformat import CURRENT
from pledges.rendering import paper_wording, press
from pledges.rendering.fonts import FontSubset
from pledges.rendering.inline_text import typeset
from pledges.rendering.paper import stylesheet

Point = tuple[float, float]
Stroke = Sequence[Point]

HAND_WIDTH, HAND_HEIGHT = 700.0, 220.0
"""The area for the handwriting, in tenths of a millimetre."""
NAME_SIZE, SMALL_NAME_SIZE, NAME_WIDTH = 3.7, 2.8, 66.0
"""The size of a printed name (10.5 pt), that of one on two lines, and the length of a line; in
millimetres."""
MAX_SCALE = 900.0
"""A signature drawn small stays modest: the full drawing width becomes 90 mm at most."""


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
    """A one-page PDF of the manager's field: the image, the name in print, the date of signing."""
    return _figure(
        "document/signature.html",
        {
            "paths": hand_paths(image.strokes),
            "hand_width": f"{HAND_WIDTH:.0f}",
            "hand_height": f"{HAND_HEIGHT:.0f}",
            "typed": typeset(image.typed, language),
            "typed_size": _size_to_fit(image.typed, widest=66, largest=12),
            "name": typeset(name, language),
            "name_size": _size_of_name(name),
            "date_label": paper_wording.SIGNING_DATE.in_(language),
            "date": written_date(signed_at.date(), language),
        },
        language,
        fonts,
    )


def draw_stamp(
    *, organisation: str, number: str, accepted_at: datetime, language: str, fonts: FontSubset
) -> bytes:
    """A one-page PDF of the company's field: its stamp, which says that it is an electronic one."""
    return _figure(
        "document/acceptance.html",
        {
            "organisation": typeset(organisation, language),
            "organisation_size": _size_to_fit(organisation, widest=58, largest=4.8),
            "confirmed": paper_wording.CONFIRMED.in_(language),
            "number_label": paper_wording.NUMBER.in_(language),
            "number": number,
            "date_label": paper_wording.CONFIRMATION_DATE.in_(language),
            "date": written_date(accepted_at.date(), language),
        },
        language,
        fonts,
    )


def _figure(template: str, context: dict[str, object], language: str, fonts: FontSubset) -> bytes:
    html = render_to_string(template, context | {"lang": paper_wording.language_tag(language)})
    width, height = CURRENT.box
    size = f"@page {{ size: {width}pt {height}pt; margin: 0 }}"
    css = size + stylesheet("appearance.css")
    return press.render(html, css=css, fonts=fonts)


def _size_of_name(name: str) -> str:
    """The size of a printed name in millimetres, where it needs two lines; else nothing."""
    if float(_size_to_fit(name, widest=NAME_WIDTH, largest=NAME_SIZE)) == NAME_SIZE:
        return ""
    return _size_to_fit(name, widest=2 * NAME_WIDTH - NAME_SIZE, largest=SMALL_NAME_SIZE)


def _size_to_fit(text: str, *, widest: float, largest: float) -> str:
    """The font size in millimetres at which `text` is at most `widest` millimetres wide."""
    ems = sum(1.0 if ord(char) > 0x2E7F else 0.6 for char in text) or 1.0
    return f"{min(largest, widest / ems):.2f}"


def hand_paths(strokes: Sequence[Stroke]) -> list[str]:
    """Strokes as SVG paths, smoothed, and fitted into the middle of the handwriting area."""
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return []
    left, top = min(x for x, _ in points), min(y for _, y in points)
    width, height = max(x for x, _ in points) - left, max(y for _, y in points) - top
    scale = min(
        MAX_SCALE,
        (HAND_WIDTH - 30) / width if width else MAX_SCALE,
        (HAND_HEIGHT - 20) / height if height else MAX_SCALE,
    )
    right_by = (HAND_WIDTH - width * scale) / 2 - left * scale
    down_by = (HAND_HEIGHT - height * scale) / 2 - top * scale
    placed = (
        [(x * scale + right_by, y * scale + down_by) for x, y in stroke] for stroke in strokes
    )
    return [_smooth(stroke) for stroke in placed if stroke]


def _smooth(points: Sequence[Point]) -> str:
    """A path through the middles of the drawn segments, bent by the drawn points between them."""
    first, last = points[0], points[-1]
    path = [f"M{first[0]:.1f} {first[1]:.1f}"]
    for (x, y), (next_x, next_y) in pairwise(points[1:]):
        path.append(f"Q{x:.1f} {y:.1f} {(x + next_x) / 2:.1f} {(y + next_y) / 2:.1f}")
    # A dot is a line of no length; round caps make it visible.
    path.append(f"L{last[0]:.1f} {last[1]:.1f}")
    return "".join(path)
