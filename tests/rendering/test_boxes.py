"""The two signature boxes have the size that the file format names, wherever they are drawn."""

import dataclasses
from datetime import UTC, datetime

import pytest

from benchmarks import samples
from pledges import rendering
from pledges.proof.fileformat import CURRENT
from pledges.rendering import fonts, paper
from tests.rendering.samples import opened

ALL = [(slug, language) for slug in samples.SLUGS for language in samples.LANGUAGES]
SIGNED = datetime(2026, 11, 23, 2, 1, tzinfo=UTC)


def sizes(pledge: bytes) -> list[tuple[float, float]]:
    rects = [[float(edge) for edge in field.Rect] for field in opened(pledge).Root.AcroForm.Fields]
    return [(right - left, top - bottom) for left, bottom, right, top in rects]


def printed(slug: str, language: str) -> bytes:
    words = samples.version_text(slug, language) + rendering.paper_text(language)
    return rendering.render_pledge(samples.sheet(slug, language), fonts.subset_for(words))


@pytest.mark.parametrize(("slug", "language"), ALL)
def test_the_boxes_on_the_paper_have_the_size_of_the_file_format(slug, language):
    for size in sizes(printed(slug, language)):
        assert size == pytest.approx(CURRENT.box, abs=0.01)


def test_the_style_sheet_takes_the_size_from_the_file_format(monkeypatch):
    other = dataclasses.replace(CURRENT, box=(198.0, 90.0))
    monkeypatch.setattr(paper, "CURRENT", other)
    for size in sizes(printed("contract", "zh-hans")):
        assert size == pytest.approx(other.box, abs=0.01)


def figures() -> list[bytes]:
    own = {"language": "zh-hans", "fonts": fonts.subset_for("李明示例银行")}
    mark = rendering.SignatureImage(typed="李明")
    return [
        rendering.draw_signature(mark, name="李明", signed_at=SIGNED, **own),
        rendering.draw_stamp(
            organisation="示例银行", number="CN-2026-000001", accepted_at=SIGNED, **own
        ),
    ]


def test_what_is_drawn_into_them_fills_them_on_one_page():
    for figure in figures():
        (page,) = opened(figure).pages
        assert [float(edge) for edge in page.MediaBox] == pytest.approx(
            [0, 0, *CURRENT.box], abs=0.01
        )
