"""Where members of signing tasks stand: the first that holds, on any day."""

from datetime import date, timedelta

import pytest

from pledges.core.standings import Standing
from pledges.models import Excuse, Leave, PaperPledge, SigningTask, TaskMember, TaskVersion

DAY = date(2026, 11, 24)


@pytest.fixture
def member(version, liming, chenjing, now):
    task = SigningTask.objects.create(
        template=version().template,
        title="2026",
        due_on=DAY + timedelta(days=7),
        created_at=now,
        created_by=chenjing,
        launched_at=now,
        launched_by=chenjing,
        state="running",
    )
    TaskVersion.objects.create(task=task, version=version())
    return TaskMember.objects.create(
        task=task,
        person=liming,
        position=0,
        joined="launch",
        joined_at=now,
        due_on=task.due_on,
        commitment="0" * 64,
    )


def standing(member, day=DAY):
    return TaskMember.objects.with_standing(day).get(pk=member.pk).standing


def test_who_has_done_nothing_is_due_and_then_overdue(member):
    assert standing(member, member.due_on) == Standing.DUE
    assert standing(member, member.due_on + timedelta(days=1)) == Standing.OVERDUE


def test_what_is_signed_is_in_review_and_then_in_force(member, accepted, signed):
    signed()
    assert standing(member) == Standing.IN_REVIEW


def test_what_is_accepted_is_in_force(member, accepted):
    accepted()
    assert standing(member) == Standing.IN_FORCE


def test_another_version_or_template_does_not_count(member, accepted):
    accepted("contract")
    assert standing(member) == Standing.DUE


def test_an_excuse_ends_by_itself(member, chenjing, zhoumin, now):
    Excuse.objects.create(
        member=member,
        reason="long-absence",
        until_on=DAY,
        asked_by=chenjing,
        asked_at=now,
        outcome="approved",
        settled_by=zhoumin,
        settled_at=now,
    )
    assert standing(member) == Standing.EXCUSED
    assert standing(member, DAY + timedelta(days=1)) == Standing.DUE


def test_leave_is_told_until_it_is_over(member, now):
    Leave.objects.create(
        person=member.person, from_on=DAY, until_on=DAY + timedelta(days=30), recorded_at=now
    )
    assert standing(member, DAY + timedelta(days=20)) == Standing.ON_LEAVE
    assert standing(member, DAY + timedelta(days=31)) == Standing.OVERDUE


def test_who_has_left_has_left(member):
    member.person.left_on = DAY
    member.person.save()
    assert standing(member, DAY) == Standing.DUE
    assert standing(member, DAY + timedelta(days=1)) == Standing.LEFT


def test_a_confirmed_paper_counts_within_its_term(member, version, chenjing, sunhao, now):
    paper = PaperPledge.objects.create(
        person=member.person,
        version=version(),
        signed_on=DAY,
        ends_on=DAY + timedelta(days=3),
        filed_at=now,
        filed_by=sunhao,
    )
    assert standing(member) == Standing.DUE
    PaperPledge.objects.filter(pk=paper.pk).update(
        state="confirmed", settled_by=chenjing, settled_at=now
    )
    assert standing(member) == Standing.ON_PAPER
    assert standing(member, DAY + timedelta(days=4)) == Standing.DUE
