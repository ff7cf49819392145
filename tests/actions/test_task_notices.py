"""Notices of signing tasks: what is claimed, what is sent, and to whom it is not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import audit
from pledges.actions import working_calendar
from pledges.actions.reminders import reminding, sending_due, slips, switching
from pledges.actions.reminders.reminding import LeftOut
from pledges.actions.tasks import cancelling, launching
from pledges.models import (
    Department,
    Excuse,
    Leave,
    NoticeClaim,
    Organisation,
    Person,
    SigningTask,
    TaskMember,
    TaskVersion,
)
from pledges.notices import tasks
from pledges.notices.kinds import Kind
from tests.serving import work_off

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai
DUE = date(2026, 12, 4)


@pytest.fixture
def clock(monkeypatch):
    """Moves the one clock of the workers, and gives the moment."""

    def move(at):
        monkeypatch.setattr(timezone, "now", lambda: at)
        return at

    move(MONDAY)
    working_calendar.load_published(MONDAY)
    return move


@pytest.fixture
def make_task(version, chenjing, liming, wangfang):
    """A running task of two people, as `changes` say."""

    def make(slug="general-standards", members=(liming, wangfang), due_on=DUE, **changes):
        facts = {
            "template": version(slug).template,
            "title": "2026 年度承诺",
            "due_on": due_on,
            "created_at": MONDAY,
            "created_by": chenjing,
            "launched_at": MONDAY,
            "launched_by": chenjing,
            "first_notices_at": MONDAY + timedelta(minutes=15),
            "state": "running",
        }
        made = SigningTask.objects.create(**{**facts, **changes})
        TaskVersion.objects.create(task=made, version=version(slug))
        for position, person in enumerate(members):
            join(made, person, position, due_on)
        return made

    return make


@pytest.fixture
def task(make_task):
    return make_task()


def join(task, person, position, due_on=DUE):
    return TaskMember.objects.create(
        task=task,
        person=person,
        position=position,
        joined="launch",
        joined_at=MONDAY,
        due_on=due_on,
        commitment="0" * 64,
    )


def at(day, hour=10):
    """By the organisation's clock."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8)


def run(clock, moment):
    clock(moment)
    queued = sending_due.send_due(moment)
    work_off()
    return queued


def keys(person):
    claims = NoticeClaim.objects.filter(member__person=person).order_by("pk")
    return [each.reason for each in claims]


# --- When ----------------------------------------------------------------------------------------
def test_first_notices_wait_for_their_minute_and_for_working_hours(clock, task, mailoutbox):
    assert run(clock, MONDAY + timedelta(minutes=14)) == 0
    assert run(clock, MONDAY + timedelta(hours=9)) == 0  # seven in the evening
    assert run(clock, at(date(2026, 11, 24))) == 2
    assert len(mailoutbox) == 2
    assert run(clock, at(date(2026, 11, 24), 11)) == 0
    # A Saturday.
    assert run(clock, at(date(2026, 11, 28))) == 0


def test_what_a_launch_queues_waits_and_is_not_told_twice(clock, task, mailoutbox):
    tasks.queue_first_notices(task)
    work_off()
    assert mailoutbox == []
    DBTaskResult.objects.update(run_after=MONDAY)
    clock(MONDAY + timedelta(hours=9))
    work_off()
    (again,) = DBTaskResult.objects.filter(status="READY")
    assert again.run_after == at(date(2026, 11, 24), 9)
    run(clock, at(date(2026, 11, 24), 9))
    assert len(mailoutbox) == 2 and len(NoticeClaim.objects.all()) == 2


def test_an_undone_launch_tells_nobody(clock, task, chenjing, mailoutbox):
    tasks.queue_first_notices(task)
    launching.undo(task, actor=chenjing, at=MONDAY + timedelta(minutes=1))
    clock(MONDAY + timedelta(hours=1))
    DBTaskResult.objects.update(run_after=MONDAY)
    work_off()
    assert mailoutbox == [] and not NoticeClaim.objects.exists()


def test_hours_are_those_of_the_organisation(clock, task):
    Organisation.objects.update(notices_from=19, notices_until=20)
    assert run(clock, at(date(2026, 11, 24))) == 0
    assert run(clock, at(date(2026, 11, 24), 19)) == 2


# --- To whom -------------------------------------------------------------------------------------
def test_standing_is_asked_again_before_sending(clock, task, liming, signed, mailoutbox):
    clock(MONDAY + timedelta(hours=1))
    sending_due.send_due(MONDAY + timedelta(hours=1))
    signed()
    mailoutbox.clear()
    DBTaskResult.objects.exclude(task_path=tasks.send.module_path).delete()
    work_off()
    assert [mail.to for mail in mailoutbox] == [["wangfang@example.com"]]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"email": ""}, {"left_on": DUE}])
def test_nobody_is_reminded_who_left_or_has_no_address(clock, task, liming, gone):
    run(clock, MONDAY + timedelta(hours=1))
    Person.objects.filter(pk=liming.pk).update(**gone)
    run(clock, at(date(2026, 12, 7)))
    assert keys(liming) == ["start"]


def test_one_mail_a_day_has_all_that_is_due(clock, task, make_task, liming, mailoutbox):
    run(clock, MONDAY + timedelta(hours=1))
    make_task("contract", [liming], date(2026, 12, 3), title="第二项承诺")
    run(clock, MONDAY + timedelta(hours=2))
    mailoutbox.clear()
    assert run(clock, at(date(2026, 12, 1))) == 2
    mine = [mail for mail in mailoutbox if mail.to == [liming.email]]
    assert len(mine) == 1
    assert "2026 年度承诺" in mine[0].body and "第二项承诺" in mine[0].body
    assert keys(liming) == ["start", "start", "before-3", "before-3"]


def test_after_a_pause_only_the_last_reason_is_told(clock, task, liming, mailoutbox):
    run(clock, MONDAY + timedelta(hours=1))
    mailoutbox.clear()
    assert run(clock, at(date(2026, 12, 14))) == 2
    assert keys(liming) == ["start", "after-1"]
    assert run(clock, at(date(2026, 12, 15))) == 0


def test_a_mail_that_waited_becomes_that_of_the_day_or_gives_way(clock, task, liming, mailoutbox):
    run(clock, MONDAY + timedelta(hours=1))
    mailoutbox.clear()
    clock(at(date(2026, 12, 1)))
    assert sending_due.send_due(at(date(2026, 12, 1))) == 2  # and no worker sends them
    later = at(date(2026, 12, 3))
    clock(later)
    first, second = DBTaskResult.objects.filter(status="READY")
    tasks.send.func(*first.args_kwargs["args"], **first.args_kwargs["kwargs"])
    person = first.args_kwargs["args"][0]
    assert sending_due.send_due(later) == 1  # only for the other one
    tasks.send.func(*second.args_kwargs["args"], **second.args_kwargs["kwargs"])
    assert len(mailoutbox) == 1
    DBTaskResult.objects.filter(pk__in=[first.pk, second.pk]).delete()
    work_off()
    assert len(mailoutbox) == 2 and mailoutbox[0].to != mailoutbox[1].to
    # Done once more, as after a worker that was killed: the same mail under the same name.
    tasks.send.func(*first.args_kwargs["args"], **first.args_kwargs["kwargs"])
    assert mailoutbox[2].extra_headers == mailoutbox[0].extra_headers
    told = NoticeClaim.objects.get(member__person=person, reason="before-3")
    assert told.told_on == date(2026, 12, 3)


def test_mails_do_not_leave_outside_working_hours(clock, task, mailoutbox):
    sending_due.send_due(MONDAY + timedelta(hours=1))
    clock(at(date(2026, 11, 28)))
    work_off()
    assert mailoutbox == []
    waiting = DBTaskResult.objects.filter(status="READY")
    assert {each.run_after for each in waiting} == {at(date(2026, 11, 30), 9)}
    assert {each.args_kwargs["kwargs"]["tries"] for each in waiting} == {0}


def test_when_an_excuse_ends_that_is_told(clock, task, liming, chenjing, zhoumin, mailoutbox):
    run(clock, MONDAY + timedelta(hours=1))
    Excuse.objects.create(
        member=TaskMember.objects.get(person=liming),
        reason="long-absence",
        until_on=date(2026, 12, 6),
        asked_by=chenjing,
        asked_at=MONDAY,
        outcome="approved",
        settled_by=zhoumin,
        settled_at=MONDAY,
    )
    run(clock, at(date(2026, 12, 1)))
    run(clock, at(DUE))
    mailoutbox.clear()
    run(clock, at(date(2026, 12, 7)))
    assert keys(liming) == ["start", "excuse-ended"]
    assert any("您的豁免期已结束。" in mail.body for mail in mailoutbox)


# --- Escalation ----------------------------------------------------------------------------------
def test_who_is_late_is_told_to_the_head_or_the_delegate_once_a_week(
    clock, task, liming, wangfang, zhoumin, wuying, chenjing, sunhao, mailoutbox
):
    Department.objects.filter(pk=liming.department_id).update(head=wangfang)
    above = Department.objects.create(name_zh="总部", head=zhoumin)
    Department.objects.filter(pk=liming.department_id).update(parent=above)
    run(clock, MONDAY + timedelta(hours=1))
    mailoutbox.clear()
    run(clock, at(date(2026, 12, 8)))
    assert [mail for mail in mailoutbox if "部门" in mail.subject or "late" in mail.subject] == []
    mailoutbox.clear()
    # Wang Fang is late herself: her own superior is the next one above, who is away.
    Leave.objects.create(
        person=zhoumin,
        from_on=DUE,
        until_on=date(2026, 12, 20),
        delegate=wuying,
        recorded_at=MONDAY,
    )
    run(clock, at(date(2026, 12, 9)))
    tables = {mail.to[0]: mail for mail in mailoutbox}
    assert set(tables) == {wangfang.email, wuying.email}
    assert "李明" in tables[wangfang.email].body and "王芳（" not in tables[wangfang.email].body
    assert "王芳（" in tables[wuying.email].body and "周敏" in tables[wuying.email].body
    # The page of a head's people is not their delegate's.
    assert "/my-people/" in tables[wangfang.email].body
    assert "http" not in tables[wuying.email].body
    mailoutbox.clear()
    run(clock, at(date(2026, 12, 10)))
    assert mailoutbox == []
    run(clock, at(date(2026, 12, 18)))
    assert {chenjing.email, sunhao.email} <= {mail.to[0] for mail in mailoutbox}


# --- What the actions of a task ask for ----------------------------------------------------------
def test_an_extension_is_told_once_to_those_who_know_of_the_task(
    clock, task, liming, wangfang, mailoutbox
):
    run(clock, MONDAY + timedelta(hours=1))
    join(task, Person.objects.get(username="zhaolei"), 2)
    mailoutbox.clear()
    TaskMember.objects.update(due_on=date(2026, 12, 18))
    tasks.announce_extended(task.members.all())
    tasks.announce_extended(task.members.all())
    work_off()
    assert {mail.to[0] for mail in mailoutbox} == {liming.email, wangfang.email}
    assert len(mailoutbox) == 2 and "2026年12月18日" in mailoutbox[0].body


def test_a_cancellation_is_told_once_with_its_reason(
    clock, task, signed, chenjing, sunhao, mailoutbox
):
    run(clock, MONDAY + timedelta(hours=1))
    signed()
    later = {"at": MONDAY + timedelta(hours=2)}
    cancelling.ask(task, "范围有误，将重新发起。", actor=chenjing, **later)
    mailoutbox.clear()
    DBTaskResult.objects.all().delete()
    cancelling.cancel(task, actor=sunhao, **later)
    tasks.announce_cancelled(task)
    work_off()
    (mail,) = mailoutbox
    assert mail.to == ["wangfang@example.com"] and "范围有误，将重新发起。" in mail.body
    assert run(clock, at(DUE)) == 0


# --- By hand -------------------------------------------------------------------------------------
def test_an_officer_reminds_once_a_day_and_is_told_who_was_left_out(
    clock, make_task, liming, wangfang, zhaolei, sunhao, chenjing, signed, mailoutbox
):
    task = make_task(first_notices_at=MONDAY)
    Person.objects.filter(pk=zhaolei.pk).update(email="")
    join(task, zhaolei, 2)
    join(task, sunhao, 3)
    signed(person=wangfang)
    mailoutbox.clear()
    DBTaskResult.objects.all().delete()
    members = list(task.members.all())
    done = reminding.remind(members, actor=chenjing, at=MONDAY)
    left = {why: [each.person for each in who] for why, who in done.left_out.items()}
    assert done.count == 2
    assert left == {LeftOut.NOTHING_TO_SIGN: [wangfang], LeftOut.NO_ADDRESS: [zhaolei]}
    work_off()
    assert {mail.to[0] for mail in mailoutbox} == {liming.email, sunhao.email}
    again = reminding.remind(members, actor=chenjing, at=MONDAY + timedelta(hours=3))
    assert again.count == 0 and len(again.left_out[LeftOut.TOLD_TODAY]) == 2
    (entry,) = audit.trail(task)
    assert (entry.event, audit.facts_of(entry)) == ("task.reminded", {"members": 2})
    assert reminding.foresee(members, at=MONDAY + timedelta(days=1)).count == 2


def test_nobody_is_reminded_while_a_launch_can_be_undone(clock, task, chenjing):
    done = reminding.remind(task.members.all(), actor=chenjing, at=MONDAY)
    assert done.count == 0 and len(done.left_out[LeftOut.NOT_RUNNING]) == 2
    assert not NoticeClaim.objects.exists()


def test_others_may_not_remind(clock, task, zhoumin, liming):
    for actor in (zhoumin, liming):
        with pytest.raises(PermissionDenied):
            reminding.remind(task.members.all(), actor=actor, at=MONDAY)


# --- Switches, and paper -------------------------------------------------------------------------
def test_a_kind_that_is_switched_off_is_not_sent(clock, task, chenjing, zhoumin, mailoutbox):
    switching.switch(Kind.FIRST, off=True, actor=chenjing, at=MONDAY)
    assert run(clock, MONDAY + timedelta(hours=1)) == 0
    switching.switch(Kind.FIRST, off=False, actor=chenjing, at=MONDAY)
    assert sending_due.send_due(MONDAY + timedelta(hours=1)) == 2
    switching.switch(Kind.FIRST, off=True, actor=chenjing, at=MONDAY)
    work_off()
    assert mailoutbox == []
    with pytest.raises(PermissionDenied):
        switching.switch(Kind.FIRST, off=False, actor=zhoumin, at=MONDAY)


def test_without_first_notices_members_are_reminded_as_planned(clock, task, chenjing, liming):
    switching.switch(Kind.FIRST, off=True, actor=chenjing, at=MONDAY)
    assert run(clock, MONDAY + timedelta(hours=1)) == 0
    assert run(clock, at(date(2026, 11, 25))) == 2
    assert keys(liming) == ["before-7"]


def test_slips_are_printed_for_those_without_an_address(clock, task, liming, zhoumin):
    task.first_notices_at = MONDAY
    assert slips.print_slips(task, actor=zhoumin, at=MONDAY, language="zh-hans") == b""
    Person.objects.filter(pk=liming.pk).update(email="")
    made = slips.print_slips(task, actor=zhoumin, at=MONDAY, language="zh-hans")
    assert made.startswith(b"%PDF")
    (member,) = slips.without_address(task, MONDAY)
    assert (member.person, member.told) == (liming, date(2026, 11, 23))
    (entry,) = audit.trail(task)
    assert audit.facts_of(entry) == {"slips": 1}
    with pytest.raises(PermissionDenied):
        slips.print_slips(task, actor=liming, at=MONDAY, language="zh-hans")
