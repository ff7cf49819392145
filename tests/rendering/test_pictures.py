"""Two renderers that share no code show the same last page: mark, stamp and everything else."""

import subprocess
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image, ImageChops

from tests.rendering.kinds import PLEDGES, made

DPI = 150
CELL = 30
"""Pixels: a square of 5.1 mm, within which each renderer may smooth edges as it likes."""
CLOSE = 28
"""Of 255 levels of grey, averaged over a cell. Edges give up to 20, a missing mark or stamp 70."""


def by_poppler(pdf: bytes) -> Image.Image:
    last = str(len(pypdfium2.PdfDocument(pdf)))
    command = ["pdftoppm", "-gray", "-r", str(DPI), "-f", last, "-l", last, "-"]
    return Image.open(BytesIO(subprocess.run(command, input=pdf, capture_output=True).stdout))


def by_pdfium(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    page = document[len(document) - 1]
    drawn: Image.Image = page.render(scale=DPI / 72, may_draw_forms=True).to_pil()
    return drawn.convert("L")


def difference(one: Image.Image, other: Image.Image) -> int:
    """How much darker or lighter the cell is in which the two differ most."""
    size = (one.width // CELL, one.height // CELL)
    cells = (each.resize(size, Image.Resampling.BOX) for each in (one, other))
    return int(ImageChops.difference(*cells).getextrema()[1])


@pytest.mark.parametrize("kind", ["signed", "B-LTA finished"])
@pytest.mark.parametrize(("slug", "language"), PLEDGES)
def test_both_renderers_show_the_same(slug, language, kind):
    pdf = made(slug, language)[kind]
    assert difference(by_poppler(pdf), by_pdfium(pdf)) <= CLOSE


@pytest.mark.parametrize("render", [by_poppler, by_pdfium])
def test_each_shows_the_signature_image_and_the_stamp(render):
    before, signed, finished = (
        render(made("contract", "zh-hans")[kind]) for kind in ("rendered", "signed", "finished")
    )
    assert difference(before, signed) > CLOSE and difference(signed, finished) > CLOSE
