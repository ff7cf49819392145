"""Files that people keep lists in, and files that somebody made to do harm."""

import io
import threading
import zipfile
from datetime import datetime

import pytest
import xlsxwriter

from pledges.core.pool_refusals import TooBusy
from pledges.core.rosters.tables import MAX_ROWS, Note, Row, Unreadable
from pledges.gateways import tables, workbooks
from pledges.gateways.tables import PASTED, read, read_here
from pledges.gateways.workbook_writing import write_workbook

TEXT = "工号,姓名\n00123,张三\n"


def book(fill, **options):
    written = io.BytesIO()
    made = xlsxwriter.Workbook(written, options)
    fill(made, made.add_worksheet("花名册"))
    made.close()
    return written.getvalue()


def rows_of(fill):
    return read_here(book(fill)).rows


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_in_every_encoding(encoding, separator):
    table = read_here(TEXT.replace(",", separator).encode(encoding))
    assert [row.cells for row in table.rows] == [("工号", "姓名"), ("00123", "张三")]


def test_csv_with_quotes_lines_and_empty_rows():
    table = read_here('工号,姓名\n\n"1","张\n三"\n=" 007",=A1\n'.encode())
    assert [row.number for row in table.rows] == [1, 3, 4]
    assert table.rows[1].cells == ("1", "张\n三")
    assert (table.rows[2].cells, table.rows[2].notes) == (("007", "=A1"), {1: Note.FORMULA})


def test_pasted_cells():
    table = read_here("工号\t姓名\r\n0012\t张,三\r\n".encode(), PASTED)
    assert table.rows[1].cells == ("0012", "张,三")


def test_a_workbook_as_people_keep_it():
    def fill(made, sheet):
        sheet.write_row(0, 0, ("工号", "姓名", "入职", "编号", "说明"))
        sheet.write_string(1, 0, "00123")
        sheet.write_rich_string(1, 1, "张", made.add_format({"bold": True}), "三")
        sheet.write_datetime(
            1, 2, datetime(2026, 1, 5), made.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        )
        sheet.write_number(1, 3, 42, made.add_format({"num_format": "000000"}))
        sheet.write_formula(1, 4, '="一"&"二"', None, "一二")
        sheet.write_row(4, 0, (1001, 92.5, True))
        sheet.write_number(4, 3, 123456789012345680)
        sheet.write_formula(4, 4, "=1/0", None, "#DIV/0!")

    first, second, fifth = rows_of(fill)
    assert first == Row(1, ("工号", "姓名", "入职", "编号", "说明"))
    assert second.cells == ("00123", "张三", "2026-01-05", "000042", "一二")
    assert second.notes == {2: Note.DATE, 3: Note.NUMBER, 4: Note.FORMULA}
    assert (fifth.number, fifth.cells[:3]) == (5, ("1001", "92.5", "TRUE"))
    assert fifth.notes[3] == Note.ROUNDED and fifth.notes[4] == Note.ERROR


def test_days_from_1904():
    def fill(made, sheet):
        sheet.write_datetime(0, 0, datetime(2026, 1, 5), made.add_format({"num_format": 14}))

    assert read_here(book(fill, date_1904=True)).rows[0].cells == ("2026-01-05",)


def test_merged_cells_say_what_is_seen():
    def fill(made, sheet):
        for row in range(4):
            sheet.write_row(row, 0, (f"E{row}", "hidden"))
        sheet.merge_range("B2:B4", "零售部", made.add_format({"bold": True}))

    rows = rows_of(fill)
    assert [row.cells[1] for row in rows] == ["hidden", "零售部", "零售部", "零售部"]
    assert [row.notes for row in rows] == [{}, {}, {1: Note.MERGED}, {1: Note.MERGED}]


def test_hidden_and_empty_sheets_are_passed_over():
    written = io.BytesIO()
    made = xlsxwriter.Workbook(written)
    made.add_worksheet("空")
    secret = made.add_worksheet("密")
    secret.write("A1", "secret")
    secret.hide()
    made.add_worksheet("名单").write("A1", "工号")
    made.close()
    table = read_here(written.getvalue())
    assert (table.sheet, table.rows[0].cells) == ("名单", ("工号",))


def test_what_we_write_we_read():
    table = read(write_workbook("名<单>", ("工号", 'a<b>&"'), [("00123", " x ")]))
    assert (table.sheet, [row.cells for row in table.rows]) == (
        "名<单>",
        [("工号", 'a<b>&"'), ("00123", "x")],
    )


# --- Bad input ------------------------------------------------------------------------------------
def package(**parts):
    """A workbook put together by hand; parts in place of those of an honest one."""
    honest = zipfile.ZipFile(io.BytesIO(write_workbook("a", ["工号"], [])))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in honest.namelist():
            key = name.rpartition("/")[2].partition(".")[0]
            made.writestr(name, parts.get(key, honest.read(name)))
    return written.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
BOMB = (
    SHEET + b"<row><c><v>" + b"1" * (30 * 1024 * 1024) + b"</v></c></row></sheetData></worksheet>"
)
ENTITY = (
    b'<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    + SHEET
    + b'<row><c t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
)
LAUGHS = ENTITY.replace(b'SYSTEM "file:///etc/passwd"', b'"ha"')
BAD = {
    "nothing": (b"", "empty"),
    "only spaces": (b" \n \n", "empty"),
    "only separators": (b",,\n,,\n", "empty"),
    "an old workbook": (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, "old-office"),
    "a PDF": (b"%PDF-1.7\n\0\0\0", "not-a-table"),
    "an image": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not-a-table"),
    "no encoding that we know": (b"\x81\x20\xff\xff", "encoding"),
    "half of UTF-16": ("\ufeff工".encode("utf-16-le") + b"\xd8", "encoding"),
    "a quotation mark left open": ('工号,"姓名\n1,2\n'.encode(), "bad-quotes"),
    "half a ZIP": (write_workbook("a", ["1"], [])[:300], "damaged"),
    "a ZIP of something else": (b"PK\x05\x06" + b"\0" * 18, "not-a-workbook"),
    "an external entity": (package(sheet1=ENTITY), "damaged"),
    "an entity": (package(sheet1=LAUGHS), "damaged"),
    "half a sheet": (package(sheet1=SHEET), "damaged"),
    "no sheet": (package(workbook=b"<workbook/>"), "empty"),
    "too many columns": (",".join(["x"] * 201).encode(), "too-many-columns"),
    "too many rows": (b"a\n" * (MAX_ROWS + 1), "too-many-rows"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_its_reason(name):
    data, why = BAD[name]
    with pytest.raises(Unreadable) as refused:
        read_here(data)
    assert refused.value.why == why


def test_what_is_packed_small_is_not_unpacked_without_end(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 20 * 1024 * 1024)
    bomb = package(sheet1=BOMB)
    assert len(bomb) < 100_000
    with pytest.raises(Unreadable, match="too-large-unpacked"):
        read_here(bomb)


def test_the_process_that_reads_is_another_and_bound():
    with pytest.raises(Unreadable, match="too-large"):
        read(b"x" * (tables.MAX_FILE + 1))
    with pytest.raises(Unreadable, match="encoding"):
        read(b"\x81\x20\xff\xff")
    assert read(TEXT.encode("gb18030")).rows[1].cells == ("00123", "张三")


def test_a_reader_that_comes_to_no_end_is_ended(monkeypatch):
    from pledges.forkserver.limits import Limits

    monkeypatch.setattr(tables, "LIMITS", Limits(wall=0.001))
    with pytest.raises(Unreadable, match="too-costly"):
        read(TEXT.encode())


def test_a_merged_range_of_a_few_bytes_fills_no_millions_of_cells():
    """Whoever asked would hold them without limits: so it is refused where they are read."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 11_001))
    merged = '</sheetData><mergeCells><mergeCell ref="A1:GR11000"/></mergeCells></worksheet>'
    with pytest.raises(Unreadable) as refused:
        read(package(sheet1=SHEET + rows.encode() + merged.encode()))
    assert refused.value.why == "too-large-unpacked"


@pytest.mark.parametrize("escaped", ["_x0000_", "_xD800_", "_xDFFF_"])
def test_what_no_text_may_hold_stays_as_it_is_written(escaped):
    assert workbooks.unescaped(f"a{escaped}b") == f"a{escaped}b"
    assert workbooks.unescaped("a_x000D_b_x4E00_") == "a\rb一"


def test_only_a_few_are_read_at_a_time(monkeypatch):
    monkeypatch.setattr(tables, "_places", threading.BoundedSemaphore(1))
    with tables._places, pytest.raises(TooBusy):
        read(TEXT.encode())
    assert read(TEXT.encode()).rows
