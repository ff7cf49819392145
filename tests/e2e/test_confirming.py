"""Who it is: asked anew before a sensitive step, and of staff before anything else."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from pledges.core.lifecycle import PledgeState
from pledges.models import ReturnReason
from tests import baseline
from tests.e2e.pages import DEVICES, Window, confirm_identity, give_password, said
from tests.e2e.test_passkey_signing import Device, add_passkey
from tests.fresh import outdate
from tests.serving import server

REASON = "第一条的数字与附件不符。\n请核对后重新提交 <2026>。"


def test_what_was_typed_for_long_is_kept_while_the_officer_confirms(
    window, chenjing, signed, device
):
    pledge = signed(at=timezone.now() - timedelta(hours=1))
    desk = window(chenjing, device=device)
    page = desk.tab(f"/admin/pledges/pledge/{pledge.pk}/return/")
    page.locator(".reason").first.locator("textarea").fill(REASON)
    outdate(chenjing)
    desk.foresee(403)
    page.locator("#return-form .actions [type=submit]").click()
    page.locator("#id_confirm-password").fill("not mine")
    page.locator("main form [type=submit]").click()
    expect(page.locator(".errorlist")).to_be_visible()
    page.locator("#id_confirm-password").fill(baseline.PASSWORD)
    page.locator("main form [type=submit]").click()
    expect(page.locator(".note-success")).to_contain_text(pledge.number)
    pledge.refresh_from_db()
    assert pledge.status == PledgeState.RETURNED
    assert ReturnReason.objects.get().text.splitlines() == REASON.splitlines()


def test_who_has_a_passkey_confirms_with_it_before_accepting(window, chenjing, signed, device):
    pledge = signed(at=timezone.now() - timedelta(hours=1))
    page = window(chenjing, device=device).tab("/accounts/2fa/")
    Device(page)
    confirm_identity(page, "chenjing")
    add_passkey(page, "手机")
    page.wait_for_url("**/2fa/recovery-codes/")
    outdate(chenjing)
    page.goto(f"/admin/pledges/pledge/{pledge.pk}/accept/")
    page.locator("#mfa_webauthn_authenticate").click()
    page.locator(".review-panel form [type=submit]").click()
    expect(page.locator(".messages .note-success")).to_be_visible()
    pledge.refresh_from_db()
    assert (pledge.status, pledge.reviewed_by) == (PledgeState.ACCEPTED, chenjing)


def test_the_first_sign_in_of_staff_leads_through_enrolling(browser, site, chenjing, settings):
    with server(threads=2, STAFF_SECOND_FACTOR="1") as address:
        opened = Window(browser.new_context(base_url=address, **DEVICES["phone"]))
        page = opened.tab("/admin/pledges/pledge/")
        give_password(page, "chenjing")
        page.wait_for_url("**/accounts/2fa/")
        expect(page.locator(".note-warning")).to_be_visible()
        page.goto("/admin/")
        page.wait_for_url("**/accounts/2fa/")
        Device(page)
        page.locator('main a[href="/accounts/2fa/webauthn/add/"]').click()
        page.locator("#id_name").fill("手机")
        page.locator("#mfa_webauthn_add").click()
        page.wait_for_url("**/2fa/recovery-codes/")
        onward = said("Continue to the page that you requested")
        page.locator("main a", has_text=onward).click()
        page.wait_for_url(re.compile("/admin/"))
        assert opened.close() == []


def test_a_session_elsewhere_is_ended_from_here(window, liming, device):
    here, there = window(liming, device=device), window(liming, device=device)
    other, page = there.tab("/"), here.tab("/accounts/sessions/")
    expect(page.locator(".entry")).to_have_count(2)
    page.locator(".entry form .btn-danger").click()
    expect(page.locator(".entry")).to_have_count(1)
    other.goto("/")
    other.wait_for_url("**/accounts/login/**")
