"""Chinese, Roman and circled numerals, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.template.clause_numbers import (
    chinese,
    read,
    read_chinese,
    roman,
    unreadable,
)


@pytest.mark.parametrize(
    ("number", "numeral"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "一百"),
     (101, "一百零一"), (110, "一百一十"), (111, "一百一十一"), (999, "九百九十九")],
)  # fmt: skip
def test_chinese_numerals(number: int, numeral: str) -> None:
    assert chinese(number) == numeral
    assert read_chinese(numeral) == number


@given(st.integers(1, 999))
def test_what_is_written_is_read(number: int) -> None:
    assert read_chinese(chinese(number)) == number
    (marker,) = read(f"（{chinese(number)}）")
    assert marker.value == (number,)


@given(st.integers(1, 99))
def test_roman_numerals_are_read_in_brackets(number: int) -> None:
    values = {marker.value[0] for marker in read(f"({roman(number)})") if marker.style == "roman"}
    assert values == {number}


def test_circled_numbers_reach_fifty() -> None:
    assert [read(sign)[0].ordinal for sign in "①⑳㉑㉟㊱㊿"] == [1, 20, 21, 35, 36, 50]
    assert read("㊿")[0].written((51,)) == "(51)"


def test_no_value_no_number() -> None:
    assert read("一一、x") == ()
    assert unreadable("一一、x") == "一一、"
    assert unreadable("(ill) x") == unreadable("一、x") == ""
