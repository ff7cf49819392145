"""Filling in: what saving says of itself, what a phone leaves room for, what is told beforehand."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pledges.actions import review, templates
from pledges.models import Pledge
from tests.cast import FILLED
from tests.e2e.pages import Draft, said, slow_down, start

LONG = "长" * 100 + "x" * 100
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SIZES = {"upright": (390, 844), "lying": (844, 390)}
# What sticks out of its sheet, and by how much.
STICKING_OUT = """() => {
  const sheet = document.querySelector(".sheet-fill").getBoundingClientRect();
  const parts = document.querySelectorAll(
    ".sheet-fill :is(input, textarea, .option, .clause-note, .clause-hint)");
  return [...parts].filter((part) => part.offsetParent)
    .map((part) => [part.outerHTML.slice(0, 90), part.getBoundingClientRect()])
    .filter(([, box]) => box.left < sheet.left - 0.5 || box.right > sheet.right + 0.5)
    .map(([name, box]) => `${name} ${Math.round(box.right - sheet.right)}`);
}"""
# What a button says, from the moment on in which it was pressed; kept for the next page to tell.
WRITE_DOWN_LABELS = """() => {
  const labels = [];
  document.getElementById("draft").addEventListener("submit", ({ submitter }) => setTimeout(() => {
    labels.push([submitter.textContent, submitter.getAttribute("aria-disabled")]);
    sessionStorage.setItem("labels", JSON.stringify(labels));
  }));
}"""
# What a finger cannot hit well; a box counts with the label that it shares its line with.
SMALL = """() => [...document.querySelectorAll(".answer, .option, .fill-bar .btn, .offer")]
  .filter((part) => part.offsetParent)
  .map((part) => [part, part.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
  .map(([part, box]) => `${part.outerHTML.slice(0, 90)} ${box.width} × ${box.height}`)"""


# How wide the space is between a blank and the word that keeps to it.
GAP = """(input) => {
  const after = document.createRange();
  after.setStart(input.nextSibling, 0);
  after.setEnd(input.nextSibling, 1);
  return [after.toString(), after.getBoundingClientRect().width];
}"""


def expect_in_sight(draft, code):
    """The blank in hand stands wholly above the bar, where the bar stays, and in the window."""
    expect(draft.blank(code)).to_be_focused()
    draft.page.wait_for_function(IN_SIGHT)


IN_SIGHT = """() => {
  const { top, bottom } = document.activeElement.getBoundingClientRect();
  const bar = document.querySelector(".fill-bar");
  const sticks = getComputedStyle(bar).position === "sticky";
  const lowest = sticks ? bar.getBoundingClientRect().top : innerHeight;
  return top >= 0 && top < bottom && bottom <= lowest + 0.5;
}"""
AFTER_DRAWING = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
# The blank in hand right above the bar, or the window's end; then a mistake in a blank above it.
TO_THE_EDGE = """() => {
  const bar = document.querySelector(".fill-bar");
  const sticks = getComputedStyle(bar).position === "sticky";
  const edge = sticks ? bar.getBoundingClientRect().top : innerHeight;
  const { bottom } = document.activeElement.getBoundingClientRect();
  scrollBy({ top: bottom + 12 - edge, behavior: "instant" });
}"""
MISTAKE_ABOVE = """() => {
  const above = document.querySelector("[name='answer-surveys_per_month']");
  above.value = "99";
  above.dispatchEvent(new Event("input", { bubbles: true }));
}"""


# --- Saving -------------------------------------------------------------------------------------
def test_saved_is_said_only_when_nothing_waits(window, liming):
    page = window(liming).tab()
    draft = start(page, "personal-code")
    slow_down(page)
    kept, underway = page.locator("[data-kept]"), page.locator("[data-underway]")
    with page.expect_request("**/answers/"):
        draft.blank("process_steps").press_sequentially("一")
        assert underway.is_visible() and not kept.is_visible()
    expect(underway).to_contain_text(said("Saving…"))
    # More is typed while the first request is on its way; its answer saves not all of it.
    with page.expect_response("**/answers/"):
        draft.blank("process_steps").press_sequentially("、")
    assert underway.is_visible() and not kept.is_visible()
    draft.wait_until_saved()
    expect(underway).to_be_hidden()
    assert Pledge.objects.get().answers["process_steps"] == "一、"


def test_the_pressed_button_says_at_once_that_it_is_busy(window, liming, draft):
    page = window(liming).tab(f"/pledges/{draft().pk}/")
    page.evaluate(WRITE_DOWN_LABELS)
    Draft(page).put("surveys_per_month", "4")
    page.locator(".fill-bar .btn-primary").click()
    page.wait_for_url("**/sign/**")
    assert Pledge.objects.get().answers["surveys_per_month"] == "4"
    labels = page.evaluate("() => JSON.parse(sessionStorage.getItem('labels'))")
    # Before the browser does anything else, and long before any answer.
    assert labels == [[said("Saving…"), "true"], [said("Preparing the document…"), "true"]]


def test_a_blank_and_the_word_behind_it_keep_their_space_in_english(window, liming, draft):
    page = window(liming, language="en").tab(f"/pledges/{draft(language='en').pk}/")
    said, wide = Draft(page).blank("surveys_per_month").evaluate(GAP)
    assert said == " " and wide > 2


def test_offline_the_page_never_says_saving_or_saved(window, liming):
    desk = window(liming)
    draft = start(desk.tab(), "personal-code")
    desk.context.set_offline(True)
    draft.type("reply_days", "6")
    expect(draft.notice("offline")).to_be_visible()
    draft.blank("process_steps").press_sequentially("一")
    draft.expect_unsaved()
    expect(draft.page.locator("[data-underway]")).to_be_hidden()
    later = draft.page.locator("[name=later]")
    later.click()
    expect(later).to_have_text(said("Save and finish later"))
    desk.context.set_offline(False)
    draft.wait_until_saved()


def test_focus_looks_like_focus_and_not_like_an_error(window, liming):
    draft = start(window(liming).tab(), "general-standards")
    draft.type("surveys_per_month", "99")
    expect(draft.note("error", "surveys_per_month")).to_be_visible()
    look = """field => {
      const style = getComputedStyle(field);
      return [style.borderBottomColor, style.backgroundColor];
    }"""
    wrong = draft.blank("surveys_per_month").evaluate(look)
    draft.blank("training_hours_per_year").focus()
    focused = draft.blank("training_hours_per_year").evaluate(look)
    assert focused[0] == "rgb(47, 93, 138)"
    assert not set(focused) & {*wrong, "rgb(179, 38, 30)", "rgb(250, 233, 231)"}


# --- On a phone ---------------------------------------------------------------------------------
@pytest.fixture(params=list(SIZES))
def phone(window, liming, request):
    width, height = SIZES[request.param]
    return window(liming, device="phone", viewport={"width": width, "height": height})


def test_a_blank_of_many_lines_has_room_for_some(phone, draft):
    page = phone.tab(f"/pledges/{draft('personal-code').pk}/")
    steps = Draft(page).blank("process_steps")
    steps.fill("")
    assert (
        steps.evaluate(
            "field => field.clientHeight / parseFloat(getComputedStyle(field).lineHeight)"
        )
        > 3
    )


def test_two_hundred_characters_stay_inside_the_sheet(phone, draft):
    general = draft("general-standards", pledgor_type="other")
    for pledge, codes in (
        (general, ["pledgor_type.other", "surveys_per_month"]),
        (draft("contract"), ["service_name", "governing_law"]),
        (draft("personal-code"), ["position", "process_steps"]),
    ):
        page = phone.tab(f"/pledges/{pledge.pk}/")
        assert page.evaluate(SMALL) == []
        for code in codes:
            Draft(page).blank(code).fill(LONG)
            Draft(page).blank(code).blur()
        Draft(page).wait_until_saved()
        assert page.evaluate(SIDEWAYS) == 0
        assert page.evaluate(STICKING_OUT) == []
        page.close()


def test_the_blank_in_hand_stays_above_the_bar_when_notes_come_and_go(phone, draft):
    pledge = draft(surveys_per_month="", satisfaction_target="", assessed_indicators="")
    opened = Draft(phone.tab(f"/pledges/{pledge.pk}/"))
    for code, text in (
        ("surveys_per_month", "99"),
        ("satisfaction_target", "10"),
        ("assessed_indicators", "1"),
    ):
        opened.blank(code).tap()
        expect_in_sight(opened, code)
        opened.blank(code).press_sequentially(text)
        opened.wait_until_saved()
        expect_in_sight(opened, code)
    opened.blank("complaint_response_hours").focus()
    opened.type("surveys_per_month", "2")
    opened.wait_until_saved()
    opened.blank("complaint_response_hours").focus()
    opened.page.evaluate(TO_THE_EDGE)
    opened.page.evaluate(AFTER_DRAWING)
    opened.page.evaluate(MISTAKE_ABOVE)
    expect(opened.note("error", "surveys_per_month")).to_be_visible()
    expect_in_sight(opened, "complaint_response_hours")


def test_a_jump_leads_to_signing(phone, draft):
    page = phone.tab(f"/pledges/{draft().pk}/")
    page.locator(".fill-jump a").tap()
    expect(page.locator(".fill-bar .btn-primary")).to_be_in_viewport()


# --- Before anybody types -----------------------------------------------------------------------
def test_what_is_expected_is_told_with_the_blank_in_hand(window, liming, device):
    draft = start(window(liming, device=device).tab(), "general-standards")
    hint = draft.page.locator("#hint-satisfaction_target")
    expect(hint).to_be_hidden()
    draft.blank("satisfaction_target").focus()
    expect(hint).to_be_visible()
    expect(hint).to_contain_text("公司期望不低于 90")
    described = draft.blank("satisfaction_target").get_attribute("aria-describedby")
    assert "hint-satisfaction_target" in described.split()
    # A note about the answer, which names its blank too, takes its place.
    draft.type("satisfaction_target", "70")
    note = draft.note("flag", "satisfaction_target")
    expect(note).to_contain_text(re.compile("^客户满意度目标：公司期望"))
    described = draft.blank("satisfaction_target").get_attribute("aria-describedby")
    assert described.split() == ["flag-satisfaction_target"]
    expect(hint).to_be_hidden()


def test_neither_a_mistake_nor_a_note_is_told_in_the_middle_of_a_word(window, liming):
    draft = start(window(liming).tab(), "general-standards")
    for kind, code, text in (
        ("error", "surveys_per_month", "99"),
        ("flag", "satisfaction_target", "9"),
    ):
        draft.blank(code).press_sequentially(text)
        draft.page.wait_for_function("id => document.getElementById(id)", arg=f"{kind}-{code}")
        expect(draft.note(kind, code)).to_be_hidden()
        draft.blank(code).blur()
        expect(draft.note(kind, code)).to_be_visible()


def test_a_press_is_not_lost_where_a_hint_goes_or_a_note_comes_above_it(window, liming):
    """The box moves away from under the pointer only after it was released."""
    draft = start(window(liming).tab(), "general-standards")
    page = draft.page
    page.set_viewport_size({"width": 1280, "height": 2600})
    # The one blank that is above another clause's; its error waits until the hand leaves it.
    draft.blank("surveys_per_month").fill("99")
    page.wait_for_function("() => document.querySelector('#error-surveys_per_month')?.hidden")
    below = draft.blank("assessed_indicators")
    box = below.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(200)
    assert abs(below.bounding_box()["y"] - box["y"]) < 1
    page.mouse.up()
    expect(below).to_be_focused()
    expect(page.locator("#error-surveys_per_month")).to_be_visible()
    expect(page.locator("#hint-surveys_per_month")).to_be_hidden()


def test_what_the_template_offers_is_taken_by_one_press(window, liming, version, chenjing, device):
    at = timezone.now()
    revised = templates.revise(version("contract"), actor=chenjing, at=at)
    for blank in revised.blanks:
        if blank["code"] == "service_name":
            blank["default"] = {"zh": "企业现金管理服务", "en": "Cash management"}
            blank["suggestions"] = [{"zh": "资产托管服务", "en": "Custody"}]
    # Nothing is signed here, so no fonts are made for it.
    revised.status, revised.published_at, revised.digest = "published", at, "0" * 64
    revised.save()
    draft = start(window(liming, device=device).tab(), "contract")
    field = draft.blank("service_name")
    expect(field).to_have_value("")
    field.focus()
    offers = draft.page.locator("#hint-service_name .offer")
    expect(offers.first).to_be_visible()
    draft.page.keyboard.press("Tab")
    expect(offers.first).to_be_focused()
    draft.page.keyboard.press("Enter")
    expect(field).to_have_value("企业现金管理服务")
    expect(field).to_be_focused()
    offers.last.click()
    expect(field).to_have_value("资产托管服务")
    draft.wait_until_saved()
    assert Pledge.objects.get().answers["service_name"] == "资产托管服务"


# --- Returned, and once more --------------------------------------------------------------------
def test_a_returned_pledge_is_answered_and_signed_as_it_is(
    window, liming, signed, chenjing, device
):
    reasons = [review.ClauseReason("请核对目标。", "1.2.1")]
    returned = signed(at=timezone.now() - timedelta(hours=2))
    correction = review.return_to_manager(
        returned, actor=chenjing, at=timezone.now(), reasons=reasons
    )
    page = window(liming, device="phone").tab(f"/pledges/{correction.pk}/")
    draft = Draft(page)
    expect(draft.note("before", "surveys_per_month")).to_be_visible()
    draft.type("surveys_per_month", "5")
    expect(draft.note("before", "surveys_per_month")).to_contain_text(re.compile(r"退回时为：\s*2"))
    draft.type("surveys_per_month", FILLED["general-standards"]["surveys_per_month"])
    page.locator(".fill-bar .btn-primary").click()
    page.wait_for_url("**/?unchanged=1")
    expect(page.locator("#unchanged")).to_be_focused()
    page.locator("#unchanged a").click()
    expect(page.locator("#reply")).to_be_in_viewport()
    page.locator("#reply").fill("目标与年度计划一致。")
    draft.wait_until_saved()
    draft.read_and_sign()
    correction.refresh_from_db()
    assert correction.reply == "目标与年度计划一致。"


def test_that_nothing_was_changed_is_asked_only_until_something_is(
    window, liming, signed, chenjing
):
    returned = signed(at=timezone.now() - timedelta(hours=2))
    correction = review.return_to_manager(
        returned, actor=chenjing, at=timezone.now(), reasons=[review.ClauseReason("请核对。")]
    )
    page = window(liming).tab(f"/pledges/{correction.pk}/?unchanged=1")
    expect(page.locator("#unchanged")).to_be_visible()
    page.locator("#reply").fill("无误。")
    expect(page.locator("#unchanged")).to_be_visible()
    Draft(page).type("surveys_per_month", "5")
    expect(page.locator("#unchanged")).to_be_hidden()
