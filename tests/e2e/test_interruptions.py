"""What goes wrong while somebody types, and that it costs them nothing."""

import pytest
from playwright.sync_api import expect

from pledges.models import Session
from tests.e2e.pages import Draft, sign_in, start

STEPS = "一、受理登记"
AGAIN = 6_000  # ms: longer than the page waits before it tries again


@pytest.fixture
def desk(window, liming, device):
    return window(liming, device=device)


@pytest.fixture
def draft(desk):
    """A draft that is open and saved once."""
    opened = start(desk.tab(), "personal-code")
    opened.fill({"process_steps": STEPS})
    return opened


def _saved(draft, code):
    """What a window that was just opened shows."""
    page = draft.page.context.new_page()
    page.goto(f"/pledges/{draft.key}/")
    value = Draft(page).blank(code).input_value()
    page.close()
    return value


def test_a_stale_tab_is_told_and_overwrites_nothing(desk, draft):
    stale = Draft(desk.tab(draft.page.url))
    draft.fill({"reply_days": "3"})
    desk.foresee(409)
    stale.type("reply_days", "5")
    expect(stale.notice("stale")).to_be_visible()
    stale.expect_unsaved()
    stale.type("process_steps", "另一种写法")
    expect(stale.blank("process_steps")).to_have_value("另一种写法")
    assert _saved(draft, "reply_days") == "3"
    assert _saved(draft, "process_steps") == STEPS
    # Nor does it go on to the document with what it shows.
    stale.page.locator(".fill-bar .btn-primary").click()
    expect(stale.notice("stale")).to_be_visible()
    stale.expect_unsaved()
    assert stale.page.url == draft.page.url
    stale.page.locator("[data-reload]").click()
    stale.expect_typed({"reply_days": "3"})


def test_a_session_that_ended_while_typing_loses_nothing(draft):
    page = draft.page
    Session.objects.all().delete()
    draft.type("reply_days", "4")
    expect(draft.notice("signed-out")).to_be_visible()
    draft.expect_unsaved()
    expect(draft.blank("reply_days")).to_have_value("4")
    draft.notice("signed-out").locator("a").click()
    sign_in(page, "liming")
    page.wait_for_url(f"**/pledges/{draft.key}/")
    expect(draft.notice("restored")).to_be_visible()
    draft.expect_typed({"process_steps": STEPS, "reply_days": "4"})
    draft.wait_until_saved()
    assert _saved(draft, "reply_days") == "4"


def test_what_is_typed_after_signing_out_in_another_tab_is_not_lost(desk, draft):
    page, other = draft.page, desk.tab("/")
    other.locator(".account-menu summary").click()
    other.locator(".account-menu form button").click()
    other.wait_for_url("**/accounts/login/**")
    other.close()
    desk.foresee(403)
    draft.type("reply_days", "4")
    draft.notice("signed-out").locator("a").click()
    sign_in(page, "liming")
    page.wait_for_url(f"**/pledges/{draft.key}/")
    expect(draft.notice("restored")).to_be_visible()
    draft.wait_until_saved()
    assert _saved(draft, "reply_days") == "4"


def test_a_lost_connection_is_told_and_made_up_for(desk, draft):
    desk.context.set_offline(True)
    draft.type("reply_days", "6")
    expect(draft.notice("offline")).to_be_visible()
    draft.expect_unsaved()
    expect(draft.blank("reply_days")).to_have_value("6")
    desk.context.set_offline(False)
    draft.wait_until_saved()
    expect(draft.notice("offline")).to_be_hidden()
    assert _saved(draft, "reply_days") == "6"


def test_no_form_of_the_page_leads_to_nowhere_while_there_is_no_connection(desk, draft):
    desk.context.set_offline(True)
    draft.type("reply_days", "6")
    page = draft.page
    page.locator(".language-switch button").click()
    expect(draft.notice("offline")).to_be_visible()
    draft.expect_typed({"reply_days": "6"})
    desk.context.set_offline(False)
    draft.wait_until_saved()
    page.locator(".language-switch button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    draft.expect_typed({"reply_days": "6"})


@pytest.mark.parametrize("gone", [True, False], ids=["refusing", "failing"])
def test_a_server_that_is_gone_for_a_while_is_asked_again(desk, draft, gone):
    page, path = draft.page, f"**/pledges/{draft.key}/answers/"
    page.clock.install()
    page.reload()
    desk.foresee(503)
    if gone:
        page.route(path, lambda route: route.abort("connectionrefused"))
    else:
        page.route(path, lambda route: route.fulfill(status=503))
    draft.type("reply_days", "6")
    notice = draft.notice("offline" if gone else "failed")
    page.clock.run_for(1)
    expect(notice).to_be_visible()
    draft.expect_unsaved()
    expect(draft.blank("reply_days")).to_have_value("6")
    page.unroute(path)
    page.clock.run_for(AGAIN)
    draft.wait_until_saved()
    expect(notice).to_be_hidden()
    assert _saved(draft, "reply_days") == "6"


def test_without_a_connection_the_way_to_the_document_is_a_note(desk, draft):
    desk.context.set_offline(True)
    draft.page.locator(".fill-bar .btn-primary").click()
    expect(draft.notice("offline")).to_be_visible()
    expect(draft.page.locator("[data-kept]")).to_be_visible()
    desk.context.set_offline(False)
    expect(draft.notice("offline")).to_be_hidden()
    draft.expect_typed({"process_steps": STEPS})


@pytest.mark.parametrize("way", [".language-switch button", "a.brand"])
def test_without_a_connection_nothing_leads_to_the_browsers_page_of_errors(desk, draft, way):
    place = draft.page.url
    desk.context.set_offline(True)
    draft.page.locator(way).click()
    expect(draft.notice("offline")).to_be_visible()
    assert draft.page.url == place
    desk.context.set_offline(False)
    draft.page.locator(way).click()
    expect(draft.page.locator("html[lang=en], #to-sign").first).to_be_visible()


def test_the_other_language_keeps_what_was_typed_a_moment_ago(draft):
    draft.put("reply_days", "4")
    draft.page.locator(".language-switch button").click()
    expect(draft.page.locator("html")).to_have_attribute("lang", "en")
    draft.expect_typed({"process_steps": STEPS, "reply_days": "4"})
    draft.wait_until_saved()
    assert _saved(draft, "reply_days") == "4"


def test_who_signs_in_instead_finds_nothing_of_what_was_typed(desk, draft):
    desk.foresee(404)  # the way back, which is not theirs
    page, kept = draft.page, f"sessionStorage.getItem('draft:{draft.key}')"
    Session.objects.all().delete()
    draft.type("reply_days", "4")
    draft.notice("signed-out").locator("a").click()
    page.wait_for_url("**/accounts/login/**")
    assert '"4"' in page.evaluate(kept)
    sign_in(page, "zhaolei")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    assert page.evaluate(kept) is None


def test_signing_out_leaves_nothing_in_the_browser_but_that_it_is_known(window):
    page = window().tab()
    sign_in(page, "liming")
    page.wait_for_load_state()
    page.evaluate("sessionStorage.setItem('draft:1', 'typed'); localStorage.setItem('a', 'b')")
    page.locator(".account-menu summary").click()
    page.locator(".account-menu form button").click()
    page.wait_for_url("**/accounts/login/**")
    kept = "[sessionStorage.getItem('draft:1'), localStorage.getItem('a')]"
    assert page.evaluate(kept) == [None, None]
    assert "browser" in {cookie["name"] for cookie in page.context.cookies()}


def test_a_browser_that_does_not_clear_what_it_keeps_is_emptied_all_the_same(window):
    page = window().tab()
    sign_in(page, "liming")
    page.wait_for_load_state()
    page.evaluate("sessionStorage.setItem('draft:1', 'typed')")
    page.route("**/accounts/logout/", lambda route: route.fulfill(status=204))
    page.locator(".account-menu summary").click()
    with page.expect_response("**/accounts/logout/"):
        page.locator(".account-menu form button").click()
    assert page.evaluate("sessionStorage.getItem('draft:1')") is None
