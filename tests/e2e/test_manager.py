"""The manager's way, for each of the three pledges: sign in, fill in, read, sign, keep a copy."""

from dataclasses import dataclass
from hashlib import sha256

import pytest
from playwright.sync_api import expect

from tests.e2e.pages import Draft, Signing, download, said, sign_in, start

KINDS = {
    "general-standards": "通用准则型",
    "contract": "条款合同型",
    "personal-code": "个人守则型",
}


@dataclass(frozen=True)
class Case:
    """How one pledge is filled: first what draws a note, then everything, as people type."""

    slug: str
    noted: tuple[tuple[str, str, str], ...]  # kind of the note, code, typed
    typed: dict[str, str]
    understood: dict[str, str]  # the numbers among them, as the sheet then shows them
    printed: tuple[str, ...]  # how some of it stands in the document


CASES = [
    Case(
        "general-standards",
        (
            ("error", "complaint_resolution_days", "９０"),
            ("flag", "complaint_resolution_days", "７"),
            ("error", "satisfaction_target", "很高"),
        ),
        {
            "pledgor_type": "individual",
            "surveys_per_month": "２",
            "satisfaction_target": "９２．５％",
            "complaint_response_hours": "１２ 小时",
            "complaint_resolution_days": "5",
            "training_hours_per_year": " 40 ",
            "assessed_indicators": "3",
        },
        {
            "surveys_per_month": "2",
            "satisfaction_target": "92.5",
            "complaint_response_hours": "12",
            "training_hours_per_year": "40",
        },
        ("92.5%", "12小时"),
    ),
    Case(
        "contract",
        (("error", "governing_article", "若干"),),
        {
            "service_name": "企业现金管理服务",
            "technical_parameter_term": "清算时效",
            "ethics_term": "服务操守",
            "governing_law": "中华人民共和国商业银行",
            "governing_article": "２９",
        },
        {"governing_article": "29"},
        ("《中华人民共和国商业银行法》第29条",),
    ),
    Case(
        "personal-code",
        (("error", "reply_days", "0"), ("flag", "reply_days", "１０")),
        {
            "position": "首席客户经理",
            "department": "华东零售部",
            "contact": "021-5555 0100",
            "process_steps": "一、受理登记\n二、核对身份\n三、回访确认",
            "reply_days": "３日",
        },
        {"reply_days": "3"},
        ("首席客户经理", "在3日内予以答复"),
    ),
]


@pytest.fixture(params=CASES, ids=lambda case: case.slug)
def case(request):
    return request.param


def test_from_signing_in_to_the_signed_document(window, liming, case, device):
    desk = window(device=device)
    page = desk.tab()
    sign_in(page, "liming")
    draft = start(page, case.slug)
    for kind, code, text in case.noted:
        draft.type(code, text)
        expect(draft.note(kind, code)).to_be_visible()
        wrong = "true" if kind == "error" else "false"
        assert (draft.blank(code).get_attribute("aria-invalid") or "false") == wrong
    draft.fill(case.typed)
    expect(page.locator(".clause-note-error, .clause-note-flag")).to_have_count(0)
    standing = {**case.typed, **case.understood}
    draft.expect_typed(standing)
    page.reload()
    draft.expect_typed(standing)
    Draft(window(liming, device=device).tab(page.url)).expect_typed(standing)

    signing = draft.read_and_sign()
    expect(page.locator("[data-pages] img").first).to_have_js_property("complete", True)
    for words in case.printed:
        reading = "".join(page.locator("[data-reading]").text_content().split())
        assert words in reading
    read = desk.fetch(signing.copy)
    assert read.startswith(b"%PDF-")
    assert sha256(read).hexdigest() == signing.digest

    signing.draw()
    signing.sign()
    expect(page.locator(".note-success")).to_contain_text("签署完成")
    name, kept = download(page, page.locator('a[href$="document.pdf?download=1"]'))
    number = page.locator(".facts dd").first.inner_text()
    assert name == f"承诺书-{KINDS[case.slug]}-李明-{number}-公司未确认.pdf"
    assert len(kept) > len(read) and kept.startswith(read)
    page.locator("summary", has_text="技术信息").click()
    expect(page.locator("code", has_text=sha256(kept).hexdigest())).to_be_visible()
    expect(page.locator("code", has_text=sha256(read).hexdigest())).to_be_visible()
    page.goto("/")
    expect(page.locator("[aria-labelledby=waiting]")).to_contain_text(number)


def test_what_is_missing_is_listed_and_linked(window, liming, device):
    desk = window(liming, device=device)
    draft = start(desk.tab(), "general-standards")
    draft.fill({"surveys_per_month": "2"})
    draft.page.locator(".fill-bar .btn-primary").click()
    draft.page.wait_for_url("**/?check=1")
    listed = draft.page.locator("#summary a")
    expect(listed).to_have_count(6)
    expect(draft.page.locator("#summary")).to_be_focused()
    listed.last.click()
    expect(draft.blank("assessed_indicators")).to_be_focused()
    draft.fill({"assessed_indicators": "3"})
    expect(draft.page.locator("#summary li:visible")).to_have_count(5)


def test_nothing_is_signed_without_mark_or_with_a_wrong_password(window, liming, draft, device):
    desk = window(liming, device=device)
    pledge = draft()
    page = desk.tab(f"/pledges/{pledge.pk}/")
    signing = Draft(page).read_and_sign()
    page.locator("[name=consent]").check()
    page.locator("[name=password]").fill("something else entirely")
    page.locator("[name=code]").fill("123456")
    page.locator(".sign-button").click()
    expect(page.locator("[data-missing]")).to_be_visible()

    signing.draw()
    desk.foresee(422)
    page.locator(".sign-button").click()
    expect(page.locator("#sign-errors")).to_contain_text(said("The password is not correct."))
    expect(page.locator("[data-hand-state]")).to_have_text(said("Signature written"))
    Signing(page).sign()
    pledge.refresh_from_db()
    assert pledge.status == "signed"
