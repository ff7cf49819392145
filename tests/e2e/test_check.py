"""Whoever holds a file: honest, changed or foreign, dropped or chosen, on a desk or a phone."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pledges.actions import review
from pledges.models import Pledge
from pledges.proof.messages import catalogue
from pledges.proof.verdict import Outcome
from pledges.storage import document_store
from tests.e2e.pages import said
from tests.e2e.test_pages import Inspector
from tests.sealed import Installation

PATH = "/verify/"


@pytest.fixture
def issued(signed, chenjing):
    """The bytes of an accepted pledge."""
    now = timezone.now()
    pledge = review.accept(signed(at=now - timedelta(hours=1)), actor=chenjing, at=now)
    return document_store.get(pledge.documents.get(revision=2).sha256)


def _bring(page, content):
    file = {"name": "承诺书.pdf", "mimeType": "application/pdf", "buffer": content}
    page.locator("[name=file]").set_input_files([file])
    page.get_by_role("button", name="核验", exact=True).click()


def _is_printout(answer):
    return answer.url.endswith("/verify/printout/")


def _expect_verdict(page, outcome):
    words = catalogue.OUTCOMES[outcome].in_("zh-hans")
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    expect(page.locator("#verdict")).to_be_focused()


def test_three_files_three_verdicts(window, issued, device, tmp_path):
    page = window(device=device).tab(PATH)
    _bring(page, issued)
    _expect_verdict(page, Outcome.ACCEPTED)
    expect(page.locator(".check-status")).to_contain_text(said("In force"))
    with page.context.expect_event("response", _is_printout) as caught:
        page.get_by_role("button", name=said("Make a verified printout")).click()
    assert (caught.value.status, caught.value.headers["content-type"]) == (200, "application/pdf")
    middle = len(issued) // 2
    _bring(page, issued[:middle] + bytes([issued[middle] ^ 1]) + issued[middle + 1 :])
    _expect_verdict(page, Outcome.REJECTED)
    expect(page.locator(".check-failed")).to_have_count(1)
    _bring(page, Installation(tmp_path / "pki").finished())
    _expect_verdict(page, Outcome.REJECTED)


def test_the_qr_code_leads_to_the_standing_and_on_to_the_check(window, issued, device):
    page = window(device=device).tab(f"/verify/{Pledge.objects.get().pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(said("In force"))
    _bring(page, issued)
    _expect_verdict(page, Outcome.ACCEPTED)


def test_a_file_is_dropped(window, issued):
    page = window().tab(PATH)
    page.evaluate(
        """([bytes]) => {
          const transfer = new DataTransfer();
          const content = Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0));
          transfer.items.add(new File([content], "a.pdf", { type: "application/pdf" }));
          const event = new DragEvent("drop", { dataTransfer: transfer, bubbles: true });
          document.querySelector("[data-drop]").dispatchEvent(event);
        }""",
        [b64encode(issued).decode()],
    )
    _expect_verdict(page, Outcome.ACCEPTED)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_verdict_shuts_anybody_out(window, issued, language):
    page = window(language=language, bypass_csp=True).context.new_page()
    inspector = Inspector(page, language)
    inspector.visit(PATH)
    for content in (issued, issued[:-100]):
        file = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content}
        page.locator("[name=file]").set_input_files([file])
        page.locator(".drop button").click()
        page.locator("#verdict").wait_for()
        inspector.look(PATH)
    assert inspector.faults == []
