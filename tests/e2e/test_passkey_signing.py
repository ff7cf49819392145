"""Passkeys in a real browser, with an authenticator of its own: adding one, signing, declining."""

import re
from dataclasses import dataclass
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from pledges.actions import pending
from pledges.models import Organisation, Pledge, Signature
from tests import baseline
from tests.e2e.pages import DEVICES, Draft, Signing, confirm_identity, fresh_code, said

OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """The browser's virtual authenticator."""

    def __init__(self, page):
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        self.plug_in()

    def plug_in(self, **changes):
        options = {**OPTIONS, **changes}
        self._id = self._send("addVirtualAuthenticator", options=options)["authenticatorId"]

    def swap(self):
        """Another device of the same person, with no passkey on it."""
        self._send("removeVirtualAuthenticator", authenticatorId=self._id)
        self.plug_in()

    def verify(self, yes):
        self._send("setUserVerified", authenticatorId=self._id, isUserVerified=yes)

    def credentials(self):
        return self._send("getCredentials", authenticatorId=self._id)["credentials"]

    def add(self, credential):
        self._send("addCredential", authenticatorId=self._id, credential=credential)

    def on(self, event, heard):
        self._session.on(f"WebAuthn.{event}", heard)

    def _send(self, command, **arguments):
        return self._session.send(f"WebAuthn.{command}", arguments)


@dataclass(frozen=True)
class Ready:
    page: Page
    authenticator: Device
    pledge: Pledge


def add_passkey(page, name):
    page.goto("/accounts/2fa/webauthn/add/")
    page.locator("#id_name").fill(name)
    page.locator("#mfa_webauthn_add").click()


@pytest.fixture
def ready(window, liming, draft, request):
    """A browser of Li Ming's with an authenticator, and a document that he is to sign."""
    Authenticator.objects.all().delete()
    desk = window(liming, device=getattr(request, "param", "desktop"))
    page = desk.tab()
    pledge = draft()
    return Ready(page, Device(page), pledge)


def open_document(page, pledge):
    page.goto(f"/pledges/{pledge.pk}/")
    return Draft(page).read_and_sign()


def agree(page):
    Signing(page).draw()
    page.locator("[name=consent]").check()


@pytest.mark.parametrize("ready", DEVICES, indirect=True)
def test_from_no_passkey_to_a_document_signed_with_one(ready, liming):
    page, authenticator, pledge = ready.page, ready.authenticator, ready.pledge
    open_document(page, pledge)
    document = page.url
    expect(page.locator("#signing")).to_have_count(0)

    # A finger that the device does not know, and a server that cannot be reached: tried again.
    button = page.locator("#set-up [data-passkey=make] button")
    authenticator.verify(False)
    button.click()
    expect(page.locator("[data-passkey-note]")).to_contain_text(said(CANCELLED))
    authenticator.verify(True)
    page.context.set_offline(True)
    button.click()
    expect(page.locator("[data-no-answer]")).to_be_visible()
    page.context.set_offline(False)
    button.click()
    expect(page.locator("#recovery_codes")).to_be_visible()
    assert len(authenticator.credentials()) == 1
    page.locator("#set-up a.btn-primary").click()
    expect(page.locator("#signing")).to_be_visible()
    assert page.url == document

    # A finger that the device does not know: nothing is signed, nothing is lost.
    agree(page)
    authenticator.verify(False)
    page.locator(".sign-button").click()
    expect(page.locator("[data-passkey-note]")).to_contain_text(said(CANCELLED))
    expect(page.locator("[data-hand-state]")).to_have_text(said("Signature written"))
    expect(page.locator("[name=consent]")).to_be_checked()

    authenticator.verify(True)
    page.locator(".sign-button").click()
    page.wait_for_url(re.compile(r"/pledges/[0-9a-f-]{36}/$"))
    expect(page.locator(".note-success")).to_contain_text("签署完成")
    signature = Signature.objects.get()
    assert (signature.method, signature.pledge.status) == ("passkey", "signed")
    assert signature.assertion["enrolment"]["statement"]["introduced_by"] == "first"


CANCELLED = (
    "The passkey was not used: the request was cancelled or timed out. Nothing is lost. "
    "Please try again."
)


@pytest.mark.parametrize("ready", DEVICES, indirect=True)
def test_who_declines_the_passkey_signs_with_password_and_code(ready, liming):
    page, authenticator, pledge = ready.page, ready.authenticator, ready.pledge
    fresh_code()  # sets up the authenticator app
    confirm_identity(page)
    add_passkey(page, "笔记本")
    page.wait_for_url("**/2fa/recovery-codes/")
    signing = open_document(page, pledge)
    agree(page)
    authenticator.verify(False)
    page.locator(".sign-button").click()
    expect(page.locator("[data-passkey-note]")).to_be_visible()
    page.locator(".sign-other summary").click()
    page.locator("[name=password]").fill(baseline.PASSWORD)
    page.locator("[name=code]").fill(fresh_code())
    page.locator("[name=code]").press("Enter")
    page.wait_for_url(re.compile(r"/pledges/[0-9a-f-]{36}/$"))
    assert Signature.objects.get().method == "password-totp"
    assert signing.page is page


@pytest.mark.parametrize("ready", DEVICES, indirect=True)
def test_a_second_passkey_is_confirmed_by_the_first(ready, liming):
    page, authenticator = ready.page, ready.authenticator
    confirm_identity(page)
    add_passkey(page, "手机")
    page.wait_for_url("**/2fa/recovery-codes/")
    first = authenticator.credentials()
    authenticator.swap()
    add_passkey(page, "笔记本")
    page.wait_for_url("**/confirm/")
    (waiting,) = pending.waiting(liming, timezone.now())
    expect(page.locator(".passkey-code strong")).to_have_text(waiting.record.code)
    page.locator("[data-passkey-form] button").click()
    expect(page.locator("[data-passkey-note]")).to_be_visible()
    for credential in first:
        authenticator.add(credential)
    page.locator("[data-passkey-form] button").click()
    page.wait_for_url("**/2fa/webauthn/")
    signs = page.locator(".badge-state", has_text=said("Can be used to sign"))
    expect(signs).to_have_count(2)
    expect(page.locator(".passkey-code")).to_have_count(0)


def test_the_list_shows_what_waits_and_removes_it(ready, liming):
    page, authenticator = ready.page, ready.authenticator
    confirm_identity(page)
    add_passkey(page, "手机")
    page.wait_for_url("**/2fa/recovery-codes/")
    authenticator.swap()
    add_passkey(page, "笔记本")
    page.wait_for_url("**/confirm/")
    page.goto("/accounts/2fa/webauthn/")
    (waiting,) = pending.waiting(liming, timezone.now())
    entry = page.locator(".entry", has_text="笔记本")
    expect(entry.locator(".passkey-code strong")).to_have_text(waiting.record.code)
    expect(entry.locator(".badge-state")).to_have_text(said("Cannot be used to sign"))
    # What waits is no second factor: it is not among those that a sign-in asks for.
    assert Authenticator.objects.filter(user=liming, type="webauthn").count() == 1
    entry.locator("form button").click()
    removed = said("The pending passkey was removed.")
    expect(page.locator(".note-success", has_text=removed)).to_be_visible()
    expect(page.locator(".passkey-code")).to_have_count(0)


def test_who_lost_the_first_reads_the_code_to_the_operator(ready, liming):
    page, authenticator, pledge = ready.page, ready.authenticator, ready.pledge
    confirm_identity(page)
    add_passkey(page, "手机")
    page.wait_for_url("**/2fa/recovery-codes/")
    authenticator.swap()
    add_passkey(page, "新手机")
    page.wait_for_url("**/confirm/")
    code = page.locator(".passkey-code strong").inner_text()
    call_command("permit_enrolment", "E1001", "--code", code, stdout=StringIO())
    open_document(page, pledge)
    agree(page)
    page.locator(".sign-button").click()
    page.wait_for_url(re.compile(r"/pledges/[0-9a-f-]{36}/$"))
    statement = Signature.objects.get().assertion["enrolment"]["statement"]
    assert statement["introduced_by"] == "operator" and statement["pending"]


def test_a_device_that_is_no_passkey_says_so_calmly(ready, liming):
    page, authenticator = ready.page, ready.authenticator
    confirm_identity(page)
    authenticator.verify(False)
    add_passkey(page, "手机")
    expect(page.locator("[data-passkey-note]")).to_contain_text(said(CANCELLED))
    assert not Authenticator.objects.filter(user=liming, type="webauthn").exists()


def test_a_click_before_the_script_listens_is_not_lost(ready, liming):
    page = ready.page
    confirm_identity(page)
    late = []
    page.route("**/mfa/js/webauthn*.js", lambda route: late.append(route))
    page.goto("/accounts/2fa/webauthn/add/", wait_until="commit")
    expect(page.locator("#mfa_webauthn_add")).to_be_disabled()
    page.locator("#id_name").fill("手机")
    for route in late:
        route.continue_()
    page.unroute("**/mfa/js/webauthn*.js")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/2fa/recovery-codes/")


def test_signing_in_with_a_passkey_as_the_second_factor(ready, liming):
    page = ready.page
    confirm_identity(page)
    add_passkey(page, "手机")
    page.wait_for_url("**/2fa/recovery-codes/")
    page.context.clear_cookies(name="sessionid")
    page.goto("/accounts/login/")
    page.locator("#id_login").fill("liming")
    page.locator("#id_password").fill(baseline.PASSWORD)
    page.locator("main form [type=submit]").click()
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url(lambda url: url.endswith("/") and "accounts" not in url)


def test_where_a_passkey_is_required_only_it_is_offered(ready, liming):
    page, pledge = ready.page, ready.pledge
    Organisation.objects.update(signing=Organisation.Signing.PASSKEY)
    open_document(page, pledge)
    expect(page.locator('a[href="/accounts/2fa/totp/activate/"]')).to_have_count(0)
    confirm_identity(page)
    add_passkey(page, "手机")
    page.wait_for_url("**/2fa/recovery-codes/")
    page.locator("#set-up a.btn-primary").click()
    page.wait_for_url("**/sign/**")
    agree(page)
    expect(page.locator("[name=password]")).to_have_count(0)
    page.locator(".sign-button").click()
    page.wait_for_url(re.compile(r"/pledges/[0-9a-f-]{36}/$"))
    assert Signature.objects.get().method == "passkey"
