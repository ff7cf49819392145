"""Handwriting on paper: within its area, as one line, and as wide as the pen was."""

import math
from itertools import pairwise

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import samples
from pledges import rendering
from pledges.proof.fileformat import BOX_MM
from pledges.rendering import fonts, handwriting
from pledges.rendering.handwriting import HAND_HEIGHT, HAND_TOP, HAND_WIDTH, PEN

OWN = fonts.subset_for("李明")
PIXELS = 12
"""To a point of the page."""
PER_MM = PIXELS * 72 / 25.4
places = st.tuples(st.floats(0, 1), st.floats(0, 0.6))


@st.composite
def written(draw):
    """A stroke whose pen grows and shrinks no faster than that of a hand."""
    width, points = draw(st.floats(0.2, 2)), []
    for place in draw(st.lists(places, min_size=1, max_size=12)):
        points.append((*place, width))
        width = min(max(width + draw(st.floats(-0.2, 0.2)), 0.2), 2.0)
    return points


class Drawn:
    """A figure that only notes what is drawn."""

    width, height = BOX_MM

    def __init__(self):
        self.lines = []

    def move_to(self, point):
        return [point]

    def line_to(self, point):
        return [point]

    def curve_to(self, first, second, end):
        return [first, second, end]

    def stroke(self, path, width):
        self.lines.append(([point for part in path for point in part], width))


def drawn(strokes):
    figure = Drawn()
    handwriting.draw(figure, strokes)
    return figure.lines


def thickness(strokes, at):
    """How high the ink is, in millimetres, at a part of the way through the handwriting."""
    figure = rendering.draw_signature(
        rendering.SignatureImage(strokes=strokes), name="李", signed_at=samples.RENDERED_AT,
        language="zh-hans", fonts=OWN,
    )  # fmt: skip
    page = pypdfium2.PdfDocument(figure)[0].render(scale=PIXELS).to_pil().convert("L")
    long = HAND_WIDTH - 3
    x = round(((BOX_MM[0] - long) / 2 + at * long) * PER_MM)
    column = page.crop((x, 0, x + 1, round((HAND_TOP + HAND_HEIGHT) * PER_MM)))
    ink = [255 - value for value in column.get_flattened_data()]
    return sum(ink) / max(ink) / PER_MM


def line(*widths):
    return (tuple((i / 100, 0.1, widths[i * len(widths) // 101]) for i in range(101)),)


@pytest.mark.parametrize("width", [0.4, 1.0, 1.3])
def test_the_pen_is_as_wide_as_told(width):
    assert thickness(line(width), 0.5) == pytest.approx(PEN * width, abs=0.03)


def test_a_stroke_without_widths_is_drawn_by_the_pen_itself():
    plain = (tuple((x, y) for x, y, _ in line(1.0)[0]),)
    assert drawn(plain) == drawn(line(1.0))
    assert [width for _, width in drawn(plain)] == [PEN]


def test_the_pen_grows_and_shrinks_along_the_line():
    strokes = line(0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3)
    thin, middle, thick = (thickness(strokes, at) for at in (0.05, 0.5, 0.95))
    assert thin == pytest.approx(0.36, abs=0.05)
    assert middle == pytest.approx(0.77, abs=0.06)
    assert thick == pytest.approx(1.17, abs=0.05)


@settings(deadline=None)
@given(written())
def test_any_widths_give_one_line_without_a_visible_step(stroke):
    ((first, *_, last),) = ([*each, each[-1]] for each in handwriting.hand_strokes([stroke]))
    left = (BOX_MM[0] - HAND_WIDTH) / 2
    lines = drawn([stroke])
    for end, (x, y, _) in ((lines[0][0][0], first), (lines[-1][0][-1], last)):
        assert math.dist(end, (x + left, y + HAND_TOP)) < 1e-6
    for (path, width), (following, next_width) in pairwise(lines):
        assert math.dist(path[-1], following[0]) < 1e-6
        assert abs(width - next_width) < 0.11 * PEN
    for _, width in lines:
        assert min(pen for *_, pen in stroke) - 0.05 < width / PEN < 2.05


def test_widths_that_no_hand_wrote_cost_no_more_pieces():
    jumps = [(i / 1000, 0.3 * (i % 2), 0.2 if i % 4 < 2 else 2.0) for i in range(1000)]
    assert len(drawn([jumps])) < 1000 * handwriting.MAX_PIECES


@settings(deadline=None)
@given(st.lists(st.lists(places, min_size=1, max_size=12), max_size=6))
def test_any_strokes_without_widths_are_one_line_each(strokes):
    lines = drawn(strokes)
    assert len(lines) == len(strokes)
    assert {width for _, width in lines} <= {PEN}
