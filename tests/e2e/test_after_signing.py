"""After a signing: what it says, the next one to sign, and how the officer's step shows."""

import re

from playwright.sync_api import expect

from pledges.models import Organisation
from tests.e2e.pages import Draft, download, said

NOW = ".timeline [aria-current=step]"


def test_from_one_signing_to_the_next_and_on_to_the_confirmation(
    window, liming, chenjing, draft, device
):
    Organisation.objects.update(pledge_contact="合规部 021-5555 0101")
    first, second = draft("general-standards"), draft("contract")
    type(first).objects.filter(pk=first.pk).update(due_on="2026-12-01")
    desk = window(liming, device=device)
    page = desk.tab(f"/pledges/{first.pk}/")
    signing = Draft(page).read_and_sign()
    signing.draw()
    signing.sign()

    first.refresh_from_db()
    expect(page.locator(".note-success")).to_have_text(f"签署完成：{first.number}")
    expect(page.locator("aside")).to_contain_text("合规部 021-5555 0101")
    expect(page.locator(NOW)).to_contain_text(said("Compliance review"))
    boxes = page.locator(".sheet-box")
    own, company = boxes.nth(0).locator("svg"), boxes.nth(1).locator("svg")
    expect(own).to_be_visible()
    expect(company).to_have_count(0)
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0
    page.locator("aside .btn-primary", has_text="签署下一份（还有 1 份）").click()
    page.wait_for_url(f"**/pledges/{second.pk}/")

    office = window(chenjing).tab(f"/admin/pledges/pledge/{first.pk}/accept/")
    expect(office.locator("[aria-labelledby=step]")).to_contain_text("自签订之日")
    office.locator("form .btn-primary").click()
    office.wait_for_url(re.compile(r"/admin/pledges/pledge/(\?.*)?$"))

    page.goto(f"/pledges/{first.pk}/")
    expect(page.locator(NOW)).to_have_count(0)
    steps = page.locator(".timeline li")
    expect(steps).to_have_count(3)
    expect(steps.last).to_contain_text("公司已确认，自签订之日起生效")
    expect(steps.last).to_contain_text("合规部门")
    expect(company).to_be_visible()
    expect(company).to_have_attribute("aria-label", re.compile(f"电子确认.*{first.number}"))
    name, _content = download(page, page.locator("aside .btn-primary"))
    assert name == f"承诺书-通用准则型-李明-{first.number}.pdf"
