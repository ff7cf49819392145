"""The same way without a mouse, and without JavaScript."""

import re

from playwright.sync_api import Page, expect

from pledges.core.lifecycle import PledgeState
from pledges.models import Pledge
from tests import baseline
from tests.cast import FILLED
from tests.e2e.pages import Draft, Signing, fresh_code

# What a sighted keyboard user must be able to see of the element that has the focus: a ring, on
# it or on the words beside it, or the line under a blank; and nothing that covers it.
FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return "";
  const ringed = (at) => {
    if (!at) return false;
    const style = getComputedStyle(at);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const line = parseFloat(getComputedStyle(element).borderBottomWidth);
  const lifted = element.matches(".answer") && line >= 2;
  const box = element.getBoundingClientRect();
  const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 20)];
  const there = document.elementFromPoint(x, y);
  const open = there && (element.contains(there) || there.contains(element)
    || there.closest("label")?.control === element);
  const name = element.outerHTML.slice(0, 120);
  if (!ringed(element) && !ringed(element.nextElementSibling) && !lifted) return `no ring: ${name}`;
  return open ? "" : `covered: ${name}`;
}"""


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; wherever it stops on the way, it can be seen."""
    for _press in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS) == ""
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the focus does not come to {selector}")


def test_by_keyboard_alone_in_english(window, liming, device):
    desk = window(liming, device=device, language="en")
    page = desk.tab()
    _tab_to(page, 'form[action="/pledges/start/personal-code/"] button')
    page.keyboard.press("Enter")
    page.wait_for_url("**/pledges/*/")
    draft = Draft(page)
    _tab_to(page, '[name="answer-process_steps"]')
    page.keyboard.type("Receive, verify")
    page.keyboard.press("Enter")
    page.keyboard.type("Call back")
    _tab_to(page, '[name="answer-reply_days"]')
    page.keyboard.type("3")
    page.keyboard.press("Enter")  # goes on to the next stop: the button
    expect(page.locator(".fill-bar .btn-primary")).to_be_focused()
    draft.wait_until_saved()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign/**")
    _tab_to(page, "[name=method]")
    page.keyboard.press("ArrowRight")
    _tab_to(page, "[name=typed]")
    page.keyboard.type("李明")
    _tab_to(page, "[name=consent]")
    page.keyboard.press("Space")
    _tab_to(page, "[name=password]")
    page.keyboard.type(baseline.PASSWORD)
    _tab_to(page, "[name=code]")
    page.keyboard.type(fresh_code())
    _tab_to(page, ".sign-button")
    page.keyboard.press("Space")
    page.wait_for_url(re.compile(r"/pledges/[0-9a-f-]{36}/$"))
    expect(page.locator(".note-success")).to_contain_text("Signing complete")
    pledge = Pledge.objects.get()
    assert (pledge.status, pledge.signature.typed) == (PledgeState.SIGNED, "李明")
    assert pledge.answers["process_steps"] == "Receive, verify\nCall back"


def test_without_javascript(window, liming, device):
    desk = window(liming, device=device, java_script_enabled=False)
    page = desk.tab()
    page.locator('form[action="/pledges/start/general-standards/"] button').click()
    draft = Draft(page)
    answers = FILLED["general-standards"]
    for code, text in {**answers, "complaint_resolution_days": "90"}.items():
        draft.put(code, text)
    page.locator(".fill-bar .btn-primary").click()
    expect(page.locator("#summary a")).to_have_count(1)
    expect(draft.note("error", "complaint_resolution_days")).to_be_visible()
    draft.put("complaint_resolution_days", answers["complaint_resolution_days"])
    page.locator(".fill-bar [name=later]").click()
    page.locator("[aria-labelledby=to-sign] a.btn").click()
    draft.expect_typed(answers)
    signing: Signing = draft.read_and_sign()
    assert desk.fetch(signing.copy).startswith(b"%PDF-")
    signing.type_name("李明")
    signing.sign()
    assert Pledge.objects.get().status == PledgeState.SIGNED
