"""Handwriting from a browser: exactly strokes, or refused; and a dot is no signature."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.forms.strokes import (
    MAX_BYTES,
    MAX_POINTS,
    MAX_STROKES,
    NotStrokes,
    is_handwriting,
    read_strokes,
)

POINT = [0.5, 0.25]
coordinates = st.floats(0, 1, allow_nan=False)
strokes = st.lists(
    st.lists(st.tuples(coordinates, coordinates).map(list), min_size=1, max_size=8), max_size=6
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
            assert math.dist(point, was) <= 0.0001
            assert all(round(value, 4) == value for value in point)


@given(json_values)
def test_nothing_else_ever_gets_through(value):
    try:
        read = read_strokes(json.dumps(value))
    except NotStrokes:
        return
    assert all(0 <= number <= 1 for stroke in read for point in stroke for number in point)
    assert all(len(point) == 2 for stroke in read for point in stroke)


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
        "[[[0.1, 0.2, 0.3]]]",
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
        ((((0.1, 0.1), (0.1, 0.16)), ((0.2, 0.1), (0.2, 0.16))), True),
    ],
)
def test_handwriting_is_more_than_a_dot(drawn, verdict):
    assert is_handwriting(drawn) is verdict
