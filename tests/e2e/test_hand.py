"""The pen on the signing page: wide where it was slow, narrow where it was fast, and no times."""

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.pages import Draft

BEGUN = 1_800_000_000.0  # seconds; any moment serves


@pytest.fixture
def signing(window, liming, draft, device):
    pledge = draft()
    page = window(liming, device=device).tab(f"/pledges/{pledge.pk}/")
    return Draft(page).read_and_sign()


def _write(page, across, seconds):
    """One stroke of the mouse from left to right, in so many seconds of its events' own clock."""
    canvas = page.locator("#hand")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    mouse = page.context.new_cdp_session(page)
    steps = 40
    for step in range(steps + 1):
        kind = {0: "mousePressed", steps: "mouseReleased"}.get(step, "mouseMoved")
        x = box["x"] + box["width"] * (0.1 + 0.8 * step / steps)
        event = {"type": kind, "x": x, "y": box["y"] + across * box["height"], "button": "left"}
        moment = BEGUN + seconds * step / steps
        mouse.send("Input.dispatchMouseEvent", {**event, "clickCount": 1, "timestamp": moment})


def _strokes(page):
    return json.loads(page.locator("[name=strokes]").input_value())


def test_the_pen_is_wide_where_it_was_slow_and_narrow_where_it_was_fast(signing):
    page = signing.page
    _write(page, 0.3, seconds=4.0)
    _write(page, 0.6, seconds=0.1)
    slow, fast = ([width for *_, width in stroke] for stroke in _strokes(page))
    # Both begin as the pen touches the paper, and go over to the width of their speed.
    assert slow[0] == fast[0] == 1
    assert slow[-1] > 1.1 and fast[-1] < 0.7
    assert {len(point) for stroke in _strokes(page) for point in stroke} == {3}


def test_a_stroke_is_taken_back_and_all_are_cleared(signing):
    page = signing.page
    signing.draw()
    first, _second = _strokes(page)
    page.locator("[data-undo]").click()
    assert _strokes(page) == [first]
    page.locator("[data-clear]").click()
    expect(page.locator("[name=strokes]")).to_have_value("")
    expect(page.locator("[data-clear]")).to_be_disabled()
    page.reload()
    expect(page.locator("[name=strokes]")).to_have_value("")
