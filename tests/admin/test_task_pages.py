"""What the officer's pages of a task say, and what they do not do unasked."""

import html
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from pledges.actions.tasks import cancelling, launching, objecting
from pledges.admin.tasks import audience_fields, ending
from pledges.gateways.workbooks import read_workbook
from pledges.models import Department, Leave, PaperPledge, SigningTask
from pledges.models.task_members import STANDINGS
from pledges.notices import digests
from tests import task_scenes
from tests.admin.conftest import TODAY
from tests.admin.test_task_lists import counted, listed

URL = "/admin/pledges/signingtask/"
EARLIER = TODAY - timedelta(days=1)
DAY = TODAY.date()


@pytest.fixture
def task(version, chenjing):
    return task_scenes.running(version(), chenjing, EARLIER)


@pytest.fixture
def english(as_, chenjing):
    client = as_(chenjing)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.mark.parametrize("act", ["remind", "extend"])
def test_with_nobody_ticked_nobody_is_meant_and_not_everybody(as_, chenjing, task, told, act):
    client, members = as_(chenjing), f"{URL}{task.pk}/members/?standing=due"
    page = client.get(members).content.decode()
    assert 'name="ticked" value="1"><input type="hidden" name="standing" value="due"' in page
    answer = client.get(f"{URL}{task.pk}/{act}/?ticked=1&standing=due", follow=True)
    assert answer.redirect_chain == [(members, 302)]
    assert len(told(answer)) == 1
    opened = client.get(f"{URL}{task.pk}/{act}/?member=x")
    assert (opened.context["number"], opened.context["carried"]) == (0, [("member", "x")])


def test_a_department_counts_its_people_as_a_rule_with_those_below_does(db):
    above = Department.objects.create(name_zh="总行", name_en="Head office")
    Department.objects.filter(name_zh__startswith="华").update(parent=above)
    labels = [label.strip("　") for _key, label in audience_fields.department_tree()]
    assert [each for each in labels if each.startswith("华东")] == ["华东零售部 (2)"]
    (head,) = (each for each in labels if each.startswith("总行"))
    assert "(3" in head and "0" in head


@pytest.mark.parametrize("username", ["chenjing", "wuying", "zhoumin"])
def test_what_was_signed_in_total_opens_exactly_so_many(
    as_, request, accepted, signed, draft, wangfang, zhaolei, username
):
    accepted()
    signed(person=wangfang)
    draft(person=zhaolei)
    client = as_(request.getfixturevalue(username))
    figures = client.get("/admin/").context["dashboard"]
    (total,) = (each for each in figures if str(each.label) == "累计签署")
    assert total.count == 2
    assert client.get(total.address).context["cl"].result_count == total.count


def test_open_objections_are_told_before_a_task_is_closed_on_the_first_page_and_in_the_digest(
    as_, chenjing, task, liming, signed, wangfang, mailoutbox
):
    objecting.object_to(task.members.get(person=liming), "与岗位无关。", actor=liming, at=TODAY)
    client = as_(chenjing)
    figure = client.get(f"{URL}{task.pk}/close/").context["objections"]
    (line,) = client.get("/admin/").context["running_tasks"]
    assert figure == line.objections
    assert (figure.count, listed(client, figure.address)) == (1, 1)
    assert figure.address in client.get("/admin/").content.decode()
    signed(person=wangfang)
    digests.send_digest.func(chenjing.pk)
    (row,) = (each for each in mailoutbox[-1].body.splitlines() if task.title in each)
    assert row.split("|")[-1].strip() == "1"


def test_who_asked_for_a_cancellation_reads_who_declined_it(as_, chenjing, sunhao, task):
    client = as_(chenjing)
    for other in (chenjing, sunhao):
        assert ending.declined(task) is None
        cancelling.ask(task, "文本有误。", actor=chenjing, at=TODAY)
        task.refresh_from_db()
        assert ending.declined(task) is None
        cancelling.take_back(task, actor=other, at=TODAY)
        task.refresh_from_db()
    found = client.get(f"{URL}{task.pk}/change/").context["declined"]
    assert (found.asked_by, found.declined_by) == (chenjing, sunhao)
    assert sunhao.name in client.get(f"{URL}{task.pk}/change/").content.decode()
    lines = {each: as_(each).get("/admin/").context["running_tasks"] for each in (chenjing, sunhao)}
    assert [bool(lines[each][0].declined) for each in (chenjing, sunhao)] == [True, False]


def test_how_many_rows_are_chosen_is_said_by_scripts_in_our_words(as_, chenjing):
    assert "选中了" not in as_(chenjing).get("/admin/jsi18n/").content.decode()


@pytest.mark.parametrize("undone", [True, False])
def test_nothing_is_due_in_a_task_that_was_undone_or_cancelled(
    english, chenjing, sunhao, version, liming, undone
):
    task = task_scenes.running(version(), chenjing, TODAY if undone else EARLIER)
    task.members.update(due_on=DAY - timedelta(days=3))
    if undone:
        launching.undo(task, actor=chenjing, at=TODAY)
    else:
        cancelling.ask(task, "文本有误。", actor=chenjing, at=TODAY)
        cancelling.cancel(task, actor=sunhao, at=TODAY)
    word = "Launch undone" if undone else "Cancelled"
    answer = english.get(f"{URL}{task.pk}/change/")
    page = answer.content.decode()
    assert [str(each.label) for each in answer.context["standings"]] == ["Need not sign"]
    assert f"<dt>{word}</dt>" in page and ("Cancelled" in page) is not undone
    assert not answer.context["late"] and "Overdue</h2>" not in page
    found = counted(page)
    assert found and {each: listed(english, each) for each in found} == found
    assert listed(english, f"{URL}{task.pk}/members/?late=any") == 0
    rows = english.get(f"{URL}{task.pk}/members/").context["listed"]
    assert {(str(each.label), each.days_late) for each in rows} == {("Need not sign", 0)}
    person = english.get(f"/admin/pledges/person/{liming.pk}/change/")
    (own,) = person.context["overview"]["pledges"]["members"]
    assert (str(own["label"]), own["state"], own["due_on"]) == ("Need not sign", word, None)


def test_a_member_is_listed_with_the_pledge_that_counts_wherever_it_came_from(
    as_, zhoumin, chenjing, sunhao, version, accepted, signed, draft, wangfang, zhaolei, liming
):
    binding, waiting = accepted(), signed(person=wangfang)
    open_one = draft(person=zhaolei)
    paper = PaperPledge.objects.create(
        **{"person": sunhao, "version": version(), "signed_on": DAY, "filed_at": TODAY},
        **{"filed_by": zhoumin, "state": "confirmed", "settled_by": chenjing, "settled_at": TODAY},
    )
    task = task_scenes.running(version(), chenjing, EARLIER)
    client = as_(zhoumin)
    rows = {each.person: each for each in client.get(f"{URL}{task.pk}/members/").context["listed"]}
    counting = {each: rows[each].counting for each in (liming, wangfang, zhaolei, sunhao)}
    assert counting == {liming: binding, wangfang: waiting, zhaolei: open_one, sunhao: None}
    assert rows[sunhao].paper == paper
    assert {each for each in rows if rows[each].unopened} == {*rows} - {*counting}
    assert bool(rows[liming].opens) and not rows[zhaolei].opens  # of drafts HR see none
    page = client.get(f"{URL}{task.pk}/members/").content.decode()
    assert reverse("admin:pledges_pledge_change", args=[binding.pk]) in page
    answer = client.post(f"{URL}{task.pk}/members.xlsx")
    numbers = {row.cells[1]: row.cells[9:10] for row in read_workbook(answer.content).rows}
    assert numbers[liming.name] == (binding.number,)
    assert numbers[sunhao.name] == (dict(STANDINGS)["on-paper"],)
    own = client.get(f"{URL}{task.pk}/members/{rows[sunhao].pk}/")
    assert own.context["papers"] == [paper]


def test_a_preview_names_the_running_tasks_that_ask_the_same_people(as_, chenjing, version, task):
    task_scenes.hire(3)
    another = task_scenes.draft(version(), chenjing, TODAY, title="又一次")
    client = as_(chenjing)
    answer = client.get(f"{URL}{another.pk}/change/")
    ((other, figure),) = answer.context["elsewhere"]
    assert (other, figure.count) == (task, task.members.count())
    assert task.title in answer.content.decode()
    assert listed(client, figure.address) == figure.count == answer.context["found"].size - 3
    of_no_task = f"{URL}{another.pk}/people/?elsewhere={another.pk}"
    assert listed(client, of_no_task) == 0


def test_an_officer_on_leave_reviews_nothing_and_is_named(as_, chenjing, sunhao, version):
    away = {"person": sunhao, "recorded_at": TODAY, "until_on": DAY + timedelta(days=90)}
    Leave.objects.create(from_on=DAY + timedelta(days=60), **away)  # after the due date
    Leave.objects.create(
        **{**away, "from_on": DAY + timedelta(days=2), "until_on": DAY + timedelta(days=5)}
    )
    task = task_scenes.draft(version(), chenjing, TODAY)
    answer = as_(chenjing).get(f"{URL}{task.pk}/change/")
    found = answer.context["found"]
    assert (found.reviewers, [each.person for each in found.away]) == (1, [sunhao])
    assert answer.context["per_officer"] == answer.context["signatures_a_day"]
    assert sunhao.name in answer.content.decode()


def test_who_is_not_added_is_named_with_the_reason(english, chenjing, task, told, liming, wangfang):
    hired, gone = task_scenes.hire(2)
    gone.is_active = False
    gone.save()
    numbers = "\n".join(each.employee_number for each in (hired, gone, liming))
    done = english.post(f"{URL}{task.pk}/add/", {"numbers": numbers}, follow=True)
    (said,) = told(done)
    before, members, left = said.partition("members already")[0], *said.split("because")[1:]
    assert "1 person was added" in before
    assert liming.name in members and gone.name not in members
    assert gone.name in left and hired.name not in said


def test_an_extension_says_that_dates_differ_and_warns_of_a_day_off(as_, chenjing, task, liming):
    client, address = as_(chenjing), f"{URL}{task.pk}/extend/"
    same = client.get(address).context
    assert same["first"] == same["last"] == task.due_on
    later = task.due_on + timedelta(days=3)
    task.members.filter(person=liming).update(due_on=later)
    assert client.get(address).context["last"] == later
    figure = client.get(f"{URL}{task.pk}/change/").context["other_dates"]
    assert (figure.count, listed(client, figure.address)) == (1, 1)
    saturday = date(2026, 12, 26)
    asked = client.post(address, {"due_on": saturday.isoformat()})
    assert (asked.status_code, asked.context["day_off"]) == (200, saturday.isoformat())
    assert not task.members.filter(due_on=saturday).exists()
    client.post(address, {"due_on": saturday.isoformat(), "day_off": saturday.isoformat()})
    assert not task.members.exclude(due_on=saturday).exists()
    assert SigningTask.objects.get(pk=task.pk).due_on == saturday


def test_who_is_to_be_excused_stands_in_the_heading(as_, chenjing, task, liming):
    member = task.members.get(person=liming)
    page = as_(chenjing).get(f"{URL}{task.pk}/members/{member.pk}/excuse/").content.decode()
    heading = page.partition("<h1>")[2].partition("</h1>")[0]
    assert liming.name in heading


def test_lists_name_templates_and_departments_in_the_readers_language(english, accepted, version):
    accepted()
    name = version().template.slug
    pledges = english.get("/admin/pledges/pledge/?state=all").content.decode()
    rows = pledges.partition("<tbody>")[2]
    assert str(version().subtitle_en) in rows and f">{name}<" not in rows
    assert "East China Retail" in rows and "华东零售部" not in rows
    versions = english.get("/admin/pledges/templateversion/?template=general-standards")
    shown = (
        html.unescape(versions.content.decode()).partition("<tbody>")[2].partition("</tbody>")[0]
    )
    assert version().title_en in shown and f">{name}<" not in shown
    found = {each.template.slug for each in versions.context["cl"].queryset}
    assert found == {name}
