"""Papers in the browser: a scan is uploaded and looked at, filed, and confirmed by another."""

from playwright.sync_api import expect

from pledges.core.papers import PaperState
from pledges.models import PaperPledge
from tests import scans


def test_a_scan_is_uploaded_filed_and_confirmed(window, zhoumin, chenjing, device, tmp_path):
    page = window(zhoumin, device=device).tab("/admin/pledges/paperpledge/upload/")
    page.locator("#id_number").fill("E1001")
    # None is chosen beforehand: the wrong one would be filed without a thought.
    page.locator("#id_version").select_option(index=1)
    page.locator("#id_signed_on").fill("2024-03-01")
    data = scans.encoded("PDF", pages=2)
    page.locator("#id_file").set_input_files(
        {"name": "李明.pdf", "mimeType": "application/pdf", "buffer": data}
    )
    page.screenshot(path=tmp_path / "upload.png", full_page=True)
    page.locator("main form.middling [type=submit]").click()
    expect(page.locator(".page-image")).to_have_count(2)
    page.locator(".judging .btn-primary").click()
    expect(page.locator(".messages .note-success")).to_be_visible()
    paper = PaperPledge.objects.get()
    assert paper.state == PaperState.FILED and paper.page_count == 2

    page = window(chenjing, device=device).tab("/admin/")
    page.locator(".figures a[href*=paperpledge]").first.click()
    page.locator("#result_list tbody a").first.click()
    page.wait_for_function("() => document.querySelector('.page-image')?.naturalWidth")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    page.screenshot(path=tmp_path / "review.png", full_page=True)
    page.locator(".judging .btn-primary").click()
    expect(page.locator(".messages .note-success")).to_be_visible()
    paper.refresh_from_db()
    assert (paper.state, paper.settled_by) == (PaperState.CONFIRMED, chenjing)
