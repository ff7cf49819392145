"""The first signing, a later one, and a phone beside the desk: counted, in a real browser.

How is counted, so that the figures mean what a person would mean by them:

- a *click* is each press on something of a page (button, link, box to tick) and each touch of the
  passkey that the browser asks for, whoever draws that prompt. Typing is none, and so is what is
  the same as typing: to draw one's signature, to go from blank to blank with the keyboard.
- a *page* is each document that the browser loads in the window, the same address again included.
  What a script puts in its place is none, for nobody waits for a page or loses their place on it.

It begins on the sign-in page, which is not counted, with the name and the password typed, and ends
on the page that says that the pledge is signed.
"""

import re
import time
from io import BytesIO, StringIO

import pytest
import zxingcpp
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import call_command
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from pledges.actions import enrolment, pending
from pledges.models import Person, Session, Signature
from tests import baseline
from tests.cast import FILLED
from tests.e2e.pages import DEVICES, Draft, Signing, said
from tests.e2e.test_passkey_signing import Device

FIRST, LATER = {"clicks": 9, "pages": 4}, {"clicks": 5, "pages": 3}  # at most
DETAIL = re.compile(r"/pledges/[0-9a-f-]{36}/$")


class Counted:
    """A tab in which every click, every touch of the passkey and every page is counted."""

    def __init__(self, page):
        self.page = page
        self.begin()
        page.on("domcontentloaded", lambda _page: self.pages.append(page.url))

    def begin(self):
        self.clicks, self.pages = [], []

    def click(self, locator):
        self.clicks.append(locator.inner_text() or locator.get_attribute("name"))
        locator.click()

    def touch(self, _event):
        self.clicks.append("passkey")

    def expect_at_most(self, clicks, pages):
        assert len(self.clicks) <= clicks and len(self.pages) <= pages, (self.clicks, self.pages)


@pytest.fixture
def demo(window, liming, request):
    """Li Ming of the demonstration, with the pledges it assigns and nothing to sign with."""
    Authenticator.objects.all().delete()
    # The one person whom the tests' cast calls otherwise.
    Person.objects.filter(username="admin").update(username="zhengqiang")
    call_command("create_demo", stdout=StringIO())
    own = window(device=getattr(request, "param", "desktop"))
    own.foresee(422)
    page = own.tab("/accounts/login/")
    authenticator, counted = Device(page), Counted(page)
    for event in ("credentialAdded", "credentialAsserted"):
        authenticator.on(event, counted.touch)
    page.locator("#id_login").fill("liming")
    page.locator("#id_password").fill(baseline.PASSWORD)
    return counted


def open_and_fill(counted, slug, label):
    page = counted.page
    counted.click(page.locator(".entry", has_text=label).locator(".btn").first)
    page.wait_for_url(DETAIL)
    draft = Draft(page)
    draft.fill(FILLED[slug])
    counted.click(page.locator(".fill-bar .btn-primary"))
    page.wait_for_url("**/sign/**")


def code_at(secret, seconds):
    return format_hotp_value(hotp_value(secret, int(seconds) // 30))


def agree_and_sign(counted):
    page = counted.page
    Signing(page).draw()
    counted.click(page.locator("[name=consent]"))
    counted.click(page.locator(".sign-button"))
    page.wait_for_url(DETAIL)


@pytest.mark.parametrize("demo", DEVICES, indirect=True)
def test_a_first_and_a_later_signing_with_a_passkey(demo, liming):
    page = demo.page
    demo.click(page.locator("main form [type=submit]"))
    expect(page.locator("#first-signing")).to_be_visible()
    open_and_fill(demo, "personal-code", "个人守则型")
    demo.click(page.locator("#set-up [data-passkey=make] button"))
    on = page.locator("#set-up a.btn-primary")
    expect(on).to_contain_text("去签署")
    expect(page.locator("#recovery_codes")).to_be_visible()
    demo.click(on)
    expect(page.locator("#signing")).to_be_visible()
    agree_and_sign(demo)
    demo.expect_at_most(**FIRST)

    page.goto("/")
    expect(page.locator("#first-signing")).to_have_count(0)
    demo.begin()
    open_and_fill(demo, "contract", "条款合同型")
    agree_and_sign(demo)
    demo.expect_at_most(**LATER)
    assert {each.method for each in Signature.objects.all()} == {"passkey"}


def test_a_first_signing_with_an_authenticator_app(demo, liming):
    page = demo.page
    demo.click(page.locator("main form [type=submit]"))
    open_and_fill(demo, "personal-code", "个人守则型")
    demo.click(page.locator("#set-up a.btn-secondary"))
    secret = page.locator(".set-up-key").inner_text()
    page.locator("#id_code").fill(code_at(secret, time.time()))
    demo.click(page.locator("#set-up form button"))
    demo.click(page.locator("#set-up a.btn-primary"))
    expect(page.locator("#signing")).to_be_visible()
    Signing(page).draw()
    demo.click(page.locator("[name=consent]"))
    page.locator("[name=password]").fill(baseline.PASSWORD)
    page.locator("[name=code]").fill(code_at(secret, time.time() + 30))  # the first has served
    demo.click(page.locator(".sign-button"))
    page.wait_for_url(DETAIL)
    demo.expect_at_most(**FIRST)
    assert Signature.objects.get().method == "password-totp"


def test_who_was_signed_out_meanwhile_comes_back_to_the_document(demo, liming):
    page = demo.page
    page.locator("main form [type=submit]").click()
    open_and_fill(demo, "personal-code", "个人守则型")
    place = page.url
    Session.objects.all().delete()
    page.locator("#set-up [data-passkey=make] button").click()
    page.wait_for_url("**/accounts/login/**")
    page.locator("#id_login").fill("liming")
    page.locator("#id_password").fill(baseline.PASSWORD)
    page.locator("main form [type=submit]").click()
    page.wait_for_url(place)
    expect(page.locator("#set-up [data-passkey=make] button")).to_be_visible()


def test_a_phone_beside_the_desk(demo, window, liming):
    """The desk's QR code, the phone's finger, the number, and the desk's finger for it."""
    page = demo.page
    page.locator("main form [type=submit]").click()
    open_and_fill(demo, "personal-code", "个人守则型")
    page.locator("#set-up [data-passkey=make] button").click()
    page.locator("#phone form button").click()
    shown = page.locator("#phone svg")
    expect(shown).to_be_visible()
    (found,) = zxingcpp.read_barcodes(screenshot(shown))
    assert found.text == shown.get_attribute("data-address")

    phone = window(device="phone").tab(found.text)
    finger = Device(phone)
    expect(phone.locator("h1")).to_have_text(said("A passkey for your phone"))
    phone.locator("[data-passkey=make] button").click()
    digits = phone.locator(".phone-digits")
    expect(digits).to_have_text(re.compile(r"^\d{4}$"))
    assert len(enrolment.enrolled(liming)) == 1 and len(finger.credentials()) == 1

    typed = page.locator("#phone-number")
    expect(typed).to_be_visible()
    right = digits.inner_text()
    typed.fill(f"{(int(right) + 1) % 10_000:04}")
    page.locator("#phone .btn-primary").click()
    expect(page.locator("#phone [role=alert]")).to_be_visible()
    page.locator("#phone-number").fill(right)
    page.locator("#phone .btn-primary").click()
    expect(page.locator("#phone .note-success")).to_be_visible()
    expect(phone.locator("h1")).to_have_text(said("You can now sign on this phone"))
    assert len(enrolment.enrolled(liming)) == 2 and pending.waiting(liming, timezone.now()) == []

    # Nothing of it led away from the document; and the phone signs in by itself.
    page.locator("#set-up a.btn-primary").click()
    expect(page.locator("#signing")).to_be_visible()
    phone.locator("main a.btn-primary").click()
    phone.locator("#id_login").fill("liming")
    phone.locator("#id_password").fill(baseline.PASSWORD)
    phone.locator("main form [type=submit]").click()
    phone.locator("#mfa_webauthn_authenticate").click()
    phone.wait_for_url(lambda url: "accounts" not in url)


def screenshot(locator):
    return Image.open(BytesIO(locator.screenshot())).convert("L")
