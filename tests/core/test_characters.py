"""Normal forms of text that anybody may send, in a time that grows with its length alone."""

import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.characters import normalized
from tests.test_structure import WRITTEN_BY_HAND, name

# Half a request of accents that sort before one another: the library alone takes minutes.
ACCENTS = "a" + "\u0301\u0323\u0327" * 40_000


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_a_long_run_of_accents_takes_no_longer_than_other_text(form):
    before = time.process_time()
    normalized(form, ACCENTS)
    assert time.process_time() - before < 2


def test_nobody_normalizes_text_without_that_care():
    calling = {
        name(path)
        for path in WRITTEN_BY_HAND
        if "unicodedata.normalize(" in path.read_text("utf-8")
    }
    assert calling == {str(Path("pledges", "core", "characters.py"))}


@given(st.text(max_size=30), st.sampled_from(["NFC", "NFKC"]))
def test_other_text_is_normalized_as_ever(text, form):
    assert normalized(form, text) == unicodedata.normalize(form, text)


def test_what_divides_a_long_run_may_stand_in_no_name_and_no_answer():
    assert "\u034f" in normalized("NFC", "a" + "\u0301" * 31)
    assert "\u034f" not in normalized("NFC", "a" + "\u0301" * 30)
