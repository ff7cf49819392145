"""Workbooks hold the texts they are given, as texts."""

import io
import zipfile
from xml.etree import ElementTree

import pytest

from pledges.gateways.workbook_writing import MAX_CELL, write_workbook

CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}c"


def cells(made):
    """The cells of each row: its kind, and what is in it."""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    rows = sheet.iter(CELL.replace("}c", "}row"))
    return [[(c.get("t"), "".join(c.itertext())) for c in row.iter(CELL)] for row in rows]


def test_rows_come_back_as_they_were_given():
    made = write_workbook("名单", ["工号", "天数"], [["00123", 7], ["<&>", None]])
    assert cells(made) == [
        [("inlineStr", "工号"), ("inlineStr", "天数")],
        [("inlineStr", "00123"), (None, "7")],
        [("inlineStr", "<&>"), ("inlineStr", "")],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "＝1", "\t=1", " =1", "\u200b=1"])
def test_no_text_is_a_formula(text):
    ((_head,), ((kind, inside),)) = cells(write_workbook("x", ["x"], [[text]]))
    assert kind == "inlineStr"
    assert inside.startswith(("'", "\t'"))


@pytest.mark.parametrize("name", ["a/b:c*d?[e]", "", "长" * 50, "\u202e"])
def test_any_name_makes_a_sheet_that_opens(name):
    assert cells(write_workbook(name, ["x"], []))


def test_what_no_cell_takes_is_made_visible_or_cut():
    made = write_workbook("x", ["x"], [["a\x00\x0bb"], ["x" * (MAX_CELL + 1)]])
    (_head, ((_kind, broken),), ((_other, long),)) = cells(made)
    assert broken == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"
    assert len(long) == MAX_CELL
