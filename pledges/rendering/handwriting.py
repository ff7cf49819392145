"""Handwriting drawn into a figure: fitted into its area, with a pen as wide as it was slow."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from pledges.rendering.figures import Figure

Point = tuple[float, ...]
"""x, y and, where the pen's width was noted, that: 1 is the width of a pen that rests."""
Stroke = Sequence[Point]
Place = tuple[float, float]
Line = tuple[Place, Place, Place]
"""A quadratic curve: where it begins, the point that bends it, where it ends."""

HAND_TOP, HAND_WIDTH, HAND_HEIGHT = 2.0, 70.0, 22.0
"""The area for the handwriting, in the middle of the box; lengths are in millimetres."""
PEN = 0.9
PEN_STEP = 0.05
"""In such steps of its width the pen becomes wider or narrower: none of them is seen."""
MAX_PIECES = 4
"""Of one curve: a hand does not change faster, and what no hand wrote costs no more."""
MAX_SCALE = 90.0
"""A signature drawn small stays modest: so wide the whole drawing area becomes at most."""


def draw(figure: Figure, strokes: Sequence[Stroke]) -> None:
    """Draw the strokes into the handwriting area of the figure."""
    left = (figure.width - HAND_WIDTH) / 2
    for stroke in hand_strokes(strokes):
        _draw(figure, [(x + left, y + HAND_TOP, *width) for x, y, *width in stroke])


def hand_strokes(strokes: Sequence[Stroke]) -> list[list[Point]]:
    """Strokes fitted into the middle of the handwriting area, in its millimetres.

    Widths are not: a signature drawn small or large is written with the same pen.
    """
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return []
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    left, top = min(xs), min(ys)
    width, height = max(xs) - left, max(ys) - top
    scale = min(
        MAX_SCALE,
        (HAND_WIDTH - 3) / width if width else MAX_SCALE,
        (HAND_HEIGHT - 2) / height if height else MAX_SCALE,
    )
    right_by = (HAND_WIDTH - width * scale) / 2 - left * scale
    down_by = (HAND_HEIGHT - height * scale) / 2 - top * scale
    return [
        [(x * scale + right_by, y * scale + down_by, *width) for x, y, *width in stroke]
        for stroke in strokes
        if stroke
    ]


def _draw(figure: Figure, points: Stroke) -> None:
    """A line through the middles of the drawn segments, bent by the drawn points between them."""
    at = points[0]
    pieces: list[tuple[float, Line]] = []
    for bend, following in pairwise(points[1:]):
        end = tuple((a + b) / 2 for a, b in zip(bend, following, strict=True))
        pieces += _pieces(at, bend, end)
        at = end
    # A dot is a line of no length; round caps make it visible.
    pieces += _pieces(at, at, points[-1])
    for width, alike in groupby(pieces, itemgetter(0)):
        lines = [line for _, line in alike]
        path = [figure.move_to(lines[0][0]), *(_path(figure, *line) for line in lines)]
        figure.stroke(path, PEN * width)


def _pieces(start: Point, bend: Point, end: Point) -> Iterator[tuple[float, Line]]:
    """A quadratic curve, cut where the width of the pen changes: each piece with its width."""
    first, last = (point[2] if len(point) > 2 else 1.0 for point in (start, end))
    count = min(max(1, math.ceil(abs(last - first) / PEN_STEP)), MAX_PIECES)
    for piece in range(count):
        begin, close = piece / count, (piece + 1) / count
        corners = ((begin, begin), (begin, close), (close, close))
        line = tuple(_polar((start, bend, end), *corner) for corner in corners)
        width = first + (last - first) * (begin + close) / 2
        yield round(width / PEN_STEP) * PEN_STEP, (line[0], line[1], line[2])


def _polar(curve: tuple[Point, Point, Point], one: float, other: float) -> Place:
    """The polar form of a quadratic curve, of which every part of it is made (blossoming)."""
    parts = (1 - one) * (1 - other), one + other - 2 * one * other, one * other
    x, y = (
        sum(part * point[axis] for part, point in zip(parts, curve, strict=True)) for axis in (0, 1)
    )
    return x, y


def _path(figure: Figure, start: Place, bend: Place, end: Place) -> bytes:
    if bend == start:
        return figure.line_to(end)
    # A quadratic curve as a cubic one, which is all that a page knows.
    return figure.curve_to(_between(start, bend, 2 / 3), _between(end, bend, 2 / 3), end)


def _between(one: Place, other: Place, part: float) -> Place:
    return one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part
