"""A review at the desk: through a filtered list by the keyboard alone, and nothing by accident."""

from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.utils import timezone
from playwright.sync_api import expect

from pledges.models import Pledge
from tests.e2e.pages import said
from tests.e2e.stage import admin_path
from tests.e2e.test_pages import JUDGE, SIDEWAYS

UNUSUAL = {
    "pledgor_type": "enterprise",
    "satisfaction_target": "55",
    "complaint_response_hours": "72",
    "complaint_resolution_days": "30",
    "training_hours_per_year": "1",
    "assessed_indicators": "1",
}


@pytest.fixture
def waiting(signed, liming, wangfang, zhaolei):
    """Four general standards that wait, one with an unusual answer, and a contract between them."""
    begun = timezone.now() - timedelta(hours=1)
    asked = [
        ("general-standards", liming, {}),
        ("contract", wangfang, {}),
        ("general-standards", wangfang, {}),
        ("general-standards", zhaolei, {"satisfaction_target": "80"}),
        ("personal-code", zhaolei, {}),
    ]
    return [
        signed(slug, person=person, at=begun + timedelta(minutes=place), **typed)
        for place, (slug, person, typed) in enumerate(asked)
    ]


def look(page):
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(JUDGE, {}) == []
    assert page.evaluate(SIDEWAYS) == 0


def statuses(pledges):
    found = Pledge.objects.in_bulk([each.pk for each in pledges])
    return [found[each.pk].status for each in pledges]


def test_a_filtered_list_is_reviewed_by_the_keyboard_alone(window, chenjing, waiting, tmp_path):
    first, contract, second, unusual, code = waiting
    page = window(chenjing).tab("/admin/pledges/pledge/?template=general-standards")
    page.locator("#result_list a", has_text=first.number).focus()
    page.keyboard.press("Enter")
    place, title = page.locator(".queue-place > span"), page.locator(".title-line h1")
    expect(place).to_have_text("第 1 / 3 份")
    look(page)
    page.keyboard.press("j")
    expect(title).to_contain_text(second.number)
    page.keyboard.press("k")
    expect(title).to_contain_text(first.number)
    page.keyboard.press("a")
    expect(page.locator("#accepting")).to_be_visible()
    look(page)
    page.screenshot(path=tmp_path / "accepting.png")
    page.keyboard.press("j")  # the question stands before everything else
    page.keyboard.press("Escape")
    expect(page.locator("#accepting")).not_to_be_visible()
    assert statuses(waiting) == ["signed"] * 5
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(title).to_contain_text(second.number)
    expect(place).to_have_text("第 1 / 2 份")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(title).to_contain_text(unusual.number)
    page.keyboard.press("r")
    expect(page.locator("#return-form")).to_be_visible()
    assert page.url.endswith("%3Dgeneral-standards")
    field = page.locator("#return-form textarea").first
    offered = field.input_value()
    field.focus()
    page.keyboard.type("ajkr?")  # letters of a sentence
    expect(field).to_have_value(f"ajkr?{offered}")
    page.locator("#return-form .actions [type=submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/pledge/?template=general-standards")
    expect(page.locator(".messages")).to_contain_text(
        said("No more pledges on this list are awaiting review.")
    )
    assert statuses([first, second, unusual]) == ["accepted", "accepted", "returned"]
    assert statuses([contract, code]) == ["signed"] * 2


def test_six_unusual_answers_are_returned_in_three_clicks(
    window, chenjing, signed, device, tmp_path
):
    pledge = signed(at=timezone.now() - timedelta(hours=1), **UNUSUAL)
    page = window(chenjing, device=device).tab("/admin/pledges/pledge/")
    page.locator("#result_list a", has_text=pledge.number).click()
    page.locator("[data-do=return]").click()
    expect(page.locator("#return-form input[type=checkbox]:checked")).to_have_count(6)
    look(page)
    page.screenshot(path=tmp_path / f"return-{device}.png", full_page=True)
    page.locator("#return-form .actions [type=submit]").click()
    expect(page.locator(".messages .note-success")).to_be_visible()
    reasons = list(pledge.return_reasons.values_list("text", flat=True))
    assert len(reasons) == 6 and all(each.endswith("请修改。") for each in reasons)


def test_keys_can_be_changed_and_switched_off(window, chenjing, waiting, device, tmp_path):
    page = window(chenjing, device=device).tab(admin_path("pledge_change", waiting[0].pk))
    title = page.locator(".title-line h1")
    page.locator("[data-keys]").click()
    look(page)
    page.screenshot(path=tmp_path / f"keys-{device}.png")
    page.locator("#key-next").fill("a")
    page.locator("#keys [type=submit]").click()
    expect(page.locator("#keys [role=alert]")).to_be_visible()  # two acts, one key
    page.locator("#key-next").fill("n")
    page.locator("#keys [type=submit]").click()
    page.keyboard.press("j")
    expect(title).to_contain_text(waiting[0].number)
    page.keyboard.press("n")
    expect(title).to_contain_text(waiting[1].number)
    page.keyboard.press("?")
    page.locator("#keys [name=on]").uncheck()
    page.locator("#keys [type=submit]").click()
    page.keyboard.press("n")
    page.keyboard.press("a")
    expect(title).to_contain_text(waiting[1].number)
    expect(page.locator("#accepting")).not_to_be_visible()


def test_two_officers_at_once_and_one_takes_over(window, chenjing, sunhao, waiting, device):
    address = admin_path("pledge_change", waiting[0].pk)
    mine = window(chenjing, device=device).tab(address)
    expect(mine.locator("#claim .note")).to_have_count(0)
    other = window(sunhao, device=device).tab(address)
    expect(other.locator("#claim .note")).to_contain_text("陈静")
    look(other)
    other.locator("#claim [name=take]").click()
    expect(other.locator("#claim .note")).to_have_count(0)
    mine.evaluate("document.getElementById('claim').dispatchEvent(new Event('renew'))")
    expect(mine.locator("#claim .note")).to_contain_text("孙浩")
    other.locator("[data-do=accept]").click()
    other.locator("#accepting [type=submit]").click()
    expect(other.locator(".messages .note-success")).to_be_visible()
    mine.locator("[data-do=accept]").click()
    mine.locator("#accepting [type=submit]").click()
    expect(mine.locator(".messages")).to_contain_text("未重复执行")
    assert Pledge.objects.get(pk=waiting[0].pk).reviewed_by == sunhao


def test_a_page_that_is_left_alone_keeps_neither_its_claim_nor_its_session(
    window, chenjing, waiting
):
    page = window(chenjing).tab("/admin/")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/claim/" in request.url else 0)
    page.clock.install()
    page.goto(admin_path("pledge_change", waiting[0].pk))
    expect(page.locator("[data-keys]")).to_be_visible()
    page.clock.fast_forward("04:01")  # whatever moved while the page came up
    page.clock.fast_forward("30:00")
    before = len(asked)
    page.clock.fast_forward("30:00")
    assert len(asked) == before <= 1
    page.mouse.move(200, 200)
    page.mouse.move(220, 220)
    with page.expect_response("**/claim/"):
        page.clock.fast_forward("04:01")
