"""Chinese, Roman and circled numerals, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.core.template.clause_numbers import (
    chinese,
    read,
    read_capitals,
    read_chinese,
    roman,
    unreadable,
)


@pytest.mark.parametrize(
    ("number", "numeral"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "一百"),
     (101, "一百零一"), (110, "一百一十"), (111, "一百一十一"), (999, "九百九十九"),
     (1000, "一千"), (1001, "一千零一"), (1010, "一千零一十"), (1260, "一千二百六十"),
     (2000, "二千")],
)  # fmt: skip
def test_chinese_numerals(number: int, numeral: str) -> None:
    assert chinese(number) == numeral
    assert read_chinese(numeral) == number


@given(st.integers(1, 9999))
def test_every_numeral_is_read_as_itself(number: int) -> None:
    assert read_chinese(chinese(number)) == number


@given(st.text("一二五九十百千零", max_size=7))
def test_what_is_read_is_written_so(numeral: str) -> None:
    number = read_chinese(numeral)
    if number is not None:
        assert numeral in (chinese(number), "一" + chinese(number))


@given(st.integers(1, 999))
def test_what_is_written_is_read(number: int) -> None:
    (marker,) = read(f"（{chinese(number)}）")
    assert marker.value == (number,)


@given(st.integers(1, 99))
def test_roman_numerals_are_read_in_brackets(number: int) -> None:
    values = {marker.value[0] for marker in read(f"({roman(number)})") if marker.style == "roman"}
    assert values == {number}


@given(st.integers(1, 99))
def test_capital_numerals_are_read_in_english_texts_alone(number: int) -> None:
    line = f"{roman(number).upper()}. Scope"
    values = {m.value[0] for m in read_capitals(line) if m.style == "roman-capital"}
    assert values == {number}
    assert read(line) == ()


@pytest.mark.parametrize(
    "line", ["U.S. clients", "A.Smith", "I am bound", "IIII. x", "i. x", "MIX. x"]
)
def test_a_capital_is_a_number_only_before_a_point_and_a_space(line: str) -> None:
    assert read_capitals(line) == ()


def test_the_expected_number_is_written_as_the_others_are() -> None:
    (_letter, marker) = read_capitals("I. Scope")
    assert marker.written((4,)) == "IV."
    (letter,) = read_capitals("B. Scope")
    assert letter.written((3,)) == "C."


def test_circled_numbers_reach_fifty() -> None:
    assert [read(sign)[0].ordinal for sign in "①⑳㉑㉟㊱㊿"] == [1, 20, 21, 35, 36, 50]
    assert read("㊿")[0].written((51,)) == "(51)"


def test_no_value_no_number() -> None:
    assert read("一一、x") == ()
    assert unreadable("一一、x") == "一一、"
    assert unreadable("(ill) x") == unreadable("一、x") == ""
