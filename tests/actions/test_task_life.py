"""What becomes of a running task: opened, joined, extended, excused, objected to, ended."""

from copy import copy
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from pledges import access, audit
from pledges.actions import answers, erasure, review
from pledges.actions.tasks import (
    cancelling,
    closing,
    excusing,
    extending,
    issuing_reports,
    joining,
    launching,
    membership,
    objecting,
    opening,
    reporting,
    versions_following,
)
from pledges.core.due_rules import DueInThePast
from pledges.core.refusals import AlreadyWaiting, ReasonMissing
from pledges.core.standings import Standing, TaskState
from pledges.core.task_refusals import (
    CancellationWaits,
    ClosingUnderWay,
    ExcuseInThePast,
    ExcuseSettled,
    ExcuseWaits,
    NobodyToAdd,
    NobodyToExtend,
    NoCancellation,
    ObjectionMissing,
    TaskNotBegun,
    TaskNotRunning,
)
from pledges.models import (
    Excuse,
    LedgerEntry,
    LedgerOpening,
    Person,
    Pledge,
    SigningTask,
    TaskMember,
    TaskVersion,
)
from pledges.proof.records import completion, members
from pledges.proof.records.trees import Tree
from tests.signing_tasks import EVERYBODY, crowd, queued

pytestmark = pytest.mark.django_db
IN_CHINESE = {"language": "zh-hans"}


def member_of(task, person):
    return task.members.get(person=person)


def standing(member, day):
    return TaskMember.objects.with_standing(day).get(pk=member.pk).standing


def closed(task, actor, at):
    closing.request_close(task, actor=actor, at=at)
    assert closing.close(str(task.pk), at=at)
    task.refresh_from_db()
    return task


# Opening


def test_the_first_click_makes_the_draft_with_message_and_due_date(
    launched_task, liming, chenjing, begun
):
    task = launched_task()
    assert not Pledge.objects.of(liming).exists()
    pledge = opening.open_for(member_of(task, liming), actor=liming, at=begun, **IN_CHINESE)
    assert (pledge.due_on, pledge.assignment_note) == (date(2026, 11, 30), "请在本周内签署。")
    assert pledge.assigned_by == chenjing
    assert member_of(task, liming).pledge == pledge
    again = opening.open_for(member_of(task, liming), actor=liming, at=begun, **IN_CHINESE)
    assert again == pledge
    assert audit.trail(pledge).count() == 1


def test_before_the_first_notices_nobody_opens_it(launched_task, liming, now):
    with pytest.raises(TaskNotBegun):
        opening.open_for(member_of(launched_task(), liming), actor=liming, at=now, **IN_CHINESE)


def test_nobody_opens_for_another(launched_task, liming, wangfang, begun):
    with pytest.raises(access.Denied):
        opening.open_for(member_of(launched_task(), liming), actor=wangfang, at=begun, **IN_CHINESE)


def test_whoever_holds_no_role_opens_and_fills_in_what_is_theirs(launched_task, begun):
    (person,) = crowd(1)
    person = Person.objects.get(employee_number=person.employee_number)
    task = launched_task(audience=EVERYBODY)
    pledge = opening.open_for(member_of(task, person), actor=person, at=begun, **IN_CHINESE)
    answers.save(pledge, actor=person, at=begun, typed={}, revision=0)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    person = Person.objects.get(pk=person.pk)
    with pytest.raises(PermissionDenied):
        answers.save(pledge, actor=person, at=begun, typed={}, revision=0)


def test_a_draft_of_ones_own_becomes_the_one_that_was_asked_for(
    launched_task, draft, liming, begun
):
    own = draft()
    task = launched_task()
    pledge = opening.open_for(member_of(task, liming), actor=liming, at=begun, **IN_CHINESE)
    assert pledge == own and pledge.answers
    assert pledge.due_on == task.due_on


def test_of_two_tasks_the_earlier_due_date_stays(launched_task, liming, begun):
    soon = launched_task()
    late = launched_task(due_rule={"kind": "working-days", "days": 20})
    for task in (soon, late, soon):
        pledge = opening.open_for(member_of(task, liming), actor=liming, at=begun, **IN_CHINESE)
        assert pledge.due_on == soon.due_on


def test_what_is_signed_is_not_opened_again(launched_task, signed, liming, begun):
    signed()
    task = launched_task()
    with pytest.raises(AlreadyWaiting):
        opening.open_for(member_of(task, liming), actor=liming, at=begun, **IN_CHINESE)


# Joining


def test_who_joins_is_a_member_with_days_of_their_own(launched_task, now):
    task = launched_task(audience=EVERYBODY, joiner_days=10)
    crowd(3)
    at = now + timedelta(days=7)
    assert joining.take_joiners(at) == 3
    assert joining.take_joiners(at) == 0
    rows = task.members.filter(joined="joiner")
    assert {row.due_on for row in rows} == {date(2026, 12, 14)}
    assert sorted(rows.values_list("position", flat=True)) == [8, 9, 10]
    first, second = audit.trail(task)
    facts = audit.facts_of(second)
    assert (second.event, facts["previous"]) == ("task.joined", first.sequence)
    assert (facts["size"], facts["added"]) == (11, 3)


def test_each_entry_commits_to_everybody_so_far(launched_task, chenjing, now):
    task = launched_task(audience=EVERYBODY)
    for number in range(3):
        crowd(number + 1, prefix=f"J{number}")
        joining.add_joiners(task, actor=chenjing, at=now)
    commitments = list(task.members.order_by("position").values_list("commitment", flat=True))
    before = 0
    for entry in audit.trail(task):
        facts = audit.facts_of(entry)
        leaves = [members.member_leaf(task.pk, each) for each in commitments[: facts["size"]]]
        assert facts["root"] == Tree(leaves).root().hex()
        assert facts["previous"] == before
        before = entry.sequence
    assert facts["size"] == len(commitments) == 14


def test_a_task_that_takes_no_joiners_takes_none(launched_task, now):
    launched_task(audience=EVERYBODY, takes_joiners=False)
    crowd(1)
    assert joining.take_joiners(now) == 0


def test_somebody_is_added_by_hand_once(launched_task, zhoumin, liming, chenjing, now):
    task = launched_task()
    for_hand = {"actor": chenjing, "at": now}
    assert joining.add_by_hand(task, [zhoumin, liming], **for_hand) == 1
    assert member_of(task, zhoumin).joined == "by-hand"
    with pytest.raises(NobodyToAdd):
        joining.add_by_hand(task, [zhoumin], **for_hand)
    with pytest.raises(DueInThePast):
        joining.add_by_hand(task, [zhoumin], due_on=date(2026, 11, 1), **for_hand)


# More time


def test_one_is_given_more_time_and_so_is_their_draft(launched_task, liming, chenjing, begun):
    task = launched_task()
    member = member_of(task, liming)
    pledge = opening.open_for(member, actor=liming, at=begun, **IN_CHINESE)
    later, by = date(2026, 12, 4), {"actor": chenjing, "at": begun}
    assert extending.extend(task, later, members=[member], **by) == 1
    pledge.refresh_from_db()
    task.refresh_from_db()
    assert (pledge.due_on, task.due_on) == (later, date(2026, 11, 30))
    assert extending.extend(task, later, **by) == 2
    task.refresh_from_db()
    assert task.due_on == later
    with pytest.raises(NobodyToExtend):
        extending.extend(task, later, **by)
    with pytest.raises(DueInThePast):
        extending.extend(task, date(2026, 11, 1), **by)


# Excuses


def test_an_excuse_needs_a_second_officer(launched_task, liming, chenjing, sunhao, now):
    member = member_of(launched_task(), liming)
    day = date(2026, 12, 31)
    asked = {"reason": "long-absence", "until_on": day}
    excuse = excusing.ask(member, actor=chenjing, at=now, **asked)
    assert standing(member, date(2026, 11, 24)) == Standing.DUE
    with pytest.raises(access.Denied):
        excusing.approve(excuse, actor=chenjing, at=now)
    with pytest.raises(ExcuseWaits):
        excusing.ask(member, actor=sunhao, at=now, **asked)
    excusing.approve(excuse, actor=sunhao, at=now)
    assert standing(member, day) == Standing.EXCUSED
    assert standing(member, day + timedelta(days=1)) == Standing.OVERDUE
    with pytest.raises(ExcuseSettled):
        excusing.reject(excuse, actor=sunhao, at=now)
    entry = audit.trail(excuse).first()
    assert "long-absence" not in entry.leaf and "2026-12-31" not in entry.leaf
    excusing.end(excuse, actor=chenjing, at=now)
    assert standing(member, date(2026, 11, 24)) == Standing.DUE
    with pytest.raises(ExcuseSettled):
        excusing.end(excuse, actor=chenjing, at=now)


def test_a_rejected_excuse_excuses_nobody_and_another_may_be_asked(
    launched_task, liming, chenjing, sunhao, now
):
    member = member_of(launched_task(), liming)
    asked = {"reason": "other-pledge", "until_on": date(2026, 12, 31)}
    for _time in range(2):
        excuse = excusing.ask(member, actor=chenjing, at=now, **asked)
        excusing.reject(excuse, actor=sunhao, at=now)
    assert standing(member, date(2026, 11, 24)) == Standing.DUE
    with pytest.raises(ExcuseInThePast):
        excusing.ask(member, actor=chenjing, at=now + timedelta(days=60), **asked)


def test_no_officer_excuses_themselves(launched_task, chenjing, sunhao, now):
    member = member_of(launched_task(audience=EVERYBODY), chenjing)
    asked = {"reason": "legal", "until_on": date(2026, 12, 31)}
    with pytest.raises(access.Denied):
        excusing.ask(member, actor=chenjing, at=now, **asked)
    excuse = excusing.ask(member, actor=sunhao, at=now, **asked)
    with pytest.raises(access.Denied):
        excusing.approve(excuse, actor=chenjing, at=now)


# Objections


def test_an_objection_is_the_members_own_and_their_time_runs_on(
    launched_task, liming, wangfang, now
):
    member = member_of(launched_task(), liming)
    words = "第三条与劳动合同不一致。"
    with pytest.raises(access.Denied):
        objecting.object_to(member, words, actor=wangfang, at=now)
    with pytest.raises(ObjectionMissing):
        objecting.object_to(member, " ", actor=liming, at=now)
    objecting.object_to(member, words, actor=liming, at=now)
    member.refresh_from_db()
    assert (member.objection, member.objected_at) == (words, now)
    assert standing(member, member.due_on + timedelta(days=1)) == Standing.OVERDUE
    entry = audit.trail(member).get()
    assert words not in entry.leaf
    assert LedgerOpening.objects.get(entry=entry).value == f'"{words}"'
    objecting.take_back(member, actor=liming, at=now)
    member.refresh_from_db()
    assert (member.objection, member.objected_at) == ("", None)


# Cancelling


def test_a_task_is_cancelled_by_a_second_officer(
    launched_task, signed, liming, wangfang, chenjing, sunhao, begun
):
    task = launched_task()
    signed(person=wangfang)
    draft = opening.open_for(member_of(task, liming), actor=liming, at=begun, **IN_CHINESE)
    by = {"actor": chenjing, "at": begun}
    with pytest.raises(NoCancellation):
        cancelling.cancel(task, **by)
    with pytest.raises(ReasonMissing):
        cancelling.ask(task, " ", **by)
    cancelling.ask(task, "模板有误", **by)
    with pytest.raises(CancellationWaits):
        cancelling.ask(task, "模板有误", actor=sunhao, at=begun)
    with pytest.raises(access.Denied):
        cancelling.cancel(task, **by)
    cancelling.cancel(task, actor=sunhao, at=begun)
    task.refresh_from_db()
    assert (task.state, task.cancelled_by) == (TaskState.CANCELLED, sunhao)
    assert not Pledge.objects.filter(pk=draft.pk).exists()
    assert Pledge.objects.of(wangfang).get().status == "signed"
    assert member_of(task, liming).pledge is None
    assert "模板有误" not in "".join(LedgerEntry.objects.values_list("leaf", flat=True))
    with pytest.raises(TaskNotRunning):
        opening.open_for(member_of(task, liming), actor=liming, at=begun, **IN_CHINESE)


def test_the_database_takes_two_officers_too_and_an_undoing_none(
    launched_task, chenjing, now, begun
):
    task = launched_task()
    cancelling.ask(task, "模板有误", actor=chenjing, at=begun)
    cancelled = {"state": "cancelled", "cancelled_at": begun, "cancelled_by": chenjing}
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningTask.objects.filter(pk=task.pk).update(**cancelled)
    soon = launched_task()
    cancelling.ask(soon, "模板有误", actor=chenjing, at=now)
    undone = launching.undo(soon, actor=chenjing, at=now)
    assert (undone.state, undone.cancellation_asked_by) == (TaskState.CANCELLED, None)


def test_a_request_to_cancel_is_taken_back(launched_task, chenjing, sunhao, begun):
    task = launched_task()
    cancelling.ask(task, "模板有误", actor=chenjing, at=begun)
    cancelling.take_back(task, actor=chenjing, at=begun)
    task.refresh_from_db()
    assert (task.cancellation_reason, task.cancellation_asked_by) == ("", None)
    with pytest.raises(NoCancellation):
        cancelling.cancel(task, actor=sunhao, at=begun)


def test_a_draft_that_another_task_asks_for_stays(launched_task, liming, chenjing, sunhao, begun):
    one, other = launched_task(), launched_task()
    for task in (one, other):
        draft = opening.open_for(member_of(task, liming), actor=liming, at=begun, **IN_CHINESE)
    cancelling.ask(one, "重复", actor=chenjing, at=begun)
    cancelling.cancel(one, actor=sunhao, at=begun)
    assert Pledge.objects.filter(pk=draft.pk, status="draft").exists()


# Closing


def test_where_they_stand_is_written_once_and_reported(
    launched_task, accepted, signed, liming, wangfang, zhaolei, chenjing, now
):
    task = launched_task()
    pledge = accepted()
    signed(person=wangfang)
    done = closed(task, chenjing, now + timedelta(days=10))
    assert (done.state, done.closed_by) == (TaskState.CLOSED, chenjing)
    stood = {row.person: row.standing_at_close for row in task.members.all()}
    assert stood == {liming: "in-force", wangfang: "in-review", zhaolei: "overdue"}
    member = member_of(task, liming)
    file = pledge.documents.get(revision=2).sha256
    salt = bytes.fromhex(member.salt)
    assert member.document_at_close == members.document_commitment(salt, file)
    entry = audit.trail(task).last()
    facts = audit.facts_of(entry)
    assert (facts["counts"]["in-force"], facts["counts"]["overdue"]) == (1, 1)
    assert facts["previous"] == audit.trail(task).first().sequence
    assert not closing.close(str(task.pk), at=now)


def test_the_report_made_later_is_the_one_that_was_committed_to(
    launched_task, accepted, liming, chenjing, admin, now
):
    task = launched_task()
    pledge = accepted()
    at = now + timedelta(days=10)
    task = closed(task, chenjing, at)
    review.revoke(pledge, actor=chenjing, at=at + timedelta(days=1), reason="调任")
    stood = reporting.stood_at_close(task)
    report = reporting.report_of(task, stood, as_of=task.closed_at, language="zh-hans")
    entry = audit.trail(task).last()
    previous = audit.trail(task).first().sequence
    assert completion.facts_of(report, previous) == audit.facts_of(entry)
    assert report.audience == ""  # it would name employee numbers


def test_the_report_of_a_closed_task_is_issued_once(launched_task, accepted, chenjing, now):
    task = launched_task()
    accepted()
    assert issuing_reports.issue(str(task.pk), at=now) is None
    task = closed(task, chenjing, now + timedelta(days=10))
    assert queued(issuing_reports.issue_report).count() == 1
    assert issuing_reports.resume(now) == 0
    queued(issuing_reports.issue_report).delete()
    assert issuing_reports.resume(now) == 1
    at = now + timedelta(days=10, minutes=1)
    record = issuing_reports.issue(str(task.pk), at=at)
    assert record.list_digest == audit.facts_of(audit.trail(task).last())["list"]
    assert issuing_reports.issue(str(task.pk), at=at) == record
    queued(issuing_reports.issue_report).delete()
    assert issuing_reports.resume(now) == 0


def test_two_officers_close_the_same_and_one_is_told(launched_task, chenjing, sunhao, now):
    task = launched_task()
    closing.request_close(task, actor=chenjing, at=now)
    with pytest.raises(ClosingUnderWay):
        closing.request_close(task, actor=sunhao, at=now)
    with pytest.raises(TaskNotRunning):
        extending.extend(task, date(2026, 12, 31), actor=sunhao, at=now)
    assert queued(closing.write_close).count() == 1
    assert closing.resume(now + closing.RESUMED_AFTER) == 0
    queued(closing.write_close).delete()
    assert closing.resume(now + closing.RESUMED_AFTER) == 1


def test_nothing_happens_to_a_task_that_has_ended(launched_task, liming, chenjing, begun):
    task = closed(launched_task(), chenjing, begun)
    member = member_of(task, liming)
    by = {"actor": chenjing, "at": begun}
    own = {"actor": liming, "at": begun}
    acts = [
        lambda: extending.extend(task, date(2027, 1, 1), **by),
        lambda: joining.add_by_hand(task, [chenjing], **by),
        lambda: joining.add_joiners(task, **by),
        lambda: excusing.ask(member, reason="legal", until_on=date(2027, 1, 1), **by),
        lambda: objecting.object_to(member, "x", **own),
        lambda: opening.open_for(member, **own, **IN_CHINESE),
        lambda: cancelling.ask(task, "x", **by),
        lambda: closing.request_close(task, **by),
    ]
    for act in acts:
        with pytest.raises(TaskNotRunning):
            act()


# New versions


@pytest.fixture
def second_version(version, now):
    """Another published version of the template, without the making of one."""
    first = version()

    def make(number=2):
        row = copy(first)
        row.pk, row.number, row.digest = None, number, str(number) * 64
        row.effective_on, row._state.adding = date(2026, 12, 1), True
        row.save()
        return row

    return make


def test_a_material_version_counts_instead_and_an_editorial_one_beside(
    launched_task, version, second_version, accepted, liming, wangfang, chenjing, begun
):
    accepted()
    follows, named = launched_task(), launched_task(version=version())
    stays = launched_task(follows_versions=False)
    second, third = second_version(), second_version(3)
    at = begun + timedelta(days=8)
    by = {"actor": chenjing, "at": at}
    assert versions_following.follow(second, editorial=False, actor=chenjing, at=begun) == 0
    due = date(2026, 12, 11)
    assert versions_following.follow(second, editorial=False, due_on=due, **by) == 3
    assert set(follows.counting.values_list("version", flat=True)) == {second.pk}
    assert member_of(follows, liming).due_on == due
    assert member_of(follows, wangfang).due_on == follows.due_on  # nothing of theirs counted
    for task in (named, stays):  # whoever has signed need not again, the others can
        assert task.counting.count() == 2
        assert task.members.first().due_on == task.due_on
    assert versions_following.follow(second, editorial=False, **by) == 0
    assert versions_following.follow(third, editorial=True, **by) == 3
    assert [task.counting.count() for task in (follows, named, stays)] == [2, 3, 3]
    assert versions_following.follow(third, editorial=True, **by) == 0


# Erasure


def test_an_erased_member_stays_without_a_name(
    launched_task, liming, chenjing, sunhao, now, django_capture_on_commit_callbacks
):
    task = launched_task()
    member = member_of(task, liming)
    objecting.object_to(member, "李明认为第三条不妥", actor=liming, at=now)
    excuse = excusing.ask(
        member, reason="leaving", until_on=date(2026, 12, 31), actor=chenjing, at=now
    )
    entries = LedgerEntry.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(liming, actor=access.SYSTEM, at=now)
    member.refresh_from_db()
    assert (member.salt, member.objection) == ("", "")
    assert member.commitment and member.objected_at
    subjects = [audit.subject_of(each) for each in (member, excuse)]
    assert not LedgerOpening.objects.filter(entry__subject__in=subjects).exists()
    task.refresh_from_db()
    assert "E1001" not in str(task.audience)
    assert f"erased-{liming.pk}" in str(task.audience)
    assert LedgerEntry.objects.count() == entries + 1
    assert membership.chained(task)["root"] == audit.facts_of(audit.trail(task).first())["root"]


# The database refuses the rest by itself


def refused(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "change",
    [
        {"commitment": "1" * 64},
        {"joined_at": None},
        {"position": 9},
        {"joined": "by-hand"},
        {"salt": "2" * 64},
    ],
)
def test_a_member_stays_the_one_that_was_committed_to(launched_task, liming, chenjing, change):
    row = TaskMember.objects.filter(pk=member_of(launched_task(), liming).pk)
    refused(lambda: row.update(person=chenjing))
    refused(lambda: row.update(**change))
    refused(lambda: row._raw_delete(row.db))
    refused(lambda: run("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE pledges_taskmember CASCADE"))
    row.update(salt="")


def test_a_task_that_has_ended_never_changes(launched_task, liming, chenjing, version, begun):
    task = closed(launched_task(), chenjing, begun)
    rows, own = SigningTask.objects.filter(pk=task.pk), task.members.filter(person=liming)
    for change in (
        {"state": "running", "closed_at": None},
        {"title": "x"},
        {"due_on": date(2027, 1, 1)},
        {"audience": EVERYBODY},
    ):
        refused(lambda change=change: rows.update(**change))
    for change in (
        {"standing_at_close": "in-force"},
        {"standing_at_close": ""},
        {"document_at_close": "0" * 64},
        {"due_on": date(2027, 1, 1)},
        {"objection": "x"},
    ):
        refused(lambda change=change: own.update(**change))
    refused(lambda: rows._raw_delete(rows.db))
    refused(lambda: TaskVersion.objects.create(task=task, version=version("contract")))
    refused(lambda: task.counting.all()._raw_delete("default"))
    own.update(salt="", objection="")
    renamed = {"include": [{"kind": "numbers", "values": ["erased-7", "E1002", "E2001"]}]}
    rows.update(audience=renamed)
    for rule in (
        {"include": [{"kind": "posts", "values": ["erased-7", "E1002", "E2001"]}]},
        {"include": [{"kind": "numbers", "values": ["erased-7", "E1002"]}]},
        {"exclude": [{"kind": "numbers", "values": ["erased-7", "E1002", "E2001"]}]},
    ):
        refused(lambda rule=rule: rows.update(audience=rule))


def test_what_was_launched_is_kept(launched_task, wangfang):
    rows = SigningTask.objects.filter(pk=launched_task().pk)
    for change in (
        {"state": "draft", "launched_at": None},
        {"launched_by": wangfang},
        {"message": "x"},
        {"notice_plan": {"start": False}},
    ):
        refused(lambda change=change: rows.update(**change))


def test_an_excuse_is_settled_once(launched_task, liming, chenjing, sunhao, now):
    member = member_of(launched_task(), liming)
    excuse = excusing.ask(
        member, reason="legal", until_on=date(2026, 12, 31), actor=chenjing, at=now
    )
    rows = Excuse.objects.filter(pk=excuse.pk)
    refused(lambda: rows.update(until_on=date(2030, 1, 1)))
    excusing.reject(excuse, actor=sunhao, at=now)
    refused(lambda: rows.update(outcome="approved"))
    refused(lambda: rows.update(ended_at=now))
    refused(lambda: rows._raw_delete(rows.db))
