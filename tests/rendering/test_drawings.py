"""Signature and stamp on a page: as they stand in the file, seen as pictures."""

import re
from io import BytesIO

import pypdfium2
import pytest
import weasyprint
from PIL import ImageChops, ImageFilter

from benchmarks import samples
from pledges import rendering
from pledges.core.appearances import Appearance
from pledges.proof.fileformat import BOX_MM, CURRENT
from pledges.proof.pdf import appearances, incremental_update
from pledges.proof.pdf.incremental_update import IncrementalUpdate
from pledges.rendering import SignatureImage, drawings, fonts
from pledges.rendering.drawings import Undrawable
from tests.sealed import rendered

OWN = fonts.subset_for("李明示例银行股份有限公司")
AT = samples.RENDERED_AT
STROKES = (((0.1, 0.1), (0.4, 0.2), (0.7, 0.1)), ((0.2, 0.3), (0.8, 0.3)), ((0.5, 0.05),))
HAND, TYPED = SignatureImage(strokes=STROKES), SignatureImage(typed="欧阳 Élan")


def signature(image, language="zh-hans"):
    return rendering.draw_signature(image, name="李明", signed_at=AT, language=language, fonts=OWN)


def stamp(language):
    return rendering.draw_stamp(
        organisation="示例银行股份有限公司",
        number="CN-2026-000007",
        accepted_at=AT,
        language=language,
        fonts=OWN,
    )


def in_a_file(figure: bytes) -> Appearance:
    """The figure as it comes back from a file that it was put into."""
    document = rendered()
    update = IncrementalUpdate(document)
    incremental_update.show(update, CURRENT.manager_field, figure)
    return appearances.read(update.written()[len(document) :])


def picture(pdf: bytes):
    return pypdfium2.PdfDocument(pdf)[0].render(scale=9).to_pil().convert("RGB")


def drawn(svg: str) -> bytes:
    """The drawing by another program than the one that draws it in a page."""
    width, height = BOX_MM
    page = f"@page {{ size: {width}mm {height}mm; margin: 0 }} body {{ margin: 0 }}"
    html = f"<style>{page}</style>{svg.replace('<svg', f'<svg width={width}mm', 1)}"
    out = BytesIO()
    weasyprint.HTML(string=html).write_pdf(out)
    return out.getvalue()


FIGURES = {
    "hand": lambda language: signature(HAND, language),
    "typed": lambda language: signature(TYPED, language),
    "stamp": stamp,
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", FIGURES)
def test_a_page_shows_what_the_file_shows(kind, language):
    figure = FIGURES[kind](language)
    there, here = picture(figure), picture(drawn(drawings.draw(in_a_file(figure), "x")))
    assert abs(there.width - here.width) <= 1 and abs(there.height - here.height) <= 1
    here = here.resize(there.size)
    # Edges are smoothed a little differently; a letter or a line elsewhere would be dark.
    difference = ImageChops.difference(there, here).filter(ImageFilter.BoxBlur(1)).convert("L")
    assert difference.getextrema()[1] < 25
    assert ImageChops.invert(there.convert("L")).getbbox() is not None


def test_it_needs_no_style_and_says_what_it_is():
    svg = drawings.draw(in_a_file(signature(HAND)), 'Signature of "<Li> & Ming"')
    assert "style" not in svg and "<text" not in svg
    assert 'role="img"' in svg
    assert 'aria-label="Signature of &quot;&lt;Li&gt; &amp; Ming&quot;"' in svg
    strokes = re.findall(r'<path d="([^"]*)" fill="none" stroke="#1f2328"', svg)
    assert len(strokes) == len(STROKES)


@pytest.mark.parametrize(
    "operators",
    [
        b"/Pic Do",
        b"1 0 0 1 5 5 cm",
        b"1 2 l 3 m",
        b"1 x m",
        b"nan 1 m",
        b"1 -inf m",
        b"3 Tr",
        b"7 J 0 0 m 1 1 l S",
        b"/none 3 Tf",
        b"<0001> Tj",
        b"/serif 3 Tf 0 1 1 0 0 0 Tm <0001> Tj",
        b'"><script>alert</script> m',
        b"\xff\xfe m",
    ],
)
def test_what_ours_never_say_is_not_drawn(operators):
    appearance = in_a_file(signature(HAND))
    foreign = Appearance(10, 10, operators, appearance.fonts)
    with pytest.raises(Undrawable):
        drawings.draw(foreign, "x")


def test_a_font_that_is_none_draws_nothing_of_others():
    foreign = Appearance(10, 10, b"/serif 3 Tf 1 0 0 1 1 1 Tm <0001> Tj", {"serif": b"no font"})
    assert "<path" not in drawings.draw(foreign, "x")
