"""Version 2 of the contract: a law and its article as people type them, to the document."""

from datetime import date

import pytest
from playwright.sync_api import expect

from pledges.access import SYSTEM
from pledges.actions import answers, templates
from tests import baseline
from tests.e2e.pages import confirm_identity, start
from tests.e2e.test_pages import Inspector


@pytest.fixture
def contract(transactional_db):
    return baseline.publish(baseline.second_version("contract", effective_on=date(2026, 11, 1)))


def test_the_civil_code_is_named_however_it_is_typed(window, liming, contract, device):
    page = window(liming, device=device).tab("/")
    draft = start(page, "contract")
    offered = page.locator("datalist option").evaluate_all("all => all.map(each => each.value)")
    assert "中华人民共和国劳动合同法" in offered
    draft.type("governing_law", "《合同法》")
    expect(draft.note("flag", "governing_law")).to_contain_text("2021-01-01 废止")
    draft.type("governing_law", "《民法典》")
    expect(draft.note("flag", "governing_law")).to_have_count(0)
    draft.type("governing_article", "一千二百六十一")
    expect(draft.note("flag", "governing_article")).to_contain_text("共 1260 条")
    draft.fill(
        {
            "service_name": "“企业现金管理服务”",
            "technical_parameter_term": "清算时效",
            "ethics_term": "服务操守",
            "governing_article": "第五百零九条",
        }
    )
    draft.expect_typed(
        {
            "service_name": "企业现金管理服务",
            "governing_law": "中华人民共和国民法典",
            "governing_article": "509",
        }
    )
    expect(page.locator(".clause-note-flag")).to_have_count(0)
    draft.read_and_sign()
    reading = "".join(page.locator("[data-reading]").text_content().split())
    assert "根据《中华人民共和国民法典》第509条的规定" in reading
    assert "通过公司的“企业现金管理服务”服务" in reading


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_laws_and_the_editor_of_guidance_shut_nobody_out(
    window, liming, chenjing, contract, language
):
    desk = window(liming, language=language, bypass_csp=True)
    inspector = Inspector(desk.context.new_page(), language)
    draft = answers.open_pledge(contract, actor=liming, at=baseline.START, language=language)
    answers.save(
        draft, actor=liming, at=baseline.START, typed={"governing_law": "海商法"}, revision=0
    )
    inspector.visit(f"/pledges/{draft.pk}/")
    office = window(chenjing, language=language, bypass_csp=True)
    editor = Inspector(office.context.new_page(), language)
    confirm_identity(editor.page, "chenjing")
    following = templates.revise(contract, actor=SYSTEM, at=baseline.START)
    editor.page.goto(f"/admin/pledges/templateversion/{following.pk}/edit/")
    for summary in editor.page.locator("details.guidance summary").all():
        summary.focus()
        editor.page.keyboard.press("Enter")
    assert editor.page.locator("details.guidance[open]").count() == 5
    editor.look("the editor of guidance")
    assert inspector.faults + editor.faults == []
