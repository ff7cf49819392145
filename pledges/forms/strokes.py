"""Handwriting as a browser sends it: strictly read, or refused."""

import json
import math
from itertools import pairwise
from typing import Any

MAX_BYTES = 160 * 1024
MAX_STROKES = 200
MAX_POINTS = 5000
DECIMALS = 4
MIN_WIDTH, MAX_WIDTH = 0.2, 2.0
"""Width of the pen at a point, in widths of the pen of a stroke that was drawn without."""
MIN_LENGTH = 0.1
"""Length of all strokes together, in widths of the drawing area: less is a dot."""
MIN_EXTENT = 0.03
"""Extent of the drawing in at least one direction, in the same unit."""

Point = tuple[float, float] | tuple[float, float, float]
"""x, y and, where the page's pen has one, the width."""
Strokes = tuple[tuple[Point, ...], ...]


class NotStrokes(ValueError):
    """What was sent is no handwriting at all: not of our own page's making."""


def read_strokes(sent: str) -> Strokes:
    """The strokes in `sent`, a JSON list of strokes, each a list of points [x, y] within 0..1.

    The points of a stroke may all have the width of the pen there as a third number. An empty text
    gives no strokes. Raises `NotStrokes` for anything else, and for more than `MAX_BYTES`,
    `MAX_STROKES` or `MAX_POINTS`.
    """
    if not sent:
        return ()
    if len(sent.encode("utf-8", "replace")) > MAX_BYTES:
        raise NotStrokes("too large")
    try:
        data = json.loads(sent, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotStrokes("not JSON") from error
    if not isinstance(data, list) or len(data) > MAX_STROKES:
        raise NotStrokes("not a list of strokes")
    if sum(len(stroke) for stroke in data if isinstance(stroke, list)) > MAX_POINTS:
        raise NotStrokes("too many points")
    return tuple(_stroke(stroke) for stroke in data)


def is_handwriting(strokes: Strokes) -> bool:
    """Whether somebody wrote something: more than a dot or a slip of the finger."""
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return False
    length = sum(math.dist(a[:2], b[:2]) for stroke in strokes for a, b in pairwise(stroke))
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    extent = max(max(xs) - min(xs), max(ys) - min(ys))
    return length >= MIN_LENGTH and extent >= MIN_EXTENT


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _stroke(data: Any) -> tuple[Point, ...]:
    if not isinstance(data, list) or not data:
        raise NotStrokes("not a stroke")
    points = tuple(_point(point) for point in data)
    if len({len(point) for point in points}) > 1:
        raise NotStrokes("a width at some points only")
    return points


def _point(data: Any) -> Point:
    if not isinstance(data, list) or len(data) not in (2, 3):
        raise NotStrokes("not a point")
    x, y = (_number(value, 0, 1) for value in data[:2])
    return (x, y, _number(data[2], MIN_WIDTH, MAX_WIDTH)) if len(data) == 3 else (x, y)


def _number(value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotStrokes("not a number")
    if not least <= value <= most:  # which NaN and infinity are not
        raise NotStrokes(f"not within {least} and {most}")
    return round(float(value), DECIMALS)
