"""A QR code is written past WeasyPrint's reading of SVG, and comes out as WeasyPrint draws it."""

from xml.etree import ElementTree

import pytest

from benchmarks import samples
from pledges import rendering
from pledges.rendering import fonts, line_drawings, qr_codes
from tests.rendering.samples import opened


def pages() -> list[list[bytes]]:
    words = samples.version_text("contract", "zh-hans") + rendering.paper_text("zh-hans")
    pledge = rendering.render_pledge(samples.sheet("contract", "zh-hans"), fonts.subset_for(words))
    return [page.Contents.read_bytes().split() for page in opened(pledge).pages]


def test_it_draws_what_weasyprint_draws(monkeypatch):
    ours = pages()
    monkeypatch.setattr(line_drawings, "take_out", lambda document: [])
    assert pages() == ours


def test_only_what_is_drawn_in_lines_is_taken_out():
    _, lines = qr_codes.draw("https://example.com/")
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><path d="{lines}"/><path d="M0 0L9 9"/></svg>'
    root = ElementTree.fromstring(svg)
    (drawing,) = line_drawings.take_out(root)
    assert drawing.count(b" m\n") == drawing.count(b" l") == lines.count("M")
    assert [path.get("d") for path in root] == ["M0 0h1", "M0 0L9 9"]


def test_a_drawing_that_lost_its_place_is_missed():
    with pytest.raises(ValueError, match="lost its place"):
        line_drawings.put_back([b"0 0.5 m\n1 0.5 l"], [])
