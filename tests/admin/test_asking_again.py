"""The page on which compliance withdraws a pledge: what asks for it again, or where one asks."""

import pytest
from django.test import Client

from pledges.actions.tasks import excusing
from pledges.core.standings import ExcuseReason
from tests import task_scenes
from tests.admin.conftest import TODAY


@pytest.fixture
def asked(version, chenjing, now):
    """A running task for the pledge that Li Ming is going to have signed."""

    def launch(*numbers):
        rule = {"include": [{"kind": "numbers", "values": list(numbers)}]}
        return task_scenes.running(version(), chenjing, now, audience=rule)

    return launch


def test_a_running_task_asks_again(as_, chenjing, liming, signed, asked, told):
    pledge, task = signed(), asked("E1001")
    member = task.members.get(person=liming)
    page = as_(chenjing).get(address := f"/admin/pledges/pledge/{pledge.pk}/withdraw/")
    assert page.context["asking"] == [member]
    assert f"/admin/pledges/signingtask/{task.pk}/members/{member.pk}/" in page.content.decode()
    done = as_(chenjing).post(address, {"reason": "版本有误"}, follow=True)
    assert any(task.title in each for each in told(done))
    own = Client()
    own.force_login(liming)
    home = own.get("/").context
    assert [each.task for each in home["tasks"]] == [task]
    assert "general-standards" not in {each.version.template.slug for each in home["available"]}


def test_where_none_asks_the_page_leads_to_where_one_does(
    as_, chenjing, sunhao, liming, signed, asked
):
    address = f"/admin/pledges/pledge/{signed().pk}/withdraw/"
    page = as_(chenjing).get(address)
    assert not page.context["asking"]
    assert "/admin/pledges/signingtask/add/" in page.content.decode()
    member = asked("E1001").members.get(person=liming)
    facts = {"reason": ExcuseReason.LONG_ABSENCE, "until_on": member.due_on}
    given = excusing.ask(member, **facts, actor=chenjing, at=TODAY)
    excusing.approve(given, actor=sunhao, at=TODAY)
    assert not as_(chenjing).get(address).context["asking"]


def test_whom_a_running_task_could_ask_is_added_to_it(as_, chenjing, liming, signed, asked):
    pledge, _task = signed(), asked("E1002")
    shown = as_(chenjing).get(f"/admin/pledges/pledge/{pledge.pk}/withdraw/").content.decode()
    assert f"/admin/pledges/person/{liming.pk}/task/" in shown
