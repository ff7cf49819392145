"""What goes wrong between reading and signing, and that neither a stroke nor a tick is lost."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pledges.actions import answers
from pledges.models import Session, Signature, SigningIntent
from tests import baseline
from tests.e2e.pages import Draft, Signing, fresh_code, said, sign_in, slow_down
from tests.e2e.test_passkey_signing import Device, add_passkey, confirm_identity

NAME = "李明"
KEPT = "key => JSON.parse(sessionStorage.getItem(`signing:${key}`))"
PLEDGE = re.compile(r"/pledges/[0-9a-f-]{36}/$")


class Act(Signing):
    """The act of signing, with everything done but the proof of who it is."""

    def __init__(self, page, pledge):
        super().__init__(page)
        self.pledge = pledge
        self.strokes = ""

    def do_everything(self):
        self.draw()
        self.page.locator("[name=method][value=type]").check()
        self.page.locator("[name=typed]").fill(NAME)
        self.page.locator("[name=method][value=draw]").check()
        self.page.locator("[name=consent]").check()
        self.strokes = self.page.locator("[name=strokes]").input_value()
        assert len(json.loads(self.strokes)) == 2

    def leave(self):
        """To what is not part of the act itself."""
        self.page.keyboard.press("Escape")

    def expect_everything(self, *, consent=True):
        page = self.page
        self.open()
        expect(page.locator("[name=strokes]")).to_have_value(self.strokes)
        expect(page.locator("[data-hand-state]")).not_to_be_empty()
        expect(page.locator("[data-undo]")).to_be_enabled()
        expect(page.locator("[name=typed]")).to_have_value(NAME)
        expect(page.locator("[name=method][value=draw]")).to_be_checked()
        expect(page.locator("[name=consent]")).to_be_checked(checked=consent)
        assert self.ink() > 0

    def ink(self):
        """How many points of the box are drawn upon."""
        return self.page.evaluate(
            """() => new Promise(requestAnimationFrame).then(() => {
              const canvas = document.getElementById("hand");
              const box = [0, 0, canvas.width, canvas.height];
              const { data } = canvas.getContext("2d").getImageData(...box);
              return data.filter((value, i) => i % 4 === 3 && value > 0).length;
            })"""
        )

    def press(self):
        self.open()
        self.page.locator("[data-sign]").click()

    def prove(self):
        self.open()
        self.page.locator("[name=password]").fill(baseline.PASSWORD)
        self.page.locator("[name=code]").fill(fresh_code())

    def notice(self, name):
        return self.page.locator(f"[data-notice={name}]")

    def kept(self):
        return self.page.evaluate(KEPT, str(self.pledge.pk))

    def expect_signed(self):
        self.page.wait_for_url(PLEDGE)
        assert Signature.objects.get().strokes == json.loads(self.strokes)
        assert self.kept() is None


@pytest.fixture
def desk(window, liming, device):
    return window(liming, device=device)


@pytest.fixture
def act(desk, draft):
    """Everything is written, typed and ticked; nothing is sent yet."""
    pledge = draft()
    page = desk.tab(f"/pledges/{pledge.pk}/")
    Draft(page).read_and_sign()
    begun = Act(page, pledge)
    begun.do_everything()
    return begun


def test_the_other_language_finds_everything_again(act):
    page = act.page
    act.leave()
    page.locator(".language-switch button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    act.expect_everything()
    expect(page.locator("[data-hand-state]")).to_have_text("Signature written")
    act.prove()
    act.press()
    act.expect_signed()


def test_a_session_that_ended_is_told_and_goes_on_after_signing_in(act):
    page = act.page
    place = page.url
    Session.objects.all().delete()
    act.prove()
    act.press()
    expect(act.notice("signed-out")).to_be_visible()
    assert page.url == place
    act.expect_everything()
    act.notice("signed-out").locator("a").click()
    sign_in(page, "liming")
    page.wait_for_url(place)
    act.expect_everything()
    expect(page.locator("[name=password]")).to_have_value("")
    assert set(act.kept()) == {"strokes", "typed", "method", "agreed"}
    act.prove()
    act.press()
    act.expect_signed()


def test_who_signed_out_in_another_tab_goes_on_with_what_stands_in_this_one(desk, act):
    page, place = act.page, act.page.url
    other = desk.tab("/")
    other.locator(".account-menu summary").click()
    other.locator(".account-menu form button").click()
    other.wait_for_url("**/accounts/login/**")
    other.close()
    desk.foresee(403)
    act.prove()
    act.press()
    expect(act.notice("signed-out")).to_be_visible()
    act.notice("signed-out").locator("a").click()
    sign_in(page, "liming")
    page.wait_for_url(place)
    act.expect_everything()


def test_who_signs_in_instead_finds_nothing_of_it(act):
    page = act.page
    Session.objects.all().delete()
    page.goto("/accounts/login/")
    assert act.kept()["typed"] == NAME
    sign_in(page, "zhaolei")
    page.wait_for_url(re.compile(r"/$"))
    assert act.kept() is None


def test_a_document_that_ran_out_is_prepared_again_in_one_click(desk, act):
    page = act.page
    before = page.url
    SigningIntent.objects.update(expires_at=timezone.now())
    desk.foresee(409)
    act.prove()
    act.press()
    expect(page.locator("[data-kept]")).to_be_visible()
    page.locator("[data-signing] .btn-primary").click()
    page.wait_for_url(lambda url: "/sign/" in url and url != before)
    act.expect_everything()
    expect(page.locator("[data-agree-again]")).to_be_hidden()
    act.prove()
    act.press()
    act.expect_signed()


def test_a_draft_edited_elsewhere_asks_for_the_consent_again(desk, act, liming):
    page, pledge = act.page, act.pledge
    pledge.refresh_from_db()
    other = {"typed": {"surveys_per_month": "9"}, "revision": pledge.answers_revision}
    answers.save(pledge, actor=liming, at=timezone.now(), **other)
    desk.foresee(409)
    act.prove()
    act.press()
    closed = page.locator("[data-signing] .note", has_text=said("Nothing was overwritten."))
    page.locator("[data-signing] .btn-primary").click()
    expect(closed).to_have_count(0)
    act.expect_everything(consent=False)
    expect(page.locator("[data-agree-again]")).to_be_visible()
    page.locator("[name=consent]").check()
    expect(page.locator("[data-agree-again]")).to_be_hidden()
    act.prove()
    act.press()
    act.expect_signed()


def test_a_lost_connection_is_a_note_on_the_page(desk, act):
    page = act.page
    place = page.url
    desk.context.set_offline(True)
    act.prove()
    act.press()
    expect(act.notice("offline")).to_be_visible()
    act.leave()
    for leading_away in (".language-switch button", "a.brand"):
        page.locator(leading_away).click()
        assert page.url == place
        act.expect_everything()
        expect(act.notice("offline")).to_be_visible()
        act.leave()
    desk.context.set_offline(False)
    expect(act.notice("offline")).to_be_hidden()
    act.press()
    act.expect_signed()


def test_an_answer_that_was_lost_is_got_by_sending_again(desk, act):
    page = act.page
    lost = []

    def lose(route):
        if route.request.method != "POST" or lost:
            return route.continue_()
        lost.append(route.fetch())
        return route.abort("connectionreset")

    page.route("**/sign/**", lose)
    act.prove()
    act.press()
    expect(act.notice("offline")).to_be_visible()
    act.expect_everything()
    assert Signature.objects.count() == len(lost) == 1
    act.press()
    act.expect_signed()


def test_who_leaves_after_a_lost_answer_leaves_no_stroke_behind(act):
    page = act.page

    def lose(route):
        route.fetch()
        route.abort("connectionreset")

    page.route("**/sign/**", lose)
    act.prove()
    act.press()
    expect(act.notice("offline")).to_be_visible()
    assert act.kept()
    page.goto(f"/pledges/{act.pledge.pk}/")
    act.expect_signed()


def test_a_site_that_fails_is_a_note_on_the_page(desk, act):
    page = act.page
    desk.foresee(502)
    page.route("**/sign/**", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    act.prove()
    act.press()
    expect(act.notice("failed")).to_be_visible()
    act.expect_everything()
    page.unroute("**/sign/**")
    act.press()
    act.expect_signed()


def test_on_a_slow_connection_the_button_is_busy_at_once_and_signs_once(act):
    page = act.page
    posts = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    slow_down(page)
    act.prove()
    button = page.locator("[data-sign]")
    button.dblclick()
    assert button.inner_text() == button.get_attribute("data-busy")
    assert button.get_attribute("aria-disabled") == "true"
    act.expect_signed()
    assert len(posts) == 1


def test_the_last_minutes_are_counted_quietly(desk, act):
    page = act.page
    page.clock.install()
    page.reload()
    countdown = page.locator("[data-left] [data-countdown]")
    told = page.locator("[data-time-told]")
    expect(countdown).to_be_hidden()
    page.clock.fast_forward("25:10")
    act.open()
    expect(countdown).to_be_visible()
    expect(page.locator("[data-left] [data-clock]")).to_have_text(re.compile(r"^4:\d\d$"))
    five = told.inner_text()
    page.clock.fast_forward("00:30")
    assert told.inner_text() == five == told.get_attribute("data-five")
    page.clock.fast_forward("03:40")
    expect(told).to_have_text(told.get_attribute("data-one"))
    act.expect_everything()
    SigningIntent.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page.clock.fast_forward("01:00")
    expect(page.locator("#signing")).to_have_count(0)
    expect(page.locator("[data-kept]")).to_be_visible()


def test_a_fresh_document_is_one_click_and_keeps_what_was_written(act):
    page = act.page
    page.clock.install()
    page.reload()
    page.clock.fast_forward("28:00")
    act.open()
    with page.expect_navigation(url="**/sign/**"):
        page.locator("[data-countdown] button").click()
    act.expect_everything()
    expect(page.locator("[data-countdown]").first).to_be_hidden()


def test_a_passkey_is_not_asked_twice_for_one_document(desk, act, liming):
    page = act.page
    place = page.url
    Device(page)
    confirm_identity(page)
    add_passkey(page, "手机")
    page.wait_for_url("**/2fa/recovery-codes/")
    asked = []
    page.expose_function("noteAsked", lambda: asked.append(True))
    page.add_init_script(
        """const get = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = (options) => { noteAsked(); return get(options); };"""
    )
    page.goto(place)
    act.expect_everything()
    page.route("**/sign/**", lambda route: route.abort("connectionreset"))
    act.press()
    expect(act.notice("offline")).to_be_visible()
    page.unroute("**/sign/**")
    act.press()
    act.expect_signed()
    assert len(asked) == 1
    assert Signature.objects.get().method == "passkey"


def test_signing_out_leaves_no_stroke_in_any_tab(desk, act):
    other = desk.tab(act.page.url)
    second = Act(other, act.pledge)
    second.do_everything()
    assert second.kept()["typed"] == act.kept()["typed"] == NAME
    second.leave()
    other.locator(".account-menu summary").click()
    other.locator(".account-menu form button").click()
    other.wait_for_url("**/accounts/login/**")
    assert second.kept() is None
    assert act.kept() is None
