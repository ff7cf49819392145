"""The back office's ways: compliance accepts and returns, the manager signs anew, HR takes away."""

import csv
import io
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import Page, expect

from pledges.actions import templates
from pledges.core.lifecycle import PledgeState, Role
from pledges.models import Document, Pledge
from tests.e2e.pages import Draft, download, said
from tests.serving import run_worker

REASON = "满意度目标低于公司的要求，请改为不低于 90%。"


@pytest.fixture
def lately():
    """Times of the recent past, the earlier ones first."""
    now = timezone.now()
    return lambda place: now - timedelta(hours=5 - place)


def _review(page: Page, pledge: Pledge) -> None:
    page.goto("/admin/")
    page.locator(".figures a").first.click()
    page.locator("#result_list a", has_text=pledge.number).click()
    expect(page.locator(".title-line h1")).to_contain_text(pledge.number)


def _accept(page: Page) -> None:
    page.locator("[data-do=accept]").click()
    page.locator(".review-panel form [type=submit]").click()
    expect(page.locator(".messages .note-success")).to_be_visible()


def test_compliance_accepts_the_longest_waiting_first(window, chenjing, signed, lately, device):
    older = signed("contract", at=lately(0))
    newer = signed("personal-code", at=lately(1))
    page = window(chenjing, device=device).tab("/admin/pledges/pledge/")
    numbers = page.locator("#result_list tbody .field-number_or_state")
    expect(numbers).to_have_text([older.number, newer.number])
    _review(page, older)
    _accept(page)
    expect(page.locator(".title-line h1")).to_contain_text(newer.number)  # the next that waits
    older.refresh_from_db()
    assert (older.status, older.reviewed_by) == (PledgeState.ACCEPTED, chenjing)


def test_many_are_accepted_in_the_background_while_the_page_tells_how_far(
    window, chenjing, signed, wangfang, lately, device
):
    plain = signed("contract", at=lately(0))
    unusual = signed(person=wangfang, at=lately(1), satisfaction_target="60")
    page = window(chenjing, device=device).tab("/admin/pledges/pledge/")
    for box in page.locator("#result_list tbody input[type=checkbox]").all():
        box.check()
    page.locator("[name=action]").select_option("accept_plain")
    page.locator(".list-actions [type=submit]").click()
    expect(page.locator("#left")).to_be_visible()
    page.locator("main .actions [type=submit]").click()
    page.wait_for_url("**/acceptancebatch/*/change/")
    expect(page.locator("#how-far")).to_contain_text("0")
    assert run_worker() == 0
    expect(page.locator("#moving progress")).to_have_attribute("value", "1")
    expect(page.locator("#told")).to_contain_text(said("Finished."))
    plain.refresh_from_db()
    unusual.refresh_from_db()
    assert (plain.status, plain.reviewed_by) == (PledgeState.ACCEPTED, chenjing)
    assert unusual.status == PledgeState.SIGNED


def test_a_returned_pledge_is_corrected_signed_anew_and_accepted(
    window, liming, chenjing, signed, lately, device
):
    first = signed(at=lately(0), satisfaction_target="60")
    office = window(chenjing, device=device)
    page = office.tab()
    _review(page, first)
    expect(page.locator("#unusual")).to_be_visible()
    page.locator("[data-do=return]").click()
    row = page.locator(".reason").first
    clause = row.locator("select").input_value()  # the clause of what is unusual stands there
    row.locator("textarea").fill(REASON)
    page.locator("#return-form .actions [type=submit]").click()
    expect(page.locator(".note-success")).to_contain_text(first.number)

    desk = window(liming, device=device)
    mine = desk.tab()
    expect(mine.locator("[aria-labelledby=to-sign]")).to_contain_text(REASON)
    mine.locator("[aria-labelledby=to-sign] a.btn").click()
    draft = Draft(mine)
    told = mine.locator(f'[id="notes-{clause}"] .clause-note-returned')
    expect(told).to_contain_text(REASON)
    draft.expect_typed({"satisfaction_target": "60", "surveys_per_month": "2"})
    draft.fill({"satisfaction_target": "95"})
    signing = draft.read_and_sign()
    signing.draw()
    signing.sign()
    again = Pledge.objects.get(corrects=first)
    page.goto("/admin/")
    _review(page, again)
    _accept(page)
    mine.goto("/")
    expect(mine.locator("[aria-labelledby=in-force]")).to_contain_text(again.number)
    mine.locator(f'[aria-labelledby=earlier] a[href="/pledges/{first.pk}/"]').click()
    expect(mine.locator(".beside-first")).to_contain_text(REASON)
    first.refresh_from_db()
    assert first.status == PledgeState.RETURNED


def test_nobody_reviews_their_own_pledge(window, sunhao, signed, lately, device):
    sunhao.groups.add(Group.objects.get(name=Role.MANAGER))
    own = signed(at=lately(0), person=sunhao)
    office = window(sunhao, device=device)
    page = office.tab()
    _review(page, own)
    expect(page.locator(".review-panel .note-info")).to_have_text(
        said("This is your own pledge. Someone else must review it.")
    )
    expect(page.locator(".judging")).to_have_count(0)
    office.foresee(403)
    for step in ("accept", "return"):
        assert page.goto(f"/admin/pledges/pledge/{own.pk}/{step}/").status == 403


def test_hr_finds_and_exports(window, zhoumin, chenjing, accepted, signed, wangfang, device):
    wanted = [accepted("contract"), signed("personal-code"), accepted("general-standards")]
    other = accepted("contract", person=wangfang)
    office = window(zhoumin, device=device)
    page = office.tab("/admin/pledges/pledge/")
    page.locator("#searchbar").fill("E1001")
    page.locator("#changelist-search [type=submit]").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(len(wanted))
    expect(page.locator("#result_list")).not_to_contain_text(other.number)
    name, archive = download(page, page.locator('form[action*="/export/"] button'))
    assert name.endswith(".zip")
    _check_archive(archive, {each.number: _newest(each).file_name().full for each in wanted})

    page.locator("#result_list a", has_text=wanted[0].number).click()
    link = page.locator(f'a[href^="/pledges/{wanted[0].pk}/document.pdf"]').first
    digest = _newest(wanted[0]).sha256
    assert sha256(office.fetch(link.get_attribute("href"))).hexdigest() == digest


def _newest(pledge) -> Document:
    return pledge.documents.select_related("pledge").latest("revision")


def _check_archive(archive: bytes, names: dict[str, str]) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        assert packed.testzip() is None
        files = {name: packed.read(name) for name in packed.namelist()}
    assert set(files) == {*names.values(), "manifest.csv", "SHA256SUMS"}
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert sha256(files[name]).hexdigest() == digest
        assert files[name].startswith(b"%PDF-")
    assert files["manifest.csv"].startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(files["manifest.csv"].decode("utf-8-sig"))))
    assert {row[1] for row in rows[1:]} == set(names)


def test_a_click_beside_a_template_does_not_lose_what_was_typed(window, chenjing, accepted, device):
    draft = templates.revise(accepted("contract").version, actor=chenjing, at=timezone.now())
    page = window(chenjing, device=device).tab(f"/admin/pledges/templateversion/{draft.pk}/edit/")
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.locator("#id_change_note_zh").fill("调整措辞。")
    page.locator(".record .actions a").click()
    expect(page.locator("#id_change_note_zh")).to_have_value("调整措辞。")
    assert asked == ["beforeunload"]
    page.locator("#id_change_note_en").fill("Wording.")
    page.locator(".record [type=submit]").click()
    page.wait_for_url(f"**/{draft.pk}/change/")
