"""The document is read as images of its pages, and signed beside it or in a sheet from below."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

from pledges import issued_files
from pledges.actions import preparing
from pledges.storage import document_store
from tests.e2e.pages import Signing, said
from tests.e2e.stage import admin_path, sign_path
from tests.e2e.test_pages import Inspector

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 820, "height": 1180}
SIDE = {"width": 844, "height": 390}
IMAGES = "[data-pages] img"
ALL_THERE = """count => {
  const images = [...document.querySelectorAll("[data-pages] img")];
  return images.length === count && images.every((each) => each.complete && each.naturalWidth);
}"""
# What a screen reader reads of the document: its text once, and no image.
READ = """() => {
  const read = (element) => !element.closest("[aria-hidden=true], [hidden]")
    && getComputedStyle(element).display !== "none";
  return {
    images: [...document.querySelectorAll(".sign-document img")].filter(read).length,
    texts: [...document.querySelectorAll("[data-reading]")].filter(read).length,
  };
}"""
IN_VIEW = """selector => {
  const box = document.querySelector(selector).getBoundingClientRect();
  const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.top >= 0 && box.bottom <= innerHeight && document.querySelector(selector) === there;
}"""


@pytest.fixture
def intent(draft, liming):
    return preparing.prepare(draft("contract"), actor=liming, at=timezone.now())


def wait_for_pages(page, intent):
    """Until the image of every page is there; gives how many there are."""
    count = len(PdfDocument(document_store.get(intent.document_digest)))
    page.wait_for_function(ALL_THERE, arg=count)
    return count


def test_at_a_desk_the_panel_stands_beside_the_pages_and_stays(window, intent, liming):
    page = window(liming, viewport=DESK).tab(sign_path(intent))
    assert wait_for_pages(page, intent) > 2
    sharp = "image => image.naturalWidth / image.clientWidth"
    for image in page.locator(IMAGES).all():
        assert image.evaluate(sharp) >= 1.99
    assert page.evaluate(READ) == {"images": 0, "texts": 1}
    assert page.locator("iframe, embed, object").count() == 0
    for where in (0, 900, 100_000):
        page.evaluate("top => scrollTo(0, top)", where)
        assert page.evaluate(IN_VIEW, "#sign-button"), where
        assert page.evaluate(IN_VIEW, "#hand"), where
    expect(page.locator("[data-sheet-open]")).to_be_hidden()

    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("link", name=said("As text")).click()
    expect(page.locator(IMAGES).first).to_be_hidden()
    expect(page.locator("[data-reading]")).not_to_have_class(re.compile("visually-hidden"))
    assert page.evaluate(READ) == {"images": 0, "texts": 1}
    page.get_by_role("link", name=said("As in the file")).click()
    expect(page.locator(IMAGES).first).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE, SIDE], ids=["upright", "on its side"])
def test_on_a_phone_reading_comes_first_and_signing_from_below(window, intent, liming, viewport):
    page = window(liming, device="phone", viewport=viewport).tab(sign_path(intent))
    wait_for_pages(page, intent)
    opener, sheet = page.locator("[data-sheet-open]"), page.get_by_role("dialog")
    expect(page.locator("#sign-title")).not_to_be_in_viewport()
    opener.click()
    expect(sheet).to_be_visible()
    expect(page.locator("#sign-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()

    opener.click()
    signing = Signing(page)
    signing.draw()
    sheet.get_by_role("button", name=said("Back to reading")).click()
    expect(page.locator("#sign-title")).not_to_be_in_viewport()
    # Whoever reads to the end comes to it without a button, and nothing lies over it.
    page.locator("#hand").scroll_into_view_if_needed()
    expect(page.locator("[data-hand-state]")).to_have_text(said("Signature written"))
    expect(opener).to_be_hidden()
    page.evaluate("scrollTo(0, 0)")
    opener.click()
    # What was written stands there as it was.
    expect(page.locator("[data-hand-state]")).to_have_text(said("Signature written"))
    signing.sign()
    done = said("Signing complete: %(number)s") % {"number": intent.pledge.number}
    expect(page.locator(".note-success")).to_have_text(done)


def test_on_a_phone_a_page_can_be_made_larger_and_nothing_sticks_out(window, intent, liming):
    page = window(liming, device="phone").tab(sign_path(intent))
    wait_for_pages(page, intent)
    first = page.locator(IMAGES).first
    assert first.bounding_box()["width"] == pytest.approx(390, abs=1)
    page.get_by_role("button", name=said("Larger")).click()
    assert first.bounding_box()["width"] == pytest.approx(780, abs=2)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    first.click(position={"x": 200, "y": 300})
    assert first.bounding_box()["width"] == pytest.approx(390, abs=1)


@pytest.mark.parametrize("in_sheet", [True, False], ids=["in the sheet", "below"])
def test_what_went_wrong_is_said_where_it_was_done(window, intent, liming, in_sheet):
    desk = window(liming, device="phone")
    desk.foresee(422)
    page = desk.tab(sign_path(intent))
    signing = Signing(page)
    if in_sheet:
        signing.open()
    signing.draw()
    page.locator("[name=consent]").check()
    page.locator("[name=password]").fill("something else entirely")
    page.locator("[name=code]").fill("123456")
    page.locator(".sign-button").click()
    expect(page.locator("#sign-errors")).to_be_focused()
    expect(page.locator("#sign-errors")).to_be_in_viewport()
    expect(page.get_by_role("dialog")).to_be_visible(visible=in_sheet)


def test_images_that_do_not_come_give_way_to_the_text(window, intent, liming):
    desk = window(liming)
    desk.foresee(503)
    page = desk.context.new_page()
    page.route("**/pages/*.png", lambda route: route.fulfill(status=503))
    page.clock.install()
    page.goto(sign_path(intent))
    failed, tries = page.locator("[data-pages-failed]"), iter(range(100))
    # Each try ends by an answer from outside of the page, whose clock is not its own.
    while failed.is_hidden() and next(tries, None) is not None:
        page.clock.run_for(5000)
        page.wait_for_timeout(50)
    expect(failed).to_be_visible()
    expect(page.locator("[data-reading]")).not_to_have_class(re.compile("visually-hidden"))
    expect(page.locator(IMAGES).first).to_be_hidden()


def test_without_a_script_all_pages_are_there_and_signing_stands_below(window, intent, liming):
    options = {"device": "phone", "java_script_enabled": False}
    page = window(liming, **options).tab(sign_path(intent))
    images = page.locator(IMAGES)
    assert images.count() > 2
    for image in images.all():
        expect(image).to_be_visible()
    expect(page.locator("#signing")).to_be_visible()
    page.locator("[data-sheet-open]").click()
    expect(page.locator("#sign-title")).to_be_in_viewport()


@pytest.mark.parametrize("viewport", [DESK, TABLET, PHONE], ids=["desk", "tablet", "phone"])
def test_who_reviews_reads_the_same_pages(window, signed, chenjing, viewport):
    pledge = signed(satisfaction_target="80")
    page = window(chenjing, viewport=viewport).tab(admin_path("pledge_change", pledge.pk))
    page.wait_for_function(
        ALL_THERE, arg=len(PdfDocument(issued_files.read(pledge.documents.get())))
    )
    assert (
        page.locator(IMAGES).first.evaluate("image => image.naturalWidth / image.clientWidth") > 1.9
    )
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    first = page.locator(IMAGES).first.bounding_box()
    facts = page.locator("#signed").bounding_box()
    if viewport is not DESK:
        # What hangs on it, the document, and then what else is known.
        assert page.locator("#unusual").bounding_box()["y"] < first["y"] < facts["y"]
    place = page.locator(".unusual a")
    for _again in range(2):
        place.click()
        expect(page.locator(IMAGES).first).to_be_hidden()
        expect(page.locator(":target .note-unusual")).to_be_in_viewport()
        page.get_by_role("link", name=said("As in the file")).click()
        expect(page.locator(IMAGES).first).to_be_visible()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_sheet_shuts_nobody_out(window, intent, liming, language):
    desk = window(liming, language=language, device="phone", bypass_csp=True)
    inspector = Inspector(desk.context.new_page(), language)
    for viewport in (PHONE, SIDE):
        inspector.page.set_viewport_size(viewport)
        inspector.page.goto(sign_path(intent))
        inspector.page.locator("[data-sheet-open]").click()
        inspector._judge(f"the sheet at {viewport['width']}")
    assert inspector.faults == []
