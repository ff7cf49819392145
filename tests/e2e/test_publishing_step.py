"""A new version is published amid drafts: one page, and the signer goes on where they were."""

from dataclasses import replace

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.utils import timezone
from playwright.sync_api import Page, expect

from pledges.actions import templates
from pledges.core.languages import Localized
from pledges.models import Pledge, TemplateVersion
from tests.cast import FILLED
from tests.e2e.pages import Draft
from tests.e2e.stage import admin_path, pledge_path
from tests.e2e.test_pages import JUDGE, SIDEWAYS
from tests.serving import run_worker


@pytest.fixture
def next_version(version, chenjing):
    draft = templates.revise(version(), actor=chenjing, at=timezone.now())
    before = draft.definition()
    after = replace(before, term_months=12, change_note=Localized("增加有效期", "A term"))
    by = {"actor": chenjing, "at": timezone.now()}
    return templates.save_draft(draft, after, base=templates.file_digest(before), **by)


def look(page: Page) -> None:
    """Nothing is found by axe, and nothing sticks out."""
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(JUDGE, {}) == []
    assert page.evaluate(SIDEWAYS) == 0


def test_publishing_asks_once_and_drafts_go_on_with_their_answers(
    window, chenjing, liming, next_version, draft, device, tmp_path
):
    pledge = draft(at=timezone.now())
    page = window(chenjing, device=device).tab(
        admin_path("templateversion_publish", next_version.pk)
    )
    look(page)
    page.screenshot(path=tmp_path / f"publish-{device}.png", full_page=True)
    page.locator("a[href*='state=draft']").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.go_back()
    page.locator("#id_kind input[value=editorial]").check()
    page.locator("main form [type=submit]").click()
    expect(page.locator(".note-error")).to_be_visible()  # the term has changed
    page.locator("#id_kind input[value=material]").check()
    page.locator("#id_effective_on").fill("2026-01-01")
    page.locator("main form [type=submit]").click()
    page.locator("#id_past").check()
    look(page)
    page.locator("main form [type=submit]").click()
    expect(page.locator(".messages .note-success")).to_be_visible()
    assert TemplateVersion.objects.get(pk=next_version.pk).status == "published"
    assert run_worker() == 0
    mine = window(liming, device=device).tab(pledge_path(pledge))
    Draft(mine).expect_typed(
        {"surveys_per_month": FILLED["general-standards"]["surveys_per_month"]}
    )
    assert Pledge.objects.get(pk=pledge.pk).version == next_version
