"""What is done with a task that runs and with its members, and what the pages say afterwards."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings

from pledges.actions.tasks import cancelling, closing, excusing, launching, objecting
from pledges.admin.tasks import notice_history
from pledges.core.notice_plans import Reason, Told
from pledges.core.standings import ExcuseReason
from pledges.models import Excuse, NoticeClaim, SigningTask
from pledges.notices import claiming
from tests import task_scenes
from tests.admin.conftest import TODAY

URL = "/admin/pledges/signingtask/"
EARLIER = TODAY - timedelta(days=1)


@pytest.fixture
def task(version, chenjing):
    return task_scenes.running(version(), chenjing, EARLIER)


@pytest.fixture
def member(task, liming):
    return task.members.get(person=liming)


def test_reminding_says_first_whom_it_reaches(as_, chenjing, task, liming, wangfang, told):
    liming.email = ""
    liming.save()
    keys = [task.members.get(person=each).pk for each in (liming, wangfang)]
    client = as_(chenjing)
    asked = client.get(f"{URL}{task.pk}/remind/", {"member": keys})
    assert [each.person for each in asked.context["named"]] == [wangfang]
    assert [each.person for each in asked.context["silent"]] == [liming]
    slips = re.search(r'href="([^"]*/slips/[^"]*)"', asked.content.decode())[1]
    printed = client.get(slips.replace("&amp;", "&")).context["members"]
    assert [each.person for each in printed] == [liming]
    done = client.post(f"{URL}{task.pk}/remind/", {"member": keys}, follow=True)
    assert "1" in told(done)[0]
    everybody = client.get(f"{URL}{task.pk}/remind/?standing=to-sign")
    assert (everybody.context["told"], len(everybody.context["silent"])) == (1, 1)
    assert everybody.context["number"] == task.members.count() - 2


def test_a_members_page_says_what_they_were_told_and_how_and_no_word_of_it(
    as_, zhoumin, task, member
):
    with_mail = [Told(Reason.START, EARLIER.date(), EARLIER.date())]
    with_mail += [Told(Reason.BEFORE, task.due_on, TODAY.date(), 3)]
    day = {"day": TODAY.date(), "at": TODAY, "member": member}
    told = [claiming.claim_of(each, member.person_id, **day) for each in with_mail]
    slip = Told(Reason.SLIP, TODAY.date(), TODAY.date())
    told.append(claiming.claim_of(slip, member.person_id, **day))
    told.append(claiming.claim_of(Told(Reason.SUPERIOR, TODAY.date(), TODAY.date()), 1, **day))
    NoticeClaim.objects.claim_each(told)
    client = as_(zhoumin)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"{URL}{task.pk}/members/{member.pk}/")
    found = {(each.why, each.means) for each in page.context["notices"]}
    assert found == {
        ("First notice", "email"),
        ("Reminder 3 working days before the due date", "email"),
        ("Notice on paper", "printed slip"),
        ("The superior was told that it is late", "email to others"),
    }


@pytest.mark.parametrize("reason", [*Reason])
def test_every_reason_has_words_for_its_history(reason):
    number = 2 if reason in (Reason.BEFORE, Reason.AFTER) else 0
    told = Told(reason, TODAY.date(), TODAY.date(), number)
    if reason not in (Reason.TERM, Reason.DIGEST):  # of a pledge, and of a day's mail
        assert notice_history.in_words(told.key) not in ("", told.key)


def test_an_undone_launch_is_told_apart_from_a_cancelled_task(as_, wuying, chenjing, version):
    undone = task_scenes.running(version(), chenjing, TODAY)
    launching.undo(undone, actor=chenjing, at=TODAY)
    client = as_(wuying)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"{URL}{undone.pk}/change/")
    said = page.content.decode()
    assert "undid the launch on" in said and "a copy of it can" in said
    assert "Launch undone" in said and not page.context["late"]
    assert "Launch undone" in client.get(f"{URL}?state__exact=cancelled").content.decode()


def test_who_is_in_every_task_is_not_asked_to_choose_one(as_, chenjing, liming, task):
    client, address = as_(chenjing), f"/admin/pledges/person/{liming.pk}/task/"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(address).content.decode()
    assert "already a member of every running signing task" in page
    assert 'name="task"' not in page and "Add to this task" not in page
    SigningTask.objects.update(state="closed", closed_at=TODAY)
    assert "No signing task is running" in client.get(address).content.decode()


def test_some_or_all_get_a_later_day(as_, chenjing, task, member, told):
    client, later = as_(chenjing), task.due_on + timedelta(days=7)
    sent = {"member": member.pk, "due_on": later.isoformat()}
    assert told(client.post(f"{URL}{task.pk}/extend/", sent, follow=True))
    member.refresh_from_db()
    task.refresh_from_db()
    assert (member.due_on, task.due_on) == (later, later - timedelta(days=7))
    client.post(f"{URL}{task.pk}/extend/", {"due_on": (later + timedelta(days=1)).isoformat()})
    assert set(task.members.values_list("due_on", flat=True)) == {later + timedelta(days=1)}
    past = client.post(f"{URL}{task.pk}/extend/", {"due_on": "2026-11-01"})
    assert past.status_code == 422


def wide(text):
    """As it is typed where the keyboard is set to full width."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


def test_people_are_added_by_hand(as_, chenjing, task, told):
    (hired,) = task_scenes.hire(1)
    client = as_(chenjing)
    assert client.post(f"{URL}{task.pk}/add/", {"numbers": "E9999"}).status_code == 422
    done = client.post(
        f"{URL}{task.pk}/add/", {"numbers": wide(hired.employee_number)}, follow=True
    )
    assert told(done)
    assert task.members.get(person=hired).joined == "by-hand"


def test_an_excuse_takes_two_officers_and_is_ended_by_one(as_, chenjing, sunhao, task, member):
    until = date(2026, 12, 31).isoformat()
    asked = {"reason": "long-absence", "until_on": until}
    client = as_(chenjing)
    client.post(f"{URL}{task.pk}/members/{member.pk}/excuse/", asked)
    excuse = Excuse.objects.get()
    waiting = client.get(f"{URL}excuses/")
    assert [may for _excuse, may in waiting.context["listed"]] == [False]
    settled = f"{URL}excuses/{excuse.pk}/"
    assert client.post(settled, {"decision": "approve"}).status_code == 403
    other = as_(sunhao)
    assert "/excuses/" in other.get("/admin/").content.decode()
    other.post(settled, {"decision": "approve"})
    page = client.get(f"{URL}{task.pk}/members/{member.pk}/")
    assert page.context["member"].standing == "excused"
    client.post(f"{URL}{task.pk}/members/{member.pk}/end-excuse/")
    assert client.get(page.request["PATH_INFO"]).context["member"].standing == "due"


def test_an_excuse_is_rejected_and_one_in_the_past_not_asked_for(
    as_, chenjing, sunhao, task, member
):
    address = f"{URL}{task.pk}/members/{member.pk}/excuse/"
    past = {"reason": "legal", "until_on": "2026-11-01"}
    assert as_(chenjing).post(address, past).status_code == 422
    excuse = excusing.ask(
        member, reason=ExcuseReason.LEGAL, until_on=task.due_on, actor=chenjing, at=TODAY
    )
    as_(sunhao).post(f"{URL}excuses/{excuse.pk}/", {"decision": "reject"})
    excuse.refresh_from_db()
    assert excuse.outcome == "rejected"


def test_an_objection_is_marked_in_the_list_and_read_on_the_members_page(
    as_, chenjing, zhoumin, task, member, liming
):
    objecting.object_to(member, "第三条不适用于我。", actor=liming, at=TODAY)
    listed = as_(zhoumin).get(f"{URL}{task.pk}/members/?mark=objection")
    assert [each.pk for each in listed.context["listed"]] == [member.pk]
    page = as_(zhoumin).get(f"{URL}{task.pk}/members/{member.pk}/").content.decode()
    assert "第三条不适用于我。" in page


def test_a_cancellation_takes_two_officers(as_, chenjing, sunhao, task):
    address, client = f"{URL}{task.pk}/cancel/", as_(chenjing)
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "文本有误。"})
    asked = client.get(address)
    assert not asked.context["decides"]
    assert client.post(address, {"decision": "cancel"}).status_code == 403
    assert as_(sunhao).get(address).context["decides"]
    as_(sunhao).post(address, {"decision": "cancel"})
    task.refresh_from_db()
    assert task.state == "cancelled"
    page = as_(sunhao).get(f"{URL}{task.pk}/change/").content.decode()
    assert "文本有误。" in page
    assert f"{task.pk}/remind/" not in page


def test_what_waits_for_a_second_officer_is_counted_on_the_first_page_and_listed(
    as_, chenjing, sunhao, task, member, version
):
    by = {"actor": chenjing, "at": TODAY}
    cancelling.ask(task, reason="模板有误。", **by)
    other = task_scenes.running(version("contract"), sunhao, EARLIER)
    cancelling.ask(other, reason="模板有误。", actor=sunhao, at=TODAY)
    excusing.ask(member, reason="legal", until_on=task.due_on, **by)

    def figures(person):
        shown = as_(person).get("/admin/").context["dashboard"]
        return {figure.address: figure.count for figure in shown if URL in figure.address}

    listed = f"{URL}?waiting=you"
    assert figures(sunhao) == {f"{URL}excuses/": 1, listed: 1}
    assert list(as_(sunhao).get(listed).context["cl"].queryset) == [task]
    assert figures(chenjing) == {listed: 1}
    assert list(as_(chenjing).get(listed).context["cl"].queryset) == [other]
    cancelling.cancel(task, actor=sunhao, at=TODAY)
    assert figures(sunhao) == {}  # of a task that has ended nothing is decided


def test_a_request_to_cancel_is_taken_back(as_, chenjing, task):
    client = as_(chenjing)
    client.post(f"{URL}{task.pk}/cancel/", {"reason": "文本有误。"})
    client.post(f"{URL}{task.pk}/cancel/", {"decision": "take-back"})
    task.refresh_from_db()
    assert (task.state, task.cancellation_asked_at) == ("running", None)


def test_a_closed_task_shows_the_standing_at_its_close_and_todays_beside_it(
    as_, chenjing, task, member, accepted, liming
):
    client = as_(chenjing)
    counts = client.get(f"{URL}{task.pk}/close/").context
    assert counts["to_sign"].count == task.members.count()
    client.post(f"{URL}{task.pk}/close/")
    assert client.get(f"{URL}{task.pk}/change/").context["closing"]
    closing.close(str(task.pk), at=TODAY)
    accepted(person=liming)
    page = client.get(f"{URL}{task.pk}/change/").context
    size = task.members.count()
    assert [(each.label, each.count) for each in page["standings"]] == [("待签署", size)]
    assert [each.count for each in page["today"]] == [1, size - 1]
    then = client.get(f"{URL}{task.pk}/members/?standing=due&today=in-force").context["listed"]
    assert [(each.person, each.standing_at_close) for each in then] == [(liming, "due")]


def test_what_somebody_else_did_meanwhile_is_told_and_nothing_is_done_twice(
    as_, chenjing, task, told
):
    client = as_(chenjing)
    closing.request_close(task, actor=chenjing, at=TODAY)
    sent = {"due_on": (task.due_on + timedelta(days=7)).isoformat()}
    refused = client.post(f"{URL}{task.pk}/extend/", sent, follow=True)
    assert told(refused)
    twice = client.post(f"{URL}{task.pk}/close/", follow=True)
    assert [each.level_tag for each in twice.context["messages"]] == ["error"]


@pytest.mark.parametrize("username", ["zhoumin", "wuying"])
def test_those_who_read_do_nothing(as_, request, task, member, username):
    client = as_(request.getfixturevalue(username))
    for act in ("remind", "extend", "add", "close", "cancel", "launch", "undo", "copy"):
        assert client.post(f"{URL}{task.pk}/{act}/").status_code == 403, act
    asked = {"reason": "legal", "until_on": "2026-12-31"}
    address = f"{URL}{task.pk}/members/{member.pk}/excuse/"
    assert client.post(address, asked).status_code == 403


def test_asking_twice_for_a_cancellation_takes_nothing_back(as_, chenjing, sunhao, task, told):
    """A second click, or another officer's page from before, asks again: it decides nothing."""
    page = f"{URL}{task.pk}/cancel/"
    for officer in (chenjing, chenjing, sunhao):
        as_(officer).post(page, {"reason": "重复发起"})
    task.refresh_from_db()
    assert (task.state, task.cancellation_asked_by) == ("running", chenjing)
    assert told(as_(sunhao).post(page, {"reason": "重复发起"}, follow=True))


def test_nobody_cancels_for_a_reason_that_they_did_not_see(as_, chenjing, sunhao, task):
    page = f"{URL}{task.pk}/cancel/"
    first, second = as_(chenjing), {"decision": "cancel"}
    first.post(page, {"reason": "重复发起"})
    second["seen"] = as_(sunhao).get(page).context["seen"]
    as_(chenjing).post(page, {"decision": "take-back"})
    as_(chenjing).post(page, {"reason": "另一个原因"})
    as_(sunhao).post(page, second)
    task.refresh_from_db()
    assert task.state == "running"
    second["seen"] = as_(sunhao).get(page).context["seen"]
    as_(sunhao).post(page, second)
    task.refresh_from_db()
    assert (task.state, task.cancelled_by) == ("cancelled", sunhao)


def test_an_excuse_is_rejected_by_nothing_but_its_button(as_, chenjing, sunhao, member, now):
    facts = {"reason": ExcuseReason.LONG_ABSENCE, "until_on": date(2026, 12, 31)}
    excuse = excusing.ask(member, **facts, actor=chenjing, at=now)
    as_(sunhao).post(f"{URL}excuses/{excuse.pk}/")
    excuse.refresh_from_db()
    assert excuse.outcome == Excuse.Outcome.OPEN
