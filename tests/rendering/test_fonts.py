"""The faces are cut down to what a version prints, the same way every time, and widened at need."""

import hashlib
from pathlib import Path

import uharfbuzz
from hypothesis import given, settings
from hypothesis import strategies as st

from pledges.rendering import fonts

DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "fonts-and-rendering.md"
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=20)


def drawn(font: bytes) -> set[int]:
    return set(uharfbuzz.Face(font).unicodes)


def test_a_subset_draws_its_text_and_common_characters_in_both_faces():
    made = fonts.subset_for("客户经理職業操守")
    for font in (made.serif, made.sans):
        assert {ord(char) for char in "客户经理職業操守" + fonts.COMMON} <= drawn(font)
        assert ord("镕") not in drawn(font)


def test_a_subset_is_small_and_the_same_each_time():
    made = fonts.subset_for("承诺书")
    fonts._build.cache_clear()
    again = fonts.subset_for("书诺承承")
    assert made == again
    assert len(made.serif) + len(made.sans) < 120_000
    assert fonts.subset_for("承诺人").sha256 != made.sha256


def test_glyph_numbers_are_character_identifiers():
    """A PDF with Identity-H addresses CIDs, its writer knows glyph numbers: they must agree."""
    from io import BytesIO

    from fontTools.ttLib import TTFont

    charset = TTFont(BytesIO(fonts.subset_for("镕客户").serif))["CFF "].cff.topDictIndex[0].charset
    assert charset == [".notdef", *(f"cid{number:05d}" for number in range(1, len(charset)))]


def test_covering_leaves_a_sufficient_subset_alone_and_widens_another():
    own = fonts.subset_for("客户经理")
    assert fonts.covering(own, "经理\n客户 No. 12") is own
    wider = fonts.covering(own, "客户欧阳镕")
    assert {ord(char) for char in "客户经理欧阳镕"} <= drawn(wider.serif)


@settings(deadline=None)
@given(HAN)
def test_what_is_not_missing_is_drawn_after_widening(text):
    wider = fonts.covering(fonts.subset_for("客"), text)
    covered = drawn(wider.serif) | drawn(wider.sans)
    missing = set(fonts.missing_glyphs(text))
    assert all((ord(char) in covered) is (char not in missing) for char in text)


def test_missing_characters_are_named_once_in_order():
    assert fonts.missing_glyphs("王\U00020bb7č\n\U00020bb7\t ok") == ("\U00020bb7", "č")
    assert fonts.missing_glyphs("欧阳镕 Ouyang □✓") == ()


def test_a_character_is_described_by_itself_its_code_point_and_its_name():
    assert fonts.describe("č") == "č (U+010D LATIN SMALL LETTER C WITH CARON)"
    assert fonts.describe("\u200b") == "\ufffd (U+200B ZERO WIDTH SPACE)"
    assert fonts.describe("\ue000") == "\ufffd (U+E000 unnamed character)"


def test_the_subsetter_is_reported(monkeypatch):
    from weasyprint.text import ffi

    assert fonts.subsetter_available()
    monkeypatch.setattr(ffi, "harfbuzz_subset", None)
    assert not fonts.subsetter_available()


def test_the_bold_face_is_the_very_file_that_the_decision_names():
    """Its package is a stranger's: what an upgrade brings is looked at before it is printed."""
    with fonts.BOLD_FILE.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    assert f"`{digest}`" in DECISION.read_text("utf-8")
