"""Which characters a name may hold: those that a reader sees, and no others."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.characters import unfit_in_name

HIDDEN = {
    "direction": "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e",
    "tags": "".join(map(chr, range(0xE0000, 0xE0080))),
    "fillers": "\u115f\u1160\u3164\uffa0\u2800",
    "line breaks": "\n\r\v\f\x85\u2028\u2029",
    "controls": "\0\t\x07\x1b\x7f\x9b",
    "selectors": "\ufe00\ufe0f\u180b\U000e0100\U000e01ef",
    "private and unassigned": "\ue000\U000f0000\uffff\u0378",
    "half of a pair": "\ud800\udfff",
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_what_nobody_sees_is_found_wherever_it_stands(kind):
    for character in HIDDEN[kind]:
        for name in (f"{character}Li Ming", f"Li{character}Ming", f"Li Ming{character}", character):
            assert unfit_in_name(name) == character, ascii(name)


@pytest.mark.parametrize(
    "name",
    [
        *("李明", "欧阳娜娜", "𠮷田", "葛\U000e0100城", "阿依古丽·买买提", "次仁卓玛", "김민준"),
        "山田\u3000太郎",
        *("Siobhán O’Neill-Łuczak", "Nguyễn Thị Ánh", "مريم", "שרה", "प्रिया", "สมชาย", ""),
        *("华东零售部（上海）", "Research & Development", "总行/分行", "021-5555 0100 转 8"),
    ],
)
def test_names_of_the_world_stand(name):
    assert unfit_in_name(name) is None


@given(st.text())
def test_what_is_let_in_can_be_seen(text):
    found = unfit_in_name(text)
    if found is None:
        assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    else:
        assert found in text
