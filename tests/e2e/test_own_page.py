"""One's own page and help, by keyboard alone: a wrong record reported, a language chosen."""

from playwright.sync_api import expect

from pledges.models import Person
from tests.e2e.test_without import _tab_to as tab_to
from tests.serving import work_off

WRONG = "职务应为首席客户经理"


def test_by_keyboard_alone(window, liming, zhoumin, mailoutbox, device):
    page = window(liming, device=device).tab()
    tab_to(page, ".account-menu summary")
    page.keyboard.press("Enter")
    tab_to(page, '.account-menu a[href="/accounts/"]')
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_have_text("我的账号")
    expect(page.locator("main")).to_contain_text(liming.employee_number)

    tab_to(page, 'main a[href="/accounts/report/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/")
    tab_to(page, "[name=said]")
    page.keyboard.type(WRONG)
    tab_to(page, "main button.btn-primary")
    page.keyboard.press("Enter")
    expect(page.locator(".note-success")).to_contain_text("已发送给 1 人")
    expect(page.locator("[aria-labelledby=record] .note")).to_contain_text(WRONG)
    work_off()
    assert [mail.to for mail in mailoutbox] == [[zhoumin.email]]
    assert WRONG in mailoutbox[0].body

    tab_to(page, "input[name=language]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[aria-labelledby=language] button")
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_have_text("My account")
    assert Person.objects.get(pk=liming.pk).language == "en"


def test_who_cannot_sign_in_finds_help(window, device):
    page = window(device=device).tab("/accounts/login/")
    tab_to(page, 'main a[href="/help/lost/"]')
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_have_text("手机丢失或忘记密码，怎么办？")
    expect(page.locator("main nav a")).to_have_count(4)
    tab_to(page, 'main nav a[href="/help/checking/"]')
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_have_text("怎样自己核验 PDF 文件？")
    tab_to(page, 'main article a[href="/verify/"]')
    page.keyboard.press("Enter")
    expect(page.locator("#file")).to_be_visible()
    tab_to(page, '.colophon a[href="/help/"]')
