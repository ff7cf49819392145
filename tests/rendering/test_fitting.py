"""Names of any length stand whole in signature and stamp, in letters that can be read."""

import re
from functools import cache

import pypdfium2
import pytest
from PIL import ImageChops

from benchmarks import samples
from pledges import rendering
from pledges.proof.fileformat import BOX_MM
from pledges.rendering import fonts
from pledges.rendering.fitting import Strip
from tests.rendering.samples import opened, text_of

STRIP = Strip(width=60.0, height=9.0, largest=4.0, enough=3.0, leading=1.2)
NAMES = {
    "Chinese": "某" * 78 + "公司",
    "Chinese, as long as can be": "某" * 118 + "公司",
    "English": "Example International Commercial and Savings Bank of Greater China Co., Ltd",
    "wide letters": "W" * 80,
    "with dots": "阿卜杜" * 26 + "勒·",
}
READABLE = 1.4
"""Millimetres: four points."""


@cache
def stamp(name: str, language: str = "zh-hans") -> bytes:
    return rendering.draw_stamp(
        organisation=name,
        number="CN-2026-000128",
        accepted_at=samples.RENDERED_AT,
        language=language,
        fonts=fonts.subset_for(""),
    )


@cache
def mark(name: str) -> bytes:
    return rendering.draw_signature(
        rendering.SignatureImage(typed=name),
        name=name,
        signed_at=samples.RENDERED_AT,
        language="zh-hans",
        fonts=fonts.subset_for(""),
    )


def sizes(figure: bytes) -> list[float]:
    """The sizes of letters in the figure, in millimetres."""
    content = opened(figure).pages[0].Contents.read_bytes()
    return [float(size) / 72 * 25.4 for size in re.findall(rb"/\w+ ([\d.]+) Tf", content)]


def ink(figure: bytes) -> tuple[float, ...]:
    page = pypdfium2.PdfDocument(figure)[0].render(scale=4).to_pil().convert("L")
    return tuple(edge * BOX_MM[0] / page.width for edge in ImageChops.invert(page).getbbox())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_length_can_be_read_in_stamp_and_signature(name):
    least = READABLE if len(NAMES[name]) <= 100 else 1.1
    for figure in (stamp(NAMES[name]), mark(NAMES[name])):
        assert min(sizes(figure)) >= least
        assert NAMES[name].replace(" ", "") in text_of(figure)


@pytest.mark.parametrize("name", NAMES)
def test_it_stays_within_the_frame(name):
    """The frame is the outermost thing that is drawn, with a name of any length."""
    assert ink(stamp(NAMES[name])) == pytest.approx(ink(stamp("示例银行")), abs=0.1)
    left, top, right, bottom = ink(mark(NAMES[name]))
    assert left > 3 and right < BOX_MM[0] - 3 and top > 1 and bottom < BOX_MM[1] - 0.5


def test_a_line_more_is_taken_only_where_letters_would_be_too_small():
    fitted = [STRIP.fit(text, len) for text in ("1" * 10, "1" * 20, "1" * 24, "1" * 60)]
    assert [(size, len(lines)) for size, lines in fitted] == [
        (4.0, 1), (3.0, 1), (3.75, 2), (2.5, 3)
    ]  # fmt: skip
    assert all(
        "".join(lines) == "1" * count
        for (_, lines), count in zip(fitted, (10, 20, 24, 60), strict=True)
    )


def test_lines_end_between_words_and_never_before_a_mark():
    _, lines = STRIP.fit("Maximiliana Wilhelmina Hohenstein", len)
    assert lines == ["Maximiliana", "Wilhelmina Hohenstein"]
    _, lines = STRIP.fit("阿卜杜热西提·麦麦提明阿不都热依木江吾斯曼", len)
    assert len(lines) == 2 and not lines[1].startswith("·")
    _, lines = STRIP.fit("e\u0301" * 30, len)
    assert len(lines) > 1 and all(line.startswith("e") for line in lines)
