"""Workbooks hold the texts they are given, as texts."""

import io
import zipfile

import pytest

from pledges.gateways.workbook_writing import MAX_CELL, write_workbook
from pledges.gateways.workbooks import read_workbook


def cells(made):
    return [row.cells for row in read_workbook(made).rows]


def test_rows_come_back_as_they_were_given():
    made = write_workbook("名单", ["工号", "天数"], [["00123", 7], ["<&>", "x"]])
    assert cells(made) == [("工号", "天数"), ("00123", "7"), ("<&>", "x")]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "＝1", "\t=1", " =1"])
def test_no_text_is_a_formula(text):
    made = write_workbook("x", ["x"], [[text]])
    assert cells(made)[1][0].startswith("'")
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(made)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("name", ["a/b:c*d?[e]", "", "长" * 50, "\u202e"])
def test_any_name_makes_a_sheet_that_opens(name):
    assert cells(write_workbook(name, ["x"], [])) == [("x",)]


def test_what_no_cell_takes_is_made_visible_or_cut():
    made = write_workbook("x", ["x"], [["a\x00\x0bb"], ["x" * (MAX_CELL + 1)]])
    (_head, (broken,), _long) = cells(made)
    assert broken == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"
