"""Importing people on the pages of the back office: each number is the list behind it."""

import io
import re
from datetime import datetime

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from pledges.models import Person, Roster

URL = "/admin/pledges/roster/"
LIST = """工号,姓名,部门,岗位,邮箱
E1001,李明,华东零售部,行长,
E3001,钱伟,上海分行,客户经理,qianwei@example.com
E3002,孙丽,上海分行,,sunli
E3003,,上海分行,,
"""
STAFF = """工号,姓名,部门
H4001,周敏,人力资源部
S9001,郑强,信息技术部
C3001,陈静,合规部
C3002,孙浩,合规部
A5001,吴颖,审计部
"""


def words(response):
    return response.content.decode()


@pytest.fixture
def uploaded(as_, zhoumin):
    """A roster that HR uploaded through the page, with the browser it was done in."""

    def upload(text=LIST, reach="additions", **more):
        client = as_(zhoumin)
        file = SimpleUploadedFile("名单.csv", text.encode("gb18030"))
        answer = client.post(f"{URL}add/", {"file": file, "reach": reach, **more})
        assert answer.status_code == 302, answer.context["form"].errors
        return client, Roster.objects.get()

    return upload


def page(roster, step="change"):
    return f"{URL}{roster.pk}/{step}/"


def test_each_number_is_a_link_to_exactly_so_many_rows(uploaded):
    client, roster = uploaded()
    figures = client.get(page(roster)).context["figures"]
    assert {figure.fate: figure.count for figure in figures} == {
        "faulty": 2,
        "new": 1,
        "changed": 1,
    }
    for figure in figures:
        shown = client.get(page(roster), {"fate": figure.fate})
        assert shown.context["page"].paginator.count == figure.count
        assert words(shown).count("roster-row") == figure.count
    assert "王芳" not in words(client.get(page(roster)))


def test_faults_stand_at_their_cells_and_are_mended_there(uploaded):
    client, roster = uploaded()
    faulty = words(client.get(page(roster)))
    assert "E4" in faulty and "B5" in faulty and 'value="sunli"' in faulty
    assert 'action="' + page(roster, "confirm") not in faulty
    mended = {"row": 4, "column": 4, "text": "sunli@example.com", "fate": "faulty"}
    assert client.post(page(roster, "mend"), mended).url == page(roster) + "?fate=faulty"
    client.post(page(roster, "leave-out"), {"key": "row:5"})
    ready = words(client.get(page(roster)))
    assert 'action="' + page(roster, "confirm") in ready
    answer = client.post(page(roster, "confirm"))
    assert answer.url == page(roster)
    assert client.get(page(roster)).context["moves_on"]
    work_off_outside(roster)
    result = client.get(page(roster))
    assert result.context["new"] == 2
    assert Person.objects.filter(employee_number__in=["E3001", "E3002"]).count() == 2


def work_off_outside(roster):
    """As the worker does it, but within the transaction of the test."""
    from django.utils import timezone

    from pledges.actions.rosters import applying

    applying._apply.__wrapped__(roster.pk, at=timezone.now())


def test_many_leavers_are_typed_and_confirmed_by_another(uploaded, as_, admin):
    text = STAFF
    client, roster = uploaded(text, reach="everybody")
    asked = client.get(page(roster))
    assert asked.context["many"] and asked.context["takes_two"]
    client.post(page(roster, "confirm"), {"leavers": "2"})
    assert Roster.objects.get().state == Roster.State.PLANNED
    client.post(page(roster, "confirm"), {"leavers": "3"})
    waits = client.get(page(roster))
    assert not waits.context["is_second"]
    assert client.post(page(roster, "second")).status_code == 403
    other = as_(admin)
    figures = {each.address: each.count for each in other.get("/admin/").context["dashboard"]}
    assert figures[f"{URL}?waiting=you"] == 1
    assert list(other.get(f"{URL}?waiting=you").context["cl"].queryset) == [roster]
    assert f"{URL}?waiting=you" not in words(client.get("/admin/"))
    assert not client.get(f"{URL}?waiting=you").context["cl"].queryset
    assert other.get(page(roster)).context["is_second"]
    other.post(page(roster, "second"))
    assert Roster.objects.get().state == Roster.State.APPLYING


def test_columns_that_nobody_knows_are_asked_for(uploaded):
    client, roster = uploaded("甲,乙,丙\nE3001,钱伟,上海分行\n")
    assert client.get(page(roster)).url == page(roster, "columns")
    assert "钱伟" in words(client.get(page(roster, "columns")))
    chosen = {"heads_row": 1, "column_0": "number", "column_1": "name", "column_2": "name"}
    assert client.post(page(roster, "columns"), chosen).context["form"].errors
    chosen["column_2"] = "department"
    assert client.post(page(roster, "columns"), chosen).url == page(roster)
    assert client.get(page(roster)).context["figures"][0].fate == "new"


def test_pasted_cells_and_the_template(as_, zhoumin):
    client = as_(zhoumin)
    pasted = "工号\t姓名\t部门\nE3001\t钱伟\t上海分行\n"
    client.post(f"{URL}add/", {"pasted": pasted, "reach": "additions"})
    first = Roster.objects.get()
    assert first.counts == {"new": 1}
    template = client.get(f"{URL}template/").content
    client.post(
        f"{URL}add/", {"file": SimpleUploadedFile("t.xlsx", template), "reach": "additions"}
    )
    latest = Roster.objects.exclude(pk=first.pk).get()
    assert latest.counts == {"faulty": 1}, "its example names a head whom nobody knows"


@pytest.mark.parametrize(
    "typed",
    [
        {"reach": "everybody"},
        {"pasted": "x", "reach": "departments"},
        {"pasted": "x"},
        {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04"), "reach": "everybody"},
        {"file": SimpleUploadedFile("a.csv", b"a\n" * 50_001), "reach": "everybody"},
    ],
)
def test_what_is_no_upload_is_said_on_the_page(as_, zhoumin, typed):
    answer = as_(zhoumin).post(f"{URL}add/", typed)
    assert answer.status_code == 200 and answer.context["form"].errors
    assert not Roster.objects.exists()


def test_who_is_meant_by_a_number_is_said_on_the_page(uploaded, liming):
    Person.objects.filter(pk=liming.pk).update(entered_on="2020-05-01")
    client, roster = uploaded("工号,姓名,部门,入职日期\nE1001,改丙,华东零售部,2026-01-01\n")
    asked = client.get(page(roster))
    (shown,) = asked.context["rows"]
    assert [(each.address, each.value) for each in shown.faults] == [
        *(("A2", ""), ("B2", "改丙"), ("D2", "2026-01-01"))
    ]
    assert 'name="same" value="2"' in words(asked)
    client.post(page(roster, "take-in"), {"same": "2", "fate": "faulty"})
    assert Roster.objects.get().counts == {"changed": 1}


def test_a_department_that_moves_is_shown_before_all_else(uploaded):
    text = "工号,姓名,部门路径\nE3001,钱伟,总行/华东零售部\n"
    client, roster = uploaded(text + STAFF.partition("\n")[2], reach="everybody")
    shown = client.get(page(roster))
    assert len(shown.context["moved"]) == 1 and len(shown.context["moves"]) == 1
    assert 'id="moved"' in words(shown)
    assert words(shown).index('id="moved"') < words(shown).index('id="apply"')


def test_a_list_of_additions_says_where_a_department_stands(uploaded):
    text = "工号,姓名,部门路径\nE3001,钱伟,总行/华东零售部\n"
    client, roster = uploaded(text)
    (shown,) = client.get(page(roster)).context["rows"]
    assert [(each.address, each.value) for each in shown.faults] == [("C2", "华东零售部")]


def test_whoever_is_warned_of_leavers_sees_them(uploaded):
    client, roster = uploaded(STAFF.replace("信息技术部", "合规部"), reach="everybody")
    assert set(roster.counts) == {"changed", "left", "unchanged"}
    assert client.get(page(roster)).context["fate"] == "left"
    assert client.get(page(roster), {"fate": "changed"}).context["fate"] == "changed"


def test_the_template_says_what_the_pages_say(as_, zhoumin):
    client = as_(zhoumin)
    template = client.get(f"{URL}template/").content
    file = SimpleUploadedFile("t.xlsx", template)
    client.post(f"{URL}add/", {"file": file, "reach": "additions"})
    heads = Roster.objects.get().heads
    assert {"职务", "电子邮箱", "联系方式"} <= set(heads)


def test_the_result_leads_to_those_who_are_to_be_invited(uploaded):
    client, roster = uploaded("工号,姓名,部门\nE3001,钱伟,上海分行\n")
    client.post(page(roster, "confirm"))
    work_off_outside(roster)
    result = words(client.get(page(roster)))
    link = "/admin/pledges/person/?password=uninvited"
    assert f'href="{link}"' in result and f'<a href="{page(roster)}">' not in result
    assert f'<a href="{page(roster)}">' in words(client.get(page(roster, "progress")))
    invited = client.get(link).context["cl"].queryset
    assert (
        list(invited.filter(employee_number="E3001"))
        and not Person.objects.get(employee_number="E3001").roles
    )


def test_an_auditor_sees_it_and_changes_nothing(uploaded, as_, wuying):
    _client, roster = uploaded()
    auditor = as_(wuying)
    seen = words(auditor.get(page(roster)))
    assert "钱伟" in words(auditor.get(page(roster), {"fate": "new"}))
    posts = re.findall(r'action="(/admin/pledges/roster/[^"]*)"', seen)
    assert posts == []
    assert roster.name in words(auditor.get(URL))


def test_nobody_confirms_a_list_that_is_another_than_they_saw(uploaded, as_, admin):
    """Asked for 3 leavers, mended while the second person reads, and asked for again."""
    client, roster = uploaded(STAFF, reach="everybody")
    other = as_(admin)
    seen = Roster.objects.get().plan_digest
    client.post(page(roster, "confirm"), {"leavers": "3", "plan": seen})
    assert f'name="plan" value="{seen}"' in words(other.get(page(roster)))
    client.post(page(roster, "mend"), {"row": "4", "column": "2", "text": "华东零售部"})
    client.post(page(roster, "confirm"), {"leavers": "3", "plan": seen})
    assert Roster.objects.get().state == Roster.State.PLANNED, "not by HR themselves either"
    client.post(page(roster, "confirm"), {"leavers": "3", "plan": Roster.objects.get().plan_digest})
    other.post(page(roster, "second"), {"plan": seen})
    assert Roster.objects.get().state == Roster.State.WAITING
    other.post(page(roster, "second"), {"plan": Roster.objects.get().plan_digest})
    assert Roster.objects.get().state == Roster.State.APPLYING


def test_nobody_is_offered_what_cannot_be_meant(as_, zhoumin):
    """An error of the spreadsheet, or the date that it made of something, is no proposal."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written)
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d"})
    sheet.write_row(0, 0, ("工号", "姓名", "部门", "岗位"))
    sheet.write_row(1, 0, ("E3001", "钱伟", "上海分行"))
    sheet.write_formula(1, 3, "=VLOOKUP(A2,Z:Z,1,0)", None, "#N/A")
    sheet.write_row(2, 0, ("E3002", "孙丽", "上海分行"))
    sheet.write_datetime(2, 3, datetime(2026, 3, 5), day)
    book.close()
    client = as_(zhoumin)
    file = SimpleUploadedFile("名单.xlsx", written.getvalue())
    client.post(f"{URL}add/", {"file": file, "reach": "additions"})
    faulty = words(client.get(page(Roster.objects.get())))
    assert faulty.count('name="text" value=""') == 2 and "2026-03-05" in faulty
    assert "#N/A" not in faulty
