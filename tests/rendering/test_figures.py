"""Figures drawn without a layout engine: what a reader sees, hears and copies out of them."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageChops

from benchmarks import samples
from pledges import rendering
from pledges.proof.fileformat import BOX_MM
from pledges.rendering import fonts
from pledges.rendering.figures import Figure
from pledges.rendering.fonts import MissingGlyph
from pledges.rendering.lettering import Typesetter
from tests.rendering.samples import opened, text_of

OWN = fonts.subset_for("李明示例银行股份有限公司")
AT = samples.RENDERED_AT
DRAWN = "".join(chr(code) for code in range(0x4E00, 0x4F00)) + "ÅéñłŁ·’—“”"
ACCENTED = "e\u0301"
"""A letter and a mark, which the fonts have as one glyph or as two."""


def drawn(text: str, language: str = "zh-hans", **how: float) -> bytes:
    typesetter = Typesetter(fonts.covering_alone(OWN, text), language, bold=fonts.bold_for(text))
    figure = Figure(*BOX_MM, (0, 0, 0), typesetter)
    figure.write(text, **{"top": 10, "height": 10, "size": 3, **how})
    return figure.finished()


def ink(figure: bytes) -> tuple[float, float, float, float]:
    """The box around everything that is drawn, in millimetres from the top left."""
    page = pypdfium2.PdfDocument(figure)[0].render(scale=4).to_pil().convert("L")
    left, top, right, bottom = ImageChops.invert(page).getbbox()
    scale = BOX_MM[0] / page.width
    return left * scale, top * scale, right * scale, bottom * scale


def test_a_figure_has_no_fields_no_tags_and_is_an_artifact():
    figure = opened(drawn("李明"))
    assert not {"/AcroForm", "/StructTreeRoot", "/OutputIntents"} & set(figure.Root.keys())
    assert figure.pages[0].Contents.read_bytes().startswith(b"/Artifact BMC")
    assert figure.check_pdf_syntax() == []


@settings(deadline=None, max_examples=40)
@given(st.text(DRAWN, min_size=1, max_size=12), st.sampled_from(["zh-hans", "en"]))
def test_what_is_written_can_be_copied_out_whole(text, language):
    assert text_of(drawn(text, language)) == text


@pytest.mark.parametrize(
    "text", ["李明", "Ouyang Rong", "Łódź·李", ACCENTED + "ric", "A—B’s", "ﬁ fi"]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_line_stands_in_the_middle_of_its_strip(text, language):
    left, top, right, bottom = ink(drawn(text, language))
    assert left + right == pytest.approx(BOX_MM[0], abs=1.6)
    assert 9.5 < top < bottom < 20.5


def test_letters_are_spaced_and_bold_as_asked():
    narrow, wide = (ink(drawn("承诺书", spacing=each)) for each in (0.0, 0.5))
    assert (wide[2] - wide[0]) - (narrow[2] - narrow[0]) == pytest.approx(3.0, abs=0.3)
    thin, bold = (darkness(drawn("承诺书", bold=each)) for each in (False, True))
    assert bold > 1.3 * thin


def darkness(figure: bytes) -> float:
    page = pypdfium2.PdfDocument(figure)[0].render(scale=4).to_pil().convert("L")
    return sum(255 - value for value in page.get_flattened_data())


def test_only_the_glyphs_that_are_drawn_are_in_the_file():
    one, many = len(drawn("李")), len(drawn(DRAWN[:200], size=0.3))
    assert one < 4_000 and many > 4 * one


def test_what_no_font_has_is_refused_by_name():
    for name in ("李\U0002a6d6\U000e0041", "李\x07"):
        with pytest.raises(MissingGlyph):
            rendering.draw_signature(
                rendering.SignatureImage(typed="李"), name=name, signed_at=AT,
                language="zh-hans", fonts=OWN,
            )  # fmt: skip


def test_the_hand_is_drawn_where_it_was_written():
    """A line from the left edge to the right, and a dot above it."""
    strokes = (((0.0, 0.1), (0.5, 0.1), (1.0, 0.1)), ((0.5, 0.0),))
    mark = rendering.draw_signature(
        rendering.SignatureImage(strokes=strokes), name="李", signed_at=AT,
        language="zh-hans", fonts=OWN,
    )  # fmt: skip
    left, top, right, _ = ink(mark)
    assert left == pytest.approx(BOX_MM[0] - right, abs=0.3)
    assert right - left == pytest.approx(67 + 0.9, abs=0.5)
    # In the middle of the area, between two and twenty-four millimetres from the top.
    assert top == pytest.approx(13 - 6.7 / 2 - 0.45, abs=0.3)


def test_equal_figures_are_equal_bytes_also_in_another_process():
    program = (
        "import sys; from tests.rendering.test_figures import drawn;"
        " sys.stdout.buffer.write(drawn('李明'))"
    )
    root = Path(__file__).parent.parent.parent
    fresh = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True)
    assert fresh.stdout == drawn("李明") != drawn("李")
    assert BytesIO(fresh.stdout).read(8) == b"%PDF-1.7"
