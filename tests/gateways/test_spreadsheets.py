"""What a spreadsheet program is given: no formula, whatever was typed; numbers that are numbers."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.gateways import spreadsheets

# What a program may take for the first sign of a formula, once it has stripped what is not seen.
SIGNS = "=+-@|%＝＋－＠"
UNSEEN = " \u3000\u200b\ufeff\x00\t\r\n"
NUMBER = re.compile(r"-[0-9.,]+(\n|,\".*)?", re.DOTALL)


def read(line, **dialect):
    return list(csv.reader(io.StringIO(line, newline=""), **dialect))


def written(cell):
    ((value,),) = read(spreadsheets.csv_line([cell]))
    return value


@pytest.mark.parametrize(
    "typed",
    [
        *("=1+1", "+1+1", "-1+1", "@SUM(1)", " =1+1", "\u3000=1+1"),
        *("＝1+1", "＋1+1", "－1+1", "＠SUM(1)", "\u200b=1+1", "\ufeff=1+1", "\x00=1+1"),
        *("﹢1", "﹣1", "﹦1", "﹫x", "−1+1", "\u3164=1+1", "\u2800＝1", "\ufe0f=1", "\u115f＋1"),
        *("+86 138 0000 0000", "-", "-5 °C", "%APPDATA%", "  +5"),
    ],
)
def test_what_begins_like_a_formula_is_text(typed):
    assert written(typed) == f"'{typed}"


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        *(("\t=1+1", "\t'=1+1"), ("\r=1+1", "\r'=1+1"), ("\n@x", "\n'@x"), ("\t\t=1", "\t\t'=1")),
        *(("a;=1+1", "a;'=1+1"), ("a\t-1", "a\t'-1"), ("a; ＝1", "a;' ＝1")),
        *(('"=1+1"', '\'"=1+1"'), ('a;"=1+1"', 'a;\'"=1+1"')),
        ("-5\n=1+1", "'-5\n'=1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd\\|' /C calc'!A0"),
    ],
)
def test_nor_can_one_stand_behind_what_programs_divide_at(typed, given):
    assert written(typed) == given


@pytest.mark.parametrize(
    "typed",
    [
        *("5", "92.5", "-5", "-0.25", "-1,5", "1e3", "2026-11-23", "2026-11-23T10:00:00+08:00"),
        *("", "李明", "E-1001", "a=b", "a|b", "100 %", "'=1+1", "一、受理登记\n二、核对身份", "—"),
        *("a; b", "甲；－乙", "a,=1"),
    ],
)
def test_numbers_and_words_stay_as_they_are(typed):
    assert written(typed) == typed


def test_the_cells_are_the_same_to_a_program_that_divides_at_semicolons_too():
    line = spreadsheets.csv_line(["a;b", "c\td", "5"])
    assert re.findall(r'"([^"]*)"(?:[,;\t]|\r\n)', line) == ["a;b", "c\td", "5"]


def begins_a_formula(text):
    return text.lstrip(UNSEEN).startswith(tuple(SIGNS))


@given(st.lists(st.text(st.sampled_from(UNSEEN + SIGNS + 'a5.,;"\\')), min_size=1))
def test_no_cell_is_ever_a_formula(cells):
    line = spreadsheets.csv_line(cells)
    assert [len(row) for row in read(line)] == [len(cells)]
    for divider in ",;\t":
        found = [cell for row in read(line, delimiter=divider) for cell in row]
        assert not [cell for cell in found if begins_a_formula(cell) and not NUMBER.fullmatch(cell)]
