"""HR at a desk and on a phone: the tree, the list, leaving with its preview, slips that open."""

from datetime import timedelta

import pypdfium2
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.utils import timezone, translation
from playwright.sync_api import expect

from pledges.models import Department, Invitation, Person
from tests.e2e.pages import DEVICES, download
from tests.e2e.test_pages import JUDGE, SIDEWAYS


@pytest.fixture
def newcomer(liming, wangfang):
    Department.objects.filter(pk=liming.department_id).update(head=wangfang)
    person = Person(username="n1", employee_number="N1", name="新人", department=liming.department)
    person.set_unusable_password()
    person.save()
    return person


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_hr_prints_a_slip_that_opens_and_sees_somebody_off(
    window, zhoumin, liming, newcomer, draft, device
):
    begun = draft(at=timezone.now() - timedelta(hours=1))
    office = window(zhoumin, device=device, bypass_csp=True)
    page = office.context.new_page()
    page.add_init_script(AXE_SCRIPT)
    page.set_viewport_size(DEVICES[device]["viewport"])

    def look():
        assert page.evaluate(JUDGE, {}) == []
        assert page.evaluate(SIDEWAYS) == 0

    page.goto("/admin/pledges/department/")
    look()
    page.locator(".tree .entry", has_text="华东零售部").locator(".tree-counts a").first.click()
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(3)
    look()
    rows.filter(has_text="新人").locator("input[type=checkbox]").check()
    page.locator("[name=action]").select_option("many_slips")
    page.locator(".list-actions [type=submit]").click()
    expect(page.locator("main .entries")).to_contain_text("新人")
    look()
    name, pdf = download(page, page.locator("main .actions [type=submit]"))
    assert name.endswith(".pdf") and len(pypdfium2.PdfDocument(pdf)) == 1
    slip = Invitation.objects.get(person=newcomer)
    stranger = window(None, device=device).tab(f"/accounts/invitation/{slip.pk}/{slip.key()}/")
    expect(stranger.locator("#id_password1")).to_be_visible()

    page.goto(f"/admin/pledges/person/{liming.pk}/change/")
    look()
    page.locator("[aria-labelledby=employment] .btn-danger").click()
    with translation.override("zh-hans"):
        named = str(begun.version)
    expect(page.locator("main form")).to_contain_text(named)
    look()
    page.locator("main .actions [type=submit]").click()
    expect(page.locator(".note-success")).to_contain_text("李明")
    assert not Person.objects.get(pk=liming.pk).is_active
