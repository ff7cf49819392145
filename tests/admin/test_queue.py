"""The list of pledges: order, default view, filters, search, columns, number of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.models import Pledge

URL = "/admin/pledges/pledge/"


def listed(client, query=""):
    return [each.pk for each in client.get(URL + query).context["cl"].result_list]


@pytest.fixture
def three(signed, draft, liming, wangfang, zhaolei, now):
    """One that waits, an older one that waits with an unusual answer, one draft."""
    young = signed(person=liming, at=now + timedelta(days=2))
    old = signed(person=wangfang, at=now, satisfaction_target="80")
    unsigned = draft("personal-code", person=zhaolei)
    return young, old, unsigned


def test_compliance_sees_what_waits_oldest_first(as_, chenjing, three):
    young, old, _unsigned = three
    assert listed(as_(chenjing)) == [old.pk, young.pk]


def test_human_resources_see_all_that_was_signed_newest_first(as_, zhoumin, three):
    young, old, unsigned = three
    assert listed(as_(zhoumin)) == [young.pk, old.pk]
    assert listed(as_(zhoumin), "?state=draft") == []
    assert as_(zhoumin).get(f"{URL}{unsigned.pk}/change/").status_code == 404


def test_auditors_see_drafts_too_but_none_of_their_answers(as_, wuying, three):
    _young, _old, unsigned = three
    assert unsigned.pk in listed(as_(wuying))
    page = as_(wuying).get(f"{URL}{unsigned.pk}/change/").content.decode()
    assert "受理登记" in unsigned.answers["process_steps"]
    assert "受理登记" not in page
    assert unsigned.answers["position"] not in page


def test_a_row_says_who_what_since_when_and_what_is_unusual(as_, chenjing, three):
    _young, old, _unsigned = three
    page = as_(chenjing).get(URL, headers={"accept-language": "en"}).content.decode()
    row = page.split(str(old.pk), 1)[1].split("</tr>")[0]
    for said in (old.number, "王芳", "E1002", "华东零售部", "80 %", "≥ 90 %"):
        assert said in row or said in page
    assert any(age in row for age in ("3 days", "3 天"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=all&template=general-standards", {"young", "old"}),
        ("?state=all&template=personal-code", {"unsigned"}),
        ("?flagged=yes", {"old"}),
        ("?flagged=no", {"young"}),
        ("?state=all&department=华南对公部", {"unsigned"}),
        ("?state=all&department=华东零售部", {"young", "old"}),
        ("?signed_from=2026-11-24", {"young"}),
        ("?signed_until=2026-11-23", {"old"}),
        ("?signed_from=2026-11-23&signed_until=2026-11-25", {"young", "old"}),
        ("?signed_from=nonsense", {"young", "old"}),
        ("?state=draft", {"unsigned"}),
        ("?state=accepted", set()),
        ("?q=王芳", {"old"}),
        ("?q=E2001", {"unsigned"}),
    ],
)
def test_filters_and_search(as_, chenjing, three, query, expected):
    names = dict(zip((each.pk for each in three), ("young", "old", "unsigned"), strict=True))
    assert {names[pk] for pk in listed(as_(chenjing), query)} == expected


def test_a_period_is_counted_by_the_organisations_calendar(as_, chenjing, signed, now):
    # 02:01 in UTC is past ten in Shanghai; 17:00 in UTC is already the next day there.
    late = signed(at=now.replace(hour=17))
    assert listed(as_(chenjing), "?signed_from=2026-11-24") == [late.pk]
    assert listed(as_(chenjing), "?signed_until=2026-11-23") == []


def test_search_by_number_finds_in_every_state(as_, chenjing, accepted):
    pledge = accepted()
    assert listed(as_(chenjing)) == []
    assert listed(as_(chenjing), f"?q={pledge.number}") == [pledge.pk]


def test_a_version_is_offered_within_its_template(as_, chenjing, three, version):
    titles = lambda query: [  # noqa: E731
        spec.parameter_name for spec in as_(chenjing).get(URL + query).context["cl"].filter_specs
    ]
    assert "version" not in titles("")
    assert "version" in titles("?template=general-standards")
    chosen = version().pk
    query = f"?state=all&template=general-standards&version={chosen}"
    assert len(listed(as_(chenjing), query)) == 2


@pytest.mark.parametrize(
    "probe",
    [
        *("pledge/?state=draft&answers__position__startswith=高", "pledge/?person__password=x"),
        *("person/?password__startswith=md5", "person/?department__people__password=x"),
    ],
)
def test_nothing_can_be_probed_past_the_filters(as_, chenjing, three, probe):
    assert as_(chenjing).get(f"/admin/pledges/{probe}").status_code == 400


def test_the_filters_of_the_other_lists_work(as_, wuying, liming):
    for query in ("person/?is_active__exact=1&role=hr", "templateversion/?status__exact=draft"):
        assert as_(wuying).get(f"/admin/pledges/{query}").status_code == 200
    page = as_(wuying).get("/admin/pledges/person/")
    assert f"?department={liming.department_id}" in page.content.decode()


def test_more_rows_cost_no_more_queries(as_, chenjing, signed, liming, wangfang, zhaolei):
    def cost():
        client = as_(chenjing)
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        return len(queries)

    signed(person=liming, satisfaction_target="80")
    one = cost()
    signed(person=wangfang, satisfaction_target="80")
    signed("contract", person=zhaolei)
    signed("personal-code", person=zhaolei, reply_days="30")
    assert cost() <= one


def test_long_lists_come_in_pages(as_, chenjing, three, monkeypatch):
    from django.contrib import admin

    monkeypatch.setattr(admin.site._registry[Pledge], "list_per_page", 1)
    page = as_(chenjing).get(URL).context["cl"]
    assert page.result_count == 2
    assert len(page.result_list) == 1
