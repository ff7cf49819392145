"""Departments, facts of employment, and what follows when somebody leaves or comes back."""

from datetime import date, timedelta

import pytest

from pledges import access, audit
from pledges.access import SYSTEM
from pledges.actions import departments, employment, leaving, people, person_facts, preparing
from pledges.core import employment_refusals as refused
from pledges.core import refusals
from pledges.core.lifecycle import PledgeState, Role, Why
from pledges.models import Department, Leave, LedgerEntry, Organisation, Person, Pledge, Post
from pledges.models.department_tree import own_departments, superiors_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today(now):
    return Organisation.current().localdate(now)


@pytest.fixture
def tree(liming, wangfang, zhaolei, zhoumin, now):
    """Retail, with Wang Fang at its head, below Corporate, with Zhao Lei."""
    retail, corporate = liming.department, zhaolei.department
    retail.parent, retail.head, corporate.head = corporate, wangfang, zhaolei
    for each in (corporate, retail):
        departments.save_department(each, actor=zhoumin, at=now)
    return retail, corporate


def test_superiors_of_many_are_read_in_two_questions(
    tree, liming, wangfang, zhaolei, django_assert_num_queries
):
    with django_assert_num_queries(2):
        found = superiors_of([liming, wangfang, zhaolei])
    assert found == {liming.pk: wangfang, wangfang.pk: zhaolei}
    assert own_departments(zhaolei) == {each.pk for each in tree}
    assert own_departments(liming) == frozenset()


def test_a_department_is_never_below_itself(tree, zhoumin, now):
    retail, corporate = (Department.objects.get(pk=each.pk) for each in tree)
    corporate.parent = retail
    with pytest.raises(refused.DepartmentCircle):
        departments.save_department(corporate, actor=zhoumin, at=now)


def test_only_somebody_who_is_here_heads_a_department(tree, liming, zhoumin, now):
    Person.objects.filter(pk=liming.pk).update(is_active=False)
    tree[0].head = Person.objects.get(pk=liming.pk)
    with pytest.raises(refused.NotHere):
        departments.save_department(tree[0], actor=zhoumin, at=now)


def test_a_changed_position_is_a_post_from_a_day_on(liming, zhoumin, now, today):
    for title, since in (("主管", today - 30 * DAY), ("经理", today), ("总监", None)):
        liming.position = title
        person_facts.save_facts(liming, actor=zhoumin, at=now, since=since)
    posts = list(Post.objects.filter(person=liming).values_list("title", "from_on", "until_on"))
    assert posts == [("总监", today, None), ("主管", today - 30 * DAY, today - DAY)]


def test_hr_keeps_facts_and_neither_roles_nor_who_an_officer_is(
    liming, chenjing, zhoumin, wuying, admin, now
):
    liming.name, liming.is_active, liming.username = "李鸣", False, "other"
    saved = person_facts.save_facts(liming, actor=zhoumin, at=now)
    assert (saved.name, saved.is_active, saved.username) == ("李鸣", True, "liming")
    assert saved.roles == {"manager"}
    for field in person_facts.IDENTIFYING:
        officer = Person.objects.get(pk=chenjing.pk)
        setattr(officer, field, "X1")
        with pytest.raises(refused.OfficersFact):
            person_facts.save_facts(officer, actor=zhoumin, at=now)
    chenjing.contact = "8800"
    person_facts.save_facts(chenjing, actor=zhoumin, at=now)
    with pytest.raises(access.Denied):
        person_facts.save_facts(liming, actor=wuying, at=now)
    assert "李鸣" not in LedgerEntry.objects.filter(event="person.changed").first().leaf


def test_leave_has_days_and_a_delegate(liming, wangfang, zhoumin, now, today):
    by = {"actor": zhoumin, "at": now}
    days = {"from_on": today, "until_on": today + 9 * DAY}
    leave = employment.add_leave(liming, **days, delegate=wangfang, **by)
    wrong = (
        (refused.OnLeaveAlready, {**days, "delegate": None}),
        (refused.DaysReversed, {"from_on": today, "until_on": today - DAY, "delegate": None}),
        (
            refused.OwnDelegate,
            {"from_on": today + 20 * DAY, "until_on": today + 30 * DAY, "delegate": liming},
        ),
    )
    for refusal, given in wrong:
        with pytest.raises(refusal):
            employment.add_leave(liming, **given, **by)
    away = {"from_on": today + 9 * DAY, "until_on": today + 30 * DAY}
    with pytest.raises(refused.DelegateAway):
        employment.add_leave(wangfang, **away, delegate=liming, **by)
    later = now + 2 * DAY
    assert employment.end_leave(leave, actor=zhoumin, at=later)
    assert Leave.objects.get().until_on == today + DAY
    assert not employment.end_leave(leave, actor=zhoumin, at=later)


def test_nobody_is_away_or_leaves_before_they_joined(liming, zhoumin, now, today):
    Person.objects.filter(pk=liming.pk).update(entered_on=today)
    by = {"actor": zhoumin, "at": now}
    for until in (today - DAY, today + DAY):
        with pytest.raises(refused.BeforeEntry):
            days = {"from_on": today - 9 * DAY, "until_on": until}
            employment.add_leave(liming, **days, delegate=None, **by)
    with pytest.raises(refused.BeforeEntry):
        leaving.leave(liming, last_day=today - DAY, **by)
    assert employment.add_leave(liming, from_on=today, until_on=today, delegate=None, **by)


def test_a_leave_that_was_a_mistake_is_taken_out(liming, zhoumin, wuying, now, today):
    days = {"from_on": today - 400 * DAY, "until_on": today - 390 * DAY, "recorded_at": now}
    past = Leave.objects.create(person=liming, **days)
    with pytest.raises(access.Denied):
        employment.remove_leave(past, actor=wuying, at=now)
    assert employment.remove_leave(past, actor=zhoumin, at=now)
    assert not employment.remove_leave(past, actor=zhoumin, at=now)
    assert not Leave.objects.exists()
    assert LedgerEntry.objects.filter(event="person.changed").count() == 1


def test_who_leaves_is_deactivated_and_leaves_nothing_open(
    tree, draft, accepted, signed, wangfang, zhoumin, now, today
):
    kept = accepted("contract", person=wangfang)
    waiting = signed("personal-code", person=wangfang)
    begun = draft(person=wangfang)
    preparing.prepare(begun, actor=wangfang, at=now)  # which gives it its number
    Leave.objects.create(
        person=tree[1].head, from_on=today, until_on=today, delegate=wangfang, recorded_at=now
    )
    foreseen = leaving.preview(wangfang, now)
    assert (foreseen.ended, foreseen.awaiting, foreseen.in_force) == ([begun], [waiting], [kept])
    assert foreseen.departments == [tree[0]]
    assert leaving.leave(wangfang, last_day=today, actor=zhoumin, at=now)
    gone = Person.objects.get(pk=wangfang.pk)
    assert (gone.is_active, gone.left_on, gone.groups.count()) == (False, today, 0)
    states = dict(Pledge.objects.of(gone).values_list("pk", "status"))
    assert states == {
        kept.pk: PledgeState.ACCEPTED,
        waiting.pk: PledgeState.SIGNED,
        begun.pk: PledgeState.WITHDRAWN,
    }
    assert Pledge.objects.get(pk=begun.pk).withdrawn_why == Why.LEFT
    assert not Department.objects.filter(head=gone).exists()
    assert Leave.objects.get().delegate is None
    assert list(audit.verify()) == []
    with pytest.raises(refused.AlreadyLeft):
        leaving.leave(gone, last_day=today, actor=zhoumin, at=now)


def test_a_leavers_draft_without_a_number_goes_and_the_ledger_says_so(
    draft, wangfang, zhoumin, now, today
):
    begun = draft(person=wangfang)
    leaving.leave(wangfang, last_day=today, actor=zhoumin, at=now)
    assert not Pledge.objects.of(wangfang).exists()
    gone = audit.trail(begun).get(event="pledge.discarded")
    assert audit.facts_of(gone) == {"numbered": False, "why": Why.LEFT}


def test_a_later_day_is_carried_out_once_it_is_over(liming, zhoumin, now, today):
    assert not leaving.leave(liming, last_day=today + DAY, actor=zhoumin, at=now)
    for days, done in ((0, 0), (1, 0), (2, 1), (3, 0)):
        assert leaving.carry_out_due(now + days * DAY) == done
    assert not Person.objects.get(pk=liming.pk).is_active


def test_a_leaving_is_taken_back_until_it_is_carried_out(liming, zhoumin, now, today):
    leaving.leave(liming, last_day=today + DAY, actor=zhoumin, at=now)
    leaving.stay(liming, actor=zhoumin, at=now)
    assert leaving.carry_out_due(now + 9 * DAY) == 0
    with pytest.raises(refused.NotLeft):
        leaving.stay(liming, actor=zhoumin, at=now)


def test_who_comes_back_is_the_same_person_without_a_role(liming, zhoumin, now, today):
    with pytest.raises(refused.NotLeft):
        leaving.come_back(liming, entered_on=today, actor=zhoumin, at=now)
    leaving.leave(liming, last_day=today, actor=zhoumin, at=now)
    with pytest.raises(refused.DaysReversed):
        leaving.come_back(liming, entered_on=today, actor=zhoumin, at=now)
    day = date(2027, 3, 1)
    leaving.come_back(liming, entered_on=day, actor=zhoumin, at=now)
    back = Person.objects.get(employee_number="E1001")
    assert (back.pk, back.is_active, back.entered_on, back.left_on) == (liming.pk, True, day, None)
    assert not back.roles


def test_hr_sees_off_nobody_with_an_office_and_one_alone_no_administrator(
    chenjing, zhoumin, wuying, liming, admin, sunhao, now, today
):
    for actor, person in ((zhoumin, chenjing), (zhoumin, zhoumin), (wuying, liming)):
        with pytest.raises(access.Denied):
            leaving.leave(person, last_day=today, actor=actor, at=now)
    with pytest.raises(refusals.LastAdministrator):
        leaving.leave(admin, last_day=today, actor=SYSTEM, at=now)
    people.save_person(sunhao, actor=SYSTEM, at=now, roles=[Role.ADMINISTRATOR])
    sunhao.refresh_from_db()
    with pytest.raises(refused.AdministratorLeaves):
        leaving.leave(sunhao, last_day=today + DAY, actor=admin, at=now)
    assert leaving.leave(chenjing, last_day=today, actor=admin, at=now)
