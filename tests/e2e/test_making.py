"""A document that takes longer than two seconds: the page says so, and it comes by itself."""

from playwright.sync_api import expect

from pledges.models import SigningIntent
from tests.cast import FILLED
from tests.e2e.pages import start

SLUG = "personal-code"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _waits(page):
    """This is the page that says what it waits for."""
    expect(page.get_by_role("heading", name="正在生成文件")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("已保存")
    assert page.evaluate(WIDER) == 0


def test_it_is_announced_and_comes_by_itself(window, liming, device, site):
    draft = start(window(liming, device=device).tab(), SLUG)
    draft.fill(FILLED[SLUG])
    page = draft.page
    with site.pools.not_rendering():
        page.locator(".fill-bar .btn-primary").click()
        _waits(page)
        with page.expect_request("**/prepare/"):
            pass  # it asks again
        _waits(page)
    page.wait_for_url("**/sign/**")
    assert SigningIntent.objects.count() == 1


def test_without_a_script_a_button_looks_again(window, liming, device, site):
    page = window(liming, device=device, java_script_enabled=False).tab()
    page.locator(f'form[action="/pledges/start/{SLUG}/"] button').click()
    for code, text in FILLED[SLUG].items():
        page.locator(f'[name="answer-{code}"]').fill(text)
    with site.pools.not_rendering():
        page.locator(".fill-bar .btn-primary").click()
        expect(page.get_by_role("heading", name="正在生成文件")).to_be_visible()
        again = page.get_by_role("button", name="查看是否已完成")
        again.click()
        expect(again).to_be_visible()
    again.click()
    page.wait_for_url("**/sign/**")
    assert SigningIntent.objects.count() == 1
