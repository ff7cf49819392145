"""Drafts of signing tasks, what a launch would do, and the launch itself: whole or not at all."""

from collections import Counter
from datetime import date, timedelta

import pytest

from pledges import access, audit
from pledges.actions.tasks import drafting, launching, previewing
from pledges.core.standings import Standing, TaskState
from pledges.core.task_refusals import (
    DueInThePast,
    FaultyAudience,
    FaultyDueRule,
    FaultyTask,
    LaunchUnderWay,
    NobodyInTask,
    NoVersion,
    TaskNotDraft,
    TaskNotRunning,
    UndoTooLate,
)
from pledges.models import Person, SigningTask, TaskMember
from pledges.proof.records import members
from pledges.proof.records.trees import Tree
from tests.signing_tasks import EVERYBODY, crowd, queued

pytestmark = pytest.mark.django_db
NOBODY = {"include": [{"kind": "numbers", "values": ["no-such"]}]}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"title": " "}, FaultyTask),
        ({"title": "x" * 121}, FaultyTask),
        ({"message": "x" * 501}, FaultyTask),
        ({"joiner_days": 0}, FaultyTask),
        ({"audience": {"include": [{"kind": "friends"}]}}, FaultyAudience),
        ({"due_rule": {"kind": "soon"}}, FaultyDueRule),
        ({"due_rule": {"kind": "date", "on": "2026-11-22"}}, DueInThePast),
    ],
)
def test_a_draft_is_checked_before_it_is_kept(drafted_task, change, refusal):
    with pytest.raises(refusal):
        drafted_task(**change)
    assert not SigningTask.objects.exists()


def test_a_version_of_another_template_is_refused(drafted_task, version):
    with pytest.raises(FaultyTask):
        drafted_task(version=version("contract"))


def test_a_draft_is_changed_copied_and_deleted(drafted_task, launched_task, chenjing, now):
    task = drafted_task()
    change = drafting.Drafted(
        task.template, "改名", EVERYBODY, {"kind": "date", "on": "2026-12-05"}
    )
    task = drafting.save_task(change, actor=chenjing, at=now, task=task)
    assert (task.title, task.audience) == ("改名", EVERYBODY)
    copied = drafting.copy(launched_task(), actor=chenjing, at=now)
    assert (copied.state, copied.launched_at) == (TaskState.DRAFT, None)
    drafting.delete_draft(task, actor=chenjing)
    with pytest.raises(TaskNotDraft):
        drafting.delete_draft(task, actor=chenjing)


def test_what_is_launched_is_neither_changed_nor_deleted(
    launched_task, drafted_task, chenjing, now
):
    running, asked = launched_task(), drafted_task()
    launching.request_launch(asked, actor=chenjing, at=now)
    for task in (running, asked):
        with pytest.raises(TaskNotDraft):
            drafting.delete_draft(task, actor=chenjing)
        drafted = drafting.Drafted(task.template, "x", EVERYBODY, task.due_rule)
        with pytest.raises(TaskNotDraft):
            drafting.save_task(drafted, actor=chenjing, at=now, task=task)


def test_a_due_date_on_a_day_off_is_told_and_kept(drafted_task, chenjing, now):
    task = drafted_task(due_rule={"kind": "date", "on": "2026-11-29"})
    seen = previewing.preview(task, actor=chenjing, at=now)
    assert (seen.due_on, seen.is_due_on_working_day) == (date(2026, 11, 29), False)


def test_nobody_but_compliance_makes_or_launches(
    drafted_task, version, zhoumin, wuying, liming, now
):
    task = drafted_task()
    for person in (zhoumin, wuying, liming):
        with pytest.raises(access.Denied):
            launching.request_launch(task, actor=person, at=now)
        with pytest.raises(access.Denied):
            drafting.delete_draft(task, actor=person)


def test_903_people_each_number_is_the_list_behind_it(
    drafted_task, accepted, signed, liming, wangfang, chenjing, now
):
    accepted()
    signed(person=wangfang)
    crowd(895)
    Person.objects.filter(username="n7").update(email="")
    known = Person.objects.filter(is_active=True).count()
    assert known == 903
    numbers = [{"kind": "numbers", "values": ["no-such"]}]
    task = drafted_task(audience={**EVERYBODY, "exclude": numbers})
    seen = previewing.preview(task, actor=chenjing, at=now)
    assert seen.size == 903 == seen.people.count()
    assert (seen.done.count(), seen.count(Standing.IN_REVIEW), seen.to_sign.count()) == (1, 1, 901)
    for standing, number in seen.counts.items():
        assert seen.having(standing).count() == number
    assert seen.unknown_numbers == ("no-such",)
    assert seen.without_address.filter(username="n7").exists()
    assert seen.mailed.count() + seen.without_address.count() == 901
    assert seen.reviewers == 2
    launching.request_launch(task, actor=chenjing, at=now)
    assert not TaskMember.objects.exists()
    launching.launch(str(task.pk), at=now)
    rows = task.members.with_standing(seen.day).values_list("standing", flat=True)
    assert Counter(rows) == dict(seen.counts)


def test_the_ledger_commits_to_everybody_and_to_nobody_by_name(launched_task, chenjing, now):
    task = launched_task()
    (entry,) = audit.trail(task)
    facts = audit.facts_of(entry)
    rows = list(task.members.order_by("position").select_related("person"))
    leaves = [members.member_leaf(task.pk, row.commitment) for row in rows]
    assert facts["root"] == Tree(leaves).root().hex()
    assert (facts["previous"], facts["size"], facts["due_on"]) == (0, 3, "2026-11-30")
    assert (entry.event, entry.actor_id) == ("task.launched", chenjing.pk)
    for row in rows:
        who = (row.person_id, row.person.employee_number, row.person.name)
        assert members.member_commitment(bytes.fromhex(row.salt), *who) == row.commitment
        assert row.person.name not in entry.leaf
    assert len({row.salt for row in rows}) == 3


def test_two_officers_launch_the_same_and_one_is_told(drafted_task, chenjing, sunhao, now):
    task = drafted_task()
    launching.request_launch(task, actor=chenjing, at=now)
    with pytest.raises(LaunchUnderWay):
        launching.request_launch(task, actor=sunhao, at=now)
    assert queued(launching.write_members).count() == 1
    assert launching.launch(str(task.pk), at=now)
    assert not launching.launch(str(task.pk), at=now)
    with pytest.raises(TaskNotDraft):
        launching.request_launch(task, actor=sunhao, at=now)
    assert task.members.count() == 3


def test_a_task_with_nobody_in_it_is_refused(drafted_task, chenjing, now):
    task = drafted_task(audience=NOBODY)
    with pytest.raises(NobodyInTask):
        launching.request_launch(task, actor=chenjing, at=now)
    task.refresh_from_db()
    assert task.launching_since is None


def test_a_task_without_a_version_is_refused(drafted_task, version, chenjing, now):
    task = drafted_task(version=version())
    early = now.replace(year=2020)
    with pytest.raises(NoVersion):
        launching.request_launch(task, actor=chenjing, at=early)


def test_what_speaks_against_it_meanwhile_is_kept_with_the_draft(drafted_task, chenjing, now):
    task = drafted_task()
    launching.request_launch(task, actor=chenjing, at=now)
    Person.objects.filter(employee_number__in=["E1001", "E1002", "E2001"]).update(is_active=False)
    assert not launching.launch(str(task.pk), at=now)
    task.refresh_from_db()
    assert (task.state, task.launching_since) == (TaskState.DRAFT, None)
    assert task.launch_fault == NobodyInTask.kind
    assert not audit.trail(task).exists()


def test_a_due_date_that_passed_before_the_launch_is_refused(drafted_task, chenjing, now):
    task = drafted_task(due_rule={"kind": "date", "on": "2026-11-23"})
    with pytest.raises(DueInThePast):
        launching.request_launch(task, actor=chenjing, at=now + timedelta(days=1))


def test_a_launch_that_died_is_queued_once_more(drafted_task, chenjing, now):
    task = drafted_task()
    launching.request_launch(task, actor=chenjing, at=now)
    later = now + launching.RESUMED_AFTER
    assert launching.resume(later) == 0  # it waits in the queue
    queued(launching.write_members).update(status="RUNNING")
    assert launching.resume(now) == 0  # somebody may be at it
    assert launching.resume(later) == 1
    assert queued(launching.write_members).filter(status="READY").count() == 1


def test_undone_before_anybody_was_told(launched_task, chenjing, sunhao, now, begun):
    task = launched_task()
    undone = launching.undo(task, actor=sunhao, at=now + timedelta(minutes=14))
    assert (undone.state, undone.cancellation_reason) == (TaskState.CANCELLED, "")
    assert undone.cancelled_by == sunhao
    assert [entry.event for entry in audit.trail(task)] == ["task.launched", "task.undone"]
    assert task.members.count() == 3
    with pytest.raises(TaskNotRunning):
        launching.undo(task, actor=sunhao, at=now)
    with pytest.raises(UndoTooLate):
        launching.undo(launched_task(), actor=chenjing, at=begun)
