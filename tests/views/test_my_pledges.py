"""The first page: each pledge in its place, and what can be started."""

import re
from datetime import date, timedelta

import pytest

from pledges.actions import answers, review
from pledges.views import my_pledges

ALL = {"general-standards", "contract", "personal-code"}


@pytest.fixture
def sections(liming, now):
    def read(at=now):
        own = list(liming.pledges.select_related("version", "corrects").order_by("created_at"))
        return my_pledges.contents(liming, own, at)

    return read


def started(found):
    return {entry.version.template.slug for entry in found["available"]}


def test_with_nothing_all_three_can_be_started(sections):
    found = sections()
    assert started(found) == ALL
    assert not found["drafts"] and not found["waiting"] and not found["empty"]


def test_an_empty_page_says_what_will_appear(client, liming, monkeypatch):
    monkeypatch.setattr(my_pledges, "available", lambda *arguments: [])
    client.force_login(liming)
    response = client.get("/")
    assert response.context["empty"]
    assert '<ul class="entries"' not in response.content.decode()


def test_progress_counts_blanks_that_read_well(sections, draft):
    draft("general-standards", surveys_per_month="", training_hours_per_year="many")
    (item,) = sections()["drafts"]
    assert (item.filled, item.blanks, item.complete) == (5, 7, False)


@pytest.mark.parametrize(("due_in", "days"), [(-1, -1), (0, 0), (9, 7)])
def test_due_dates_are_counted_by_the_organisations_calendar(
    sections, version, liming, chenjing, now, due_in, days
):
    # 2026-11-23 17:30 UTC is already the 24th in Shanghai.
    late = now.replace(hour=17, minute=30)
    due = date(2026, 11, 24) + timedelta(days=due_in)
    answers.assign(version(), person=liming, actor=chenjing, at=now, due_on=due)
    (item,) = sections(late)["drafts"]
    assert (item.left.days, item.overdue) == (days, days < 0)  # the weekend does not count


@pytest.mark.parametrize("slug", sorted(ALL))
def test_what_waits_or_is_open_or_in_force_cannot_be_started(
    sections, draft, signed, accepted, slug
):
    {"general-standards": draft, "contract": signed, "personal-code": accepted}[slug](slug)
    assert started(sections()) == ALL - {slug}


def test_each_state_has_its_section(sections, signed, accepted, chenjing, now):
    waits, holds = signed("contract"), accepted("personal-code")
    back = signed("general-standards")
    reasons = [review.ClauseReason("理由", "1.2.1"), review.ClauseReason("全文")]
    review.return_to_manager(back, actor=chenjing, at=now, reasons=reasons)
    found = sections()
    assert [entry.pledge for entry in found["waiting"]] == [waits]
    assert [entry.pledge for entry in found["in_force"]] == [holds]
    assert [entry.pledge for entry in found["returned"]] == [back]
    (item,) = found["drafts"]
    assert [(r.citation, r.text) for r in item.reasons] == [("一、2.（1）", "理由"), ("", "全文")]


def test_each_says_since_when_it_is_in_effect_or_that_it_never_was(
    client, liming, signed, accepted, chenjing, now
):
    signed("contract"), accepted("personal-code")
    back = signed("general-standards")
    review.return_to_manager(
        back, actor=chenjing, at=now, reasons=[review.ClauseReason("理由", "1.2.1")]
    )
    client.force_login(liming)
    page = client.get("/").content.decode()
    sections = dict(re.findall(r'aria-labelledby="([\w-]+)">(.*?)</section>', page, re.DOTALL))
    assert "签署；经公司确认后，自签订之日起生效" in sections["waiting"]
    day = r"\d{4}年\d{1,2}月\d{1,2}日"
    assert re.search(rf"自{day}（签订之日）起生效，公司于{day}确认", sections["in-force"])
    assert re.search(rf"{day}退回，自始不生效", sections["earlier"])


def test_the_revoked_can_be_started_anew(sections, accepted, chenjing, now):
    pledge = accepted("contract")
    review.revoke(pledge, actor=chenjing, at=now + timedelta(days=1), reason="调岗")
    found = sections(now + timedelta(days=2))
    assert [entry.pledge.pk for entry in found["revoked"]] == [pledge.pk]
    assert "contract" in started(found)


def test_what_was_revoked_for_good_is_offered_no_more(sections, accepted, chenjing, now):
    pledge = accepted("contract")
    at = now + timedelta(days=1)
    review.revoke(pledge, actor=chenjing, at=at, reason="调离岗位", for_good=True)
    found = sections(now + timedelta(days=2))
    assert [entry.pledge.pk for entry in found["revoked"]] == [pledge.pk]
    assert started(found) == ALL - {"contract"}


def test_a_draft_says_who_asked_for_it_and_why(client, version, liming, chenjing, now):
    client.cookies["django_language"] = "en"
    client.force_login(liming)
    note = "因分管<业务>调整"
    answers.assign(version(), person=liming, actor=chenjing, at=now, due_on=None, note=note)
    page = client.get("/").content.decode()
    assert "Requested by compliance (陈静) on 23 November 2026" in page
    assert "因分管&lt;业务&gt;调整" in page


def test_what_nobody_has_begun_with_is_started_and_not_continued(client, version, liming, now):
    client.cookies["django_language"] = "en"
    client.force_login(liming)
    pledge = answers.open_pledge(version(), actor=liming, at=now, language="en")
    page = client.get("/").content.decode()
    assert "Start filling in" in page and "Continue filling in" not in page
    answers.save(pledge, actor=liming, at=now, typed={"surveys_per_month": "2"}, revision=0)
    page = client.get("/").content.decode()
    assert "Continue filling in" in page and "Start filling in" not in page


def test_what_the_record_filled_in_is_no_beginning(sections, version, liming, now):
    answers.open_pledge(version("personal-code"), actor=liming, at=now, language="zh-hans")
    (item,) = sections()["drafts"]
    assert item.filled > 0 and not item.begun


def test_lists_name_the_document_with_its_kind(client, liming, draft, signed, accepted):
    client.force_login(liming)
    draft("general-standards")
    signed("contract")
    accepted("personal-code")
    page = client.get("/").content.decode()
    for kind in ("通用准则型", "条款合同型", "个人守则型"):
        assert f"客户经理职业操守承诺书（{kind}）" in page


def test_the_page_shows_reasons_and_nothing_of_others(client, wangfang, signed, chenjing, now):
    back = signed("general-standards")
    reasons = [review.ClauseReason("请说明<依据>", "1.2.1")]
    review.return_to_manager(back, actor=chenjing, at=now, reasons=reasons)
    client.force_login(back.person)
    page = client.get("/").content.decode()
    assert "请说明&lt;依据&gt;" in page and "一、2.（1）" in page
    client.force_login(wangfang)
    page = client.get("/").content.decode()
    assert back.number not in page and "依据" not in page


@pytest.mark.parametrize("who", ["chenjing", "zhoumin", "wuying", "admin"])
def test_those_of_an_office_have_pledges_too_and_a_way_to_their_work(client, request, db, who):
    """Where they land after signing in: `tests/views/test_accounts.py`."""
    client.force_login(request.getfixturevalue(who))
    page = client.get("/")
    assert (page.status_code, started(page.context)) == (200, ALL)
    assert re.search(r'<nav class="main-nav".*?href="/admin/".*?</nav>', page.text, re.DOTALL)


def test_the_number_of_queries_does_not_grow_with_the_pledges(
    client, liming, draft, signed, accepted, django_assert_max_num_queries
):
    draft("general-standards")
    signed("contract")
    accepted("personal-code")
    client.force_login(liming)
    with django_assert_max_num_queries(17):
        assert client.get("/").status_code == 200
