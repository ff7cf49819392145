"""Handwriting from a browser: exactly strokes, or refused; and a dot is no signature."""

import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.forms.strokes import (
    MAX_BYTES,
    MAX_POINTS,
    MAX_STROKES,
    MAX_WIDTH,
    MIN_WIDTH,
    NotStrokes,
    is_handwriting,
    read_strokes,
)

POINT = [0.5, 0.25]
coordinates = st.floats(0, 1, allow_nan=False)
widths = st.floats(MIN_WIDTH, MAX_WIDTH)


def stroke(*numbers):
    return st.lists(st.tuples(*numbers).map(list), min_size=1, max_size=8)


strokes = st.lists(
    stroke(coordinates, coordinates) | stroke(coordinates, coordinates, widths), max_size=6
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@given(strokes)
def test_strokes_come_back_rounded_to_four_decimals(drawn):
    read = read_strokes(json.dumps(drawn))
    assert [len(stroke) for stroke in read] == [len(stroke) for stroke in drawn]
    for stroke, original in zip(read, drawn, strict=True):
        for point, was in zip(stroke, original, strict=True):
            assert len(point) == len(was) and math.dist(point, was) <= 0.0001
            assert all(round(value, 4) == value for value in point)


@given(json_values)
def test_nothing_else_ever_gets_through(value):
    try:
        read = read_strokes(json.dumps(value))
    except NotStrokes:
        return
    for stroke in read:
        assert {len(point) for point in stroke} in ({2}, {3})
        for x, y, *width in stroke:
            assert 0 <= x <= 1 and 0 <= y <= 1
            assert all(MIN_WIDTH <= each <= MAX_WIDTH for each in width)


@given(st.floats() | st.integers())
def test_a_width_is_within_bounds_or_refused(width):
    sent = json.dumps([[[0.5, 0.25, width]]])
    if MIN_WIDTH <= width <= MAX_WIDTH:
        assert read_strokes(sent) == (((0.5, 0.25, round(width, 4)),),)
    else:
        with pytest.raises(NotStrokes):
            read_strokes(sent)


def test_the_pens_of_our_page_are_taken():
    """What `static/pen.js` may make of the speed, from the slowest hand to the fastest."""
    script = (Path(__file__).parents[2] / "static" / "pen.js").read_text("utf-8")
    for name in ("NARROWEST", "BEGIN", "WIDEST"):
        (width,) = re.findall(rf"^const {name} = ([\d.]+);", script, re.MULTILINE)
        assert MIN_WIDTH <= float(width) <= MAX_WIDTH


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text):
    try:
        read_strokes(text)
    except NotStrokes:
        return


@pytest.mark.parametrize(
    "sent",
    [
        "{}",
        "[1]",
        "[[]]",
        "[[[0.1]]]",
        "[[[0.1, 0.2, 0.1]]]",
        "[[[0.1, 0.2, 2.1]]]",
        "[[[0.1, 0.2, null]]]",
        "[[[0.1, 0.2, 1, 12]]]",
        "[[[0.1, 0.2, 1], [0.2, 0.2]]]",
        "[[[1" + "0" * 400 + ", 0.5]]]",
        "[[[0.1, 1.01]]]",
        "[[[-0.01, 0.5]]]",
        "[[[true, 0.5]]]",
        '[[["0.1", 0.5]]]',
        "[[[NaN, 0.5]]]",
        "[[[Infinity, 0.5]]]",
        "[[[1e999, 0.5]]]",
        "[" * 100_000,
        json.dumps([[POINT]] * (MAX_STROKES + 1)),
        json.dumps([[POINT] * (MAX_POINTS + 1)]),
        "[[[0.5, 0.5]]]" + " " * MAX_BYTES,
    ],
    ids=lambda sent: sent[:24],
)
def test_what_our_page_never_sends_is_refused(sent):
    with pytest.raises(NotStrokes):
        read_strokes(sent)


def test_the_limits_themselves_are_taken():
    assert len(read_strokes(json.dumps([[POINT]] * MAX_STROKES))) == MAX_STROKES
    assert len(read_strokes(json.dumps([[[0.5, 0.5]] * MAX_POINTS]))[0]) == MAX_POINTS


@pytest.mark.parametrize(
    ("drawn", "verdict"),
    [
        ((), False),
        ((((0.5, 0.5),),), False),
        ((((0.5, 0.5), (0.5, 0.5), (0.5, 0.5)),), False),
        # A scribble on the spot is long enough but has no extent.
        ((((0.5, 0.5), (0.51, 0.5)) * 20,), False),
        ((((0.1, 0.2), (0.15, 0.2)),), False),
        ((((0.1, 0.2), (0.4, 0.2)),), True),
        # A pen that grows on the spot writes nothing.
        ((((0.5, 0.5, 0.4), (0.54, 0.5, 1.3)),), False),
        ((((0.1, 0.2, 0.4), (0.4, 0.2, 1.3)),), True),
        ((((0.1, 0.1), (0.1, 0.16)), ((0.2, 0.1), (0.2, 0.16))), True),
    ],
)
def test_handwriting_is_more_than_a_dot(drawn, verdict):
    assert is_handwriting(drawn) is verdict
