"""From an invitation to a signature: the newcomer, and the officer who meets them."""

from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone
from playwright.sync_api import expect

from pledges.actions import enrolment, invitations
from pledges.models import Person
from tests.e2e.pages import DEVICES, said
from tests.e2e.test_passkey_signing import Device

OWN = "walnut-harbour-thimble-snail"


@pytest.fixture
def link(zhaolei, admin):
    """What stands in the mail to Zhao Lei, whose account was opened a minute ago."""
    zhaolei.set_unusable_password()
    zhaolei.save()
    Authenticator.objects.filter(user=zhaolei).delete()
    invitation = invitations.invite(zhaolei, actor=admin, at=timezone.now())
    return f"/accounts/invitation/{invitation.pk}/{invitation.key()}/"


@pytest.mark.parametrize("device", DEVICES)
def test_an_invited_person_signs_once_an_officer_has_met_them(
    window, link, zhaolei, chenjing, device
):
    page = window(device=device).tab()
    authenticator = Device(page)
    page.goto(link)
    for number, typed in ((1, "zhaolei-2026-zhaolei"), (2, "zhaolei-2026-zhaolei")):
        page.locator(f"#id_password{number}").fill(typed)
    page.locator("main form [type=submit]").click()
    expect(page.locator(".errorlist")).to_contain_text("容易被猜到")
    for number in (1, 2):
        page.locator(f"#id_password{number}").fill(OWN)
    page.locator("main form [type=submit]").click()
    page.wait_for_url("**/accounts/login/")
    page.locator("#id_login").fill("zhaolei")
    page.locator("#id_password").fill(OWN)
    page.locator("main form [type=submit]").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")

    # The first passkey waits, and the page says for whom: names, not that of who invited.
    page.locator("#first-signing").locator("xpath=..").locator("a").click()
    page.locator("#set-up [data-passkey=make] button").click()
    code = page.locator(".passkey-code strong").inner_text()
    expect(page.locator("main")).to_contain_text("为您开通账号的人除外")
    expect(page.locator("main li", has_text=chenjing.name)).to_be_visible()
    expect(page.locator("main li", has_text="郑强")).to_have_count(0)
    page.goto("/")
    expect(page.locator("#first-signing")).to_have_text(said("You can sign once it is confirmed"))
    assert enrolment.enrolled(zhaolei) == [] and len(authenticator.credentials()) == 1

    # The officer sees the same code, and confirms.
    desk = window(chenjing).tab()
    desk.goto(f"/admin/pledges/person/{zhaolei.pk}/change/")
    expect(desk.locator(".passkey-code strong")).to_have_text(code)
    desk.locator(".entry a.btn-primary").click()
    expect(desk.locator(".passkey-code strong")).to_have_text(code)
    desk.locator("main form [type=submit]").click()
    expect(desk.locator(".note-success")).to_contain_text("可用于签署文件")

    # Everybody who was signed in as the newcomer is signed out; the passkey lets only one in.
    page.goto("/accounts/2fa/webauthn/")
    page.locator("#id_login").fill("zhaolei")
    page.locator("#id_password").fill(OWN)
    page.locator("main form [type=submit]").click()
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/accounts/2fa/webauthn/")
    expect(page.locator(".badge-state")).to_have_text("可签署文件")
    assert len(enrolment.enrolled(Person.objects.get(pk=zhaolei.pk))) == 1
