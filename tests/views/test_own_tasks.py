"""A member's side of signing tasks: what is asked of them, opening it, objecting, being excused."""

import json
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from pledges.actions.tasks import closing, excusing, issuing_reports
from pledges.core.digests import canonical_json, sha256_hex
from pledges.core.standings import ExcuseReason
from pledges.models import Pledge
from pledges.views import own_tasks
from tests import task_scenes
from tests.rendering.samples import text_of

NUMBERS = {"include": [{"kind": "numbers", "values": ["E1001", "E1002", "H4001"]}]}


@pytest.fixture
def at(now, monkeypatch):
    """An hour after the launch: the first notices have left."""
    moment = now + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


@pytest.fixture
def task(version, chenjing, now, at):
    return task_scenes.running(version(), chenjing, now, audience=NUMBERS)


@pytest.fixture
def member(task, liming):
    return task.members.get(person=liming)


def test_a_task_is_opened_by_the_members_first_click_and_not_before(client, liming, task, member):
    client.force_login(liming)
    page = client.get("/")
    assert [each.task for each in page.context["tasks"]] == [task]
    assert task.message in page.content.decode()
    assert task.template_id not in {each.version.template_id for each in page.context["available"]}
    assert client.get(f"/tasks/{task.pk}/").status_code == 200
    assert not Pledge.objects.exists()
    opened = client.post(f"/tasks/{task.pk}/open/")
    draft = Pledge.objects.get()
    assert opened.url == f"/pledges/{draft.pk}/"
    assert (draft.person, draft.due_on) == (liming, member.due_on)
    assert client.get(f"/tasks/{task.pk}/").url == opened.url
    assert client.post(f"/tasks/{task.pk}/open/").url == opened.url
    page = client.get("/")
    assert not page.context["tasks"]
    assert page.context["drafts"][0].asked.task == task


def test_staff_are_members_like_everybody(client, zhoumin, task):
    client.force_login(zhoumin)
    assert [each.task for each in client.get("/").context["tasks"]] == [task]
    assert client.post(f"/tasks/{task.pk}/open/").status_code == 302
    assert Pledge.objects.get().person == zhoumin


def test_who_is_not_a_member_learns_nothing(client, zhaolei, task):
    client.force_login(zhaolei)
    theirs = client.get(f"/tasks/{task.pk}/")
    none = client.get(f"/tasks/{uuid.uuid4()}/")
    assert theirs.status_code == none.status_code == 404
    assert theirs.templates[0].name == "task_not_yours.html"
    assert task.title not in theirs.content.decode()
    for path in ("open", "objection"):
        assert client.post(f"/tasks/{task.pk}/{path}/", {"words": "x"}).status_code == 404
    assert not Pledge.objects.exists()


def test_nobody_knows_of_a_task_before_its_first_notices(client, liming, version, chenjing, at):
    task = task_scenes.running(version(), chenjing, at, audience=NUMBERS)
    client.force_login(liming)
    assert not client.get("/").context["tasks"]
    assert client.get(f"/tasks/{task.pk}/").status_code == 404


def test_a_mails_link_leads_whoever_is_signed_out_through_signing_in(client, task):
    assert f"next=/tasks/{task.pk}/" in client.get(f"/tasks/{task.pk}/").url


def test_what_is_overdue_is_marked(client, liming, member, at):
    member.due_on = at.date() - timedelta(days=3)
    member.save()
    client.force_login(liming)
    page = client.get("/")
    # Three days ago was a Friday.
    assert [each.left.late for each in page.context["overdue"]] == [1]
    assert 'class="overdue"' in page.content.decode()


def test_an_objection_is_stated_changed_and_taken_back(client, liming, task, member):
    client.force_login(liming)
    address = f"/tasks/{task.pk}/objection/"
    assert client.post(address, {"words": " "}).status_code == 422
    for words in ("与我的岗位无关。", "第三条不适用。"):
        assert client.post(address, {"words": words}).url == "/"
        member.refresh_from_db()
        assert member.objection == words
    assert "第三条不适用。" in client.get(address).content.decode()
    client.post(address, {"take_back": "1"})
    member.refresh_from_db()
    assert (member.objection, member.objected_at) == ("", None)


def test_who_is_excused_reads_until_when_and_why(
    client, liming, chenjing, sunhao, task, member, at
):
    asked = excusing.ask(
        member, reason=ExcuseReason.LONG_ABSENCE, until_on=task.due_on, actor=chenjing, at=at
    )
    excusing.approve(asked, actor=sunhao, at=at)
    client.force_login(liming)
    page = client.get("/")
    assert not page.context["tasks"]
    assert [each.excuse for each in page.context["excused"]] == [asked]
    assert "长期缺勤" in client.get(f"/tasks/{task.pk}/").content.decode()


def test_who_has_signed_is_told_so(client, liming, task, signed):
    pledge = signed()
    client.force_login(liming)
    page = client.get(f"/tasks/{task.pk}/")
    assert page.context["pledge"] == pledge
    assert f"/pledges/{pledge.pk}/" in page.content.decode()


def test_a_closed_task_asks_for_nothing(client, liming, chenjing, task, at):
    closing.request_close(task, actor=chenjing, at=at)
    closing.close(str(task.pk), at=at)
    client.force_login(liming)
    assert not client.get("/").context["tasks"]
    page = client.get(f"/tasks/{task.pk}/")
    assert page.status_code == 200
    assert f"{task.pk}/open/" not in page.content.decode()
    assert client.post(f"/tasks/{task.pk}/open/").url == f"/tasks/{task.pk}/"
    assert not Pledge.objects.exists()


def test_after_the_close_each_member_has_a_receipt_of_their_own(
    client, liming, wangfang, chenjing, task, member, signed, at
):
    signed()
    client.force_login(liming)
    assert client.get(f"/tasks/{task.pk}/receipt.json").url == f"/tasks/{task.pk}/"
    closing.request_close(task, actor=chenjing, at=at)
    closing.close(str(task.pk), at=at)
    issuing_reports.issue(str(task.pk), at=at + timedelta(minutes=1))
    page = client.get(f"/tasks/{task.pk}/").content.decode()
    assert f"{task.pk}/receipt.json" in page
    assert "结束时为您记录的状态：审核中" in page and f"/pledges/{Pledge.objects.get().pk}/" in page
    receipt = json.loads(client.get(f"/tasks/{task.pk}/receipt.json").content)
    assert (receipt["person"]["id"], receipt["standing"]) == (liming.pk, "in-review")
    assert receipt["document"] == Pledge.objects.get().documents.get(revision=1).sha256
    printed = client.get(f"/tasks/{task.pk}/receipt.pdf")
    assert printed["Content-Type"] == "application/pdf"
    assert "receipt.pdf" in printed["Content-Disposition"]
    words = text_of(printed.content)
    proved = ("离线即可证明", "不能证明", "该签署状况是否属实（账本自身的记载除外）。")
    for said in ("李明·E1001", "审核中", sha256_hex(canonical_json(receipt)), *proved):
        assert said in words
    assert f"{settings.PUBLIC_URL.rstrip('/')}/verify/" in words
    client.force_login(wangfang)
    theirs = json.loads(client.get(f"/tasks/{task.pk}/receipt.json").content)
    assert (theirs["standing"], theirs["document"]) == ("due", None)
    wangfang.name = "王方"
    wangfang.save()
    for name in ("receipt.json", "receipt.pdf"):
        assert client.get(f"/tasks/{task.pk}/{name}").status_code == 302


def test_those_who_read_tasks_download_the_report(client, zhoumin, chenjing, task, at):
    closing.request_close(task, actor=chenjing, at=at)
    closing.close(str(task.pk), at=at)
    client.force_login(zhoumin)
    address = f"/admin/pledges/signingtask/{task.pk}/"
    assert client.get(f"{address}completion-report.pdf").status_code == 404
    issuing_reports.issue(str(task.pk), at=at + timedelta(minutes=1))
    assert "completion-report.pdf" in client.get(f"{address}change/").content.decode()
    assert client.get(f"{address}completion-report.pdf").content.startswith(b"%PDF")


def test_nobody_floods_the_ledger_or_the_processor_with_what_is_theirs(
    client, liming, task, member, monkeypatch
):
    monkeypatch.setattr(own_tasks, "MAX_A_MINUTE", 2)
    client.force_login(liming)
    for number in range(4):
        client.post(f"/tasks/{task.pk}/objection/", {"words": f"第{number}次"})
    member.refresh_from_db()
    assert member.objection == "第1次"
    for _time in range(3):
        told = client.get(f"/tasks/{task.pk}/receipt.json", follow=True).context["messages"]
    assert [message.level_tag for message in told] == ["warning"]
