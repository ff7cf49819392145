"""How drafts and signing tasks meet on the member's pages: one date, one row, one list each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pledges.actions import answers
from pledges.actions.tasks import closing, excusing, extending, issuing_reports
from pledges.core.standings import ExcuseReason
from pledges.views import afterwards
from tests import task_scenes

NUMBERS = {"include": [{"kind": "numbers", "values": ["E1001", "E1002"]}]}


@pytest.fixture
def at(now, monkeypatch):
    """An hour after the launch: the first notices have left."""
    moment = now + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


@pytest.fixture
def launch(version, chenjing, now, at):
    def launched(title="年度", days=10):
        rule = {"kind": "working-days", "days": days}
        changes = {"title": title, "due_rule": rule, "audience": NUMBERS}
        return task_scenes.running(version(), chenjing, now, **changes)

    return launched


@pytest.fixture
def home(client, liming):
    def page():
        client.force_login(liming)
        return client.get("/")

    return page


def excuse(task, person, chenjing, sunhao, at):
    member = task.members.get(person=person)
    facts = {"reason": ExcuseReason.LONG_ABSENCE, "until_on": task.due_on + timedelta(days=90)}
    asked = excusing.ask(member, **facts, actor=chenjing, at=at)
    return excusing.approve(asked, actor=sunhao, at=at)


@pytest.mark.parametrize("days", [-5, 2])
def test_a_draft_is_due_when_the_task_says_whatever_day_it_was_opened_with(
    client, home, version, liming, chenjing, launch, at, days
):
    before = at.date() + timedelta(days=days)
    draft = answers.assign(version(), person=liming, actor=chenjing, at=at, due_on=before)
    task = launch()
    later = task.due_on + timedelta(days=7)
    for day in (task.due_on, later):
        if day == later:
            extending.extend(task, later, actor=chenjing, at=at)
        (row,) = home().context["drafts"]
        assert (row.pledge.due_on, row.overdue) == (day, False)
        assert client.get(f"/pledges/{draft.pk}/").context["pledge"].due_on == day
    client.force_login(chenjing)
    for page in ("?state=draft", f"{draft.pk}/change/"):
        shown = client.get(f"/admin/pledges/pledge/{page}").context
        pledge = shown["pledge"] if "pledge" in shown else shown["cl"].result_list[0]
        assert pledge.due_on == later


def test_of_two_tasks_the_earlier_day_stays_when_the_other_is_extended(
    home, liming, chenjing, launch, client, at
):
    early, late = launch("一", 5), launch("二", 10)
    client.force_login(liming)
    client.post(f"/tasks/{late.pk}/open/")
    extending.extend(late, late.due_on + timedelta(days=9), actor=chenjing, at=at)
    (row,) = home().context["drafts"]
    assert row.pledge.due_on == early.due_on
    assert [each.task for each in (row.asked, *row.asked.others)] == [early, late]


def test_two_tasks_for_the_same_signature_are_one_row_that_names_both(home, liming, launch):
    late, early = launch("二", 10), launch("一", 5)
    page = home()
    (row,) = page.context["tasks"]
    assert (row.task, [each.task for each in row.others]) == (early, [late])
    words = page.content.decode()
    assert words.count(f"/tasks/{early.pk}/open/") == 1 and f"/tasks/{late.pk}/open/" not in words
    assert all(f"/tasks/{each.pk}/objection/" in words for each in (early, late))


def test_who_is_excused_is_not_asked_by_an_older_draft(
    client, home, version, liming, chenjing, sunhao, launch, at
):
    day = at.date() - timedelta(days=3)
    draft = answers.assign(version(), person=liming, actor=chenjing, at=at, due_on=day)
    other = answers.open_pledge(version("contract"), actor=liming, at=at, language="zh-hans")
    task = launch()
    given = excuse(task, liming, chenjing, sunhao, at)
    page = home().context
    assert [each.pledge for each in page["drafts"]] == [other] and not page["overdue"]
    assert [(each.excuse, each.draft) for each in page["excused"]] == [(given, draft)]
    assert afterwards.next_draft(liming, at).draft == other
    # The office counts the same, and says of the other draft that nothing is to be signed.
    client.force_login(chenjing)
    own = client.get(f"/admin/pledges/person/{liming.pk}/change/").context["overview"]["pledges"]
    assert dict(own["counts"])["open"] == 1
    assert {pledge.pk: asked for pledge, _state, _may_open, asked, _newer in own["every"]} == {
        draft.pk: False,
        other.pk: True,
    }
    # Where another task asks for it, it is to be signed by the day of that one.
    second = launch("另一任务", 5)
    page = home().context
    assert [(each.pledge, each.pledge.due_on) for each in page["drafts"]] == [
        (draft, second.due_on),
        (other, None),
    ]
    assert [each.draft for each in page["excused"]] == [None]


def test_a_closed_request_stays_on_the_page_with_the_way_to_its_receipt(
    client, home, liming, chenjing, launch, at
):
    assert not home().context["closed"]
    task = launch()
    member = task.members.get(person=liming)
    closing.request_close(task, actor=chenjing, at=at)
    closing.close(str(task.pk), at=at)
    page = home()
    assert [each.task for each in page.context["closed"]] == [task]
    words = page.content.decode()
    assert f'href="/tasks/{task.pk}/"' in words and "待签署" in words
    assert client.get(f"/tasks/{task.pk}/").context["awaits_report"]
    issuing_reports.issue(str(task.pk), at=at + timedelta(minutes=1))
    words = client.get(f"/tasks/{task.pk}/").content.decode()
    assert words.index("receipt.pdf") < words.index("receipt.json")
    client.force_login(chenjing)
    address = f"/admin/pledges/signingtask/{task.pk}/members/{member.pk}/"
    assert client.get(address).context["has_receipt"]
