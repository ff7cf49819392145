"""HR imports a list with eight kinds of fault: mends what can be, leaves out the rest, applies."""

import io
from datetime import datetime

import xlsxwriter
from playwright.sync_api import Page, expect

from pledges.models import Person, Roster
from tests.e2e.pages import said
from tests.serving import run_worker

HEADS = ("工号", "姓名", "部门", "上级部门", "岗位", "邮箱", "入职日期")


def _workbook() -> bytes:
    """As somebody keeps it in Excel: a title over all, dates, a formula, merged cells."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written)
    sheet = book.add_worksheet("花名册")
    day = book.add_format({"num_format": "yyyy/m/d"})
    sheet.merge_range("A1:G1", "示例银行花名册")
    sheet.write_row(1, 0, HEADS)
    for row in range(2, 13):
        sheet.write_row(row, 0, (f"E30{row:02}", f"新人{row}", "上海分行", "", "客户经理"))
        sheet.write_datetime(row, 6, datetime(2026, 11, 1), day)
    sheet.write_string("F4", "not an address")
    sheet.write_formula("E5", '=CONCATENATE("客户","经理")', None, "客户经理")
    sheet.write_string("G6", "上个月")
    sheet.write_string("A7", "E3002")
    sheet.write_blank("B8", None, book.add_format({"bold": True}))
    sheet.merge_range("E9:E10", "柜员")
    sheet.write_string("D11", "上海分行")
    sheet.write_string("A12", "工30")
    book.close()
    return written.getvalue()


def _mend(page: Page, address: str, text: str | None = None) -> None:
    cell = page.locator(f'input[id^="cell-{address}-"]')
    if text is not None:
        cell.fill(text)
    page.locator(f'form:has(input[id^="cell-{address}-"]) [type=submit]').click()
    expect(page.locator(f'input[id^="cell-{address}-"]')).to_have_count(0)


def test_a_list_with_eight_kinds_of_fault(window, zhoumin):
    page = window(zhoumin).tab("/admin/pledges/roster/")
    page.locator(".title-tools a").click()
    page.set_input_files(
        "[name=file]",
        {"name": "花名册.xlsx", "mimeType": "application/zip", "buffer": _workbook()},
    )
    page.locator("[name=reach][value=additions]").check()
    page.locator("main form [type=submit]").click()
    expect(page.locator(".figure-urgent .figure-count")).to_have_text("8")
    expect(page.locator(".roster-row")).to_have_count(8)
    _mend(page, "F4", "xinren3@example.com")
    _mend(page, "E5")
    _mend(page, "G6", "2026年11月2日")
    _mend(page, "A7", "E3006")
    _mend(page, "B8", "钱伟")
    _mend(page, "E10")
    _mend(page, "D11", "总行")
    expect(page.locator(".roster-row")).to_have_count(1)
    page.locator('.roster-row form[action$="/leave-out/"] [type=submit]').click()
    expect(page.locator(".figure-urgent")).to_have_count(0)
    page.locator('a[href="?fate=new"]').click()
    expect(page.locator(".roster-row")).to_have_count(10)
    page.locator('form[action$="/confirm/"] [type=submit]').click()
    expect(page.locator("#how-far")).to_be_visible()
    assert run_worker() == 0
    expect(page.locator("#moving .note-success")).to_be_visible()
    page.reload()
    expect(page.locator("main")).to_contain_text(said("Everyone who has yet to be invited"))
    assert Person.objects.filter(employee_number__startswith="E30").count() == 10
    assert Roster.objects.get().state == Roster.State.APPLIED
