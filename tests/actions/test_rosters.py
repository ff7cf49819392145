"""Rosters through the real database: uploaded, mended, confirmed by a second person, applied."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import access, audit
from pledges.actions import clearing
from pledges.actions.rosters import applying, confirming, preparing, uploading
from pledges.core import roster_refusals
from pledges.core.rosters.columns import Field
from pledges.core.rosters.people import Reach
from pledges.models import Department, Organisation, Person, Post, Roster
from tests.serving import run_worker

HEADS = "工号,姓名,部门,上级部门,岗位,邮箱,入职日期,离职日期"
CAST = """E1001,李明,华东零售部,,高级客户经理,liming@example.com,,
E1002,王芳,华东零售部,,客户经理,wangfang@example.com,,
E2001,赵磊,华南对公部,,客户经理,zhaolei@example.com,,
C3001,陈静,合规部,,合规专员,chenjing@example.com,,
C3002,孙浩,合规部,,合规主管,sunhao@example.com,,
H4001,周敏,人力资源部,,人事专员,zhoumin@example.com,,
A5001,吴颖,审计部,,内部审计,wuying@example.com,,
S9001,郑强,信息技术部,,系统管理员,admin@example.com,,"""


@pytest.fixture
def uploaded(zhoumin, now):
    """A roster of the cast with `rows` more, and without the numbers in `without`."""

    def make(*rows, reach=Reach.EVERYBODY, without=(), actor=None, departments=(), heads=HEADS):
        cast = [row for row in CAST.split("\n") if not row.startswith(tuple(without) or ("§",))]
        content = "\n".join([heads, *cast, *rows]).encode("gb18030")
        return uploading.upload(
            content,
            name="花名册.csv",
            reach=reach,
            departments=departments,
            actor=actor or zhoumin,
            at=now,
        )

    return make


def apply(roster, actor, at, leavers=None):
    confirming.confirm(roster, leavers=leavers, actor=actor, at=at)
    applying._apply.__wrapped__(roster.pk, at=at)
    roster.refresh_from_db()
    return roster


def test_a_list_is_planned_and_applied_whole(uploaded, zhoumin, now):
    roster = uploaded(
        "E3001,钱伟,上海分行,总行,客户经理,qianwei@example.com,2026-11-01,",
        "E3002,孙丽,上海分行,总行,,,2026年11月2日,",
    )
    assert roster.state == Roster.State.PLANNED
    assert roster.counts == {"unchanged": 8, "new": 2}
    before = audit.size()
    apply(roster, zhoumin, now)
    assert roster.state == Roster.State.APPLIED
    made = Person.objects.get(employee_number="E3001")
    assert (made.name, made.email, made.username) == ("钱伟", "qianwei@example.com", "E3001")
    assert made.entered_on == date(2026, 11, 1)
    assert made.department.parent.name_zh == "总行"
    assert not made.has_usable_password() and not made.roles
    assert made.posts.get().title == "客户经理"
    told = [entry.event for entry in audit.trail(made)]
    assert told == ["person.created"]
    assert audit.size() > before
    assert not list(audit.verify())


def rows(roster, fate):
    return [(row.number, row.employee_number) for row in roster.rows.filter(fate=fate)]


def second(roster, actor, at):
    confirming.confirm_second(roster, actor=actor, at=at)
    applying._apply.__wrapped__(roster.pk, at=at)
    roster.refresh_from_db()
    return roster


def test_who_leaves_is_deactivated_with_what_hangs_on_them(uploaded, zhoumin, admin, wangfang, now):
    Department.objects.filter(name_zh="华东零售部").update(head=wangfang)
    Post.objects.create(person=wangfang, title="客户经理", from_on=date(2025, 1, 1))
    roster = uploaded(without=["E1002"])
    confirming.confirm(roster, leavers=1, actor=zhoumin, at=now)
    with pytest.raises(access.Denied):
        confirming.confirm_second(roster, actor=zhoumin, at=now)
    second(roster, admin, now)
    assert roster.state == Roster.State.APPLIED and roster.confirmed_by == admin
    wangfang.refresh_from_db()
    today = Organisation.current().localdate(now)
    assert (wangfang.is_active, wangfang.left_on) == (False, today)
    assert wangfang.posts.get().until_on == today
    assert not Department.objects.filter(head=wangfang).exists()
    assert [entry.event for entry in audit.trail(wangfang)] == ["person.changed"]
    told = audit.trail(roster).values_list("event", "actor_id")
    assert list(told) == [
        ("roster.uploaded", zhoumin.pk),
        ("roster.asked", zhoumin.pk),
        ("roster.confirmed", admin.pk),
        ("roster.applied", zhoumin.pk),
    ]


def test_who_comes_back_is_the_same_person(uploaded, zhoumin, zhaolei, now):
    Person.objects.filter(pk=zhaolei.pk).update(is_active=False, left_on=date(2026, 3, 31))
    people = Person.objects.count()
    roster = uploaded(reach=Reach.ADDITIONS)
    assert rows(roster, "returned") == [(4, "E2001")]
    apply(roster, zhoumin, now)
    zhaolei.refresh_from_db()
    assert (zhaolei.is_active, zhaolei.left_on, Person.objects.count()) == (True, None, people)


def test_facts_change_and_nothing_else(uploaded, zhoumin, liming, now):
    before = Person.objects.get(pk=liming.pk)
    rest = "E1001,李明,华南对公部,,资深客户经理,liming@new.example.com,2020-05-01,"
    roster = uploaded(rest, without=["E1001"], reach=Reach.ADDITIONS)
    apply(roster, zhoumin, now)
    liming.refresh_from_db()
    assert (liming.department.name_zh, liming.position) == ("华南对公部", "资深客户经理")
    assert (liming.email, liming.entered_on) == ("liming@new.example.com", date(2020, 5, 1))
    assert liming.posts.get().from_on == Organisation.current().localdate(now)
    for name in ("username", "password", "contact", "language", "is_active", "handover"):
        assert getattr(liming, name) == getattr(before, name)
    (entry,) = audit.trail(liming)
    assert audit.facts_of(entry)["changed"] == ["email", "department_id", "position", "entered_on"]
    mails = DBTaskResult.objects.filter(task_path__startswith="pledges.notices")
    assert {mail.args_kwargs["args"][2]["to"] for mail in mails} == {
        "liming@example.com",
        "liming@new.example.com",
    }


def test_a_partial_list_deactivates_nobody_by_one_click(uploaded, zhoumin, now):
    roster = uploaded(without=["E"])
    assert roster.counts["left"] == 3
    for typed in (None, 0, 2, 4):
        with pytest.raises(roster_refusals.RosterNumberWrong):
            confirming.confirm(roster, leavers=typed, actor=zhoumin, at=now)
    confirming.confirm(roster, leavers=3, actor=zhoumin, at=now)
    assert not DBTaskResult.objects.filter(task_path=applying.apply_roster.module_path).exists()
    assert Person.objects.filter(is_active=True).count() == 8


def test_faulty_rows_are_mended_or_left_out(uploaded, zhoumin, now):
    roster = uploaded(
        "E3001,钱伟,上海分行,,,qianwei,,",
        "E3002,,上海分行,,,,,",
        "E3003,孙丽,上海分行,,,,上周,",
        reach=Reach.ADDITIONS,
    )
    assert roster.counts["faulty"] == 3
    with pytest.raises(roster_refusals.RosterFaulty):
        confirming.confirm(roster, leavers=None, actor=zhoumin, at=now)
    preparing.mend_cell(roster, 10, 5, "qianwei@example.com", actor=zhoumin, at=now)
    preparing.mend_cell(roster, 12, 6, "2026/11/16", actor=zhoumin, at=now)
    preparing.leave_out(roster, ["row:11"], actor=zhoumin, at=now)
    roster.refresh_from_db()
    assert roster.counts == {"unchanged": 8, "new": 2, "omitted": 1}
    assert roster.rows.get(number=10).mended == {"5": "qianwei"}
    preparing.take_in(roster, "row:11", actor=zhoumin, at=now)
    roster.refresh_from_db()
    assert roster.counts["faulty"] == 1
    preparing.leave_out(roster, ["row:11"], actor=zhoumin, at=now)
    apply(roster, zhoumin, now)
    assert Person.objects.filter(employee_number__startswith="E300").count() == 2


def test_one_correction_serves_all_rows_that_say_the_same(uploaded, zhoumin, now):
    new = [
        f"E{number},新{number},网点{number % 2},网点{number % 2},,,,"
        for number in range(3000, 3006)
    ]
    roster = uploaded(*new, reach=Reach.ADDITIONS)
    assert roster.counts["faulty"] == 2
    preparing.mend_cell(roster, 10, 3, "总行", actor=zhoumin, at=now, everywhere=True)
    roster.refresh_from_db()
    assert roster.counts["faulty"] == 1
    preparing.mend_cell(roster, 11, 3, "总行", actor=zhoumin, at=now, everywhere=True)
    roster.refresh_from_db()
    assert roster.counts == {"unchanged": 8, "new": 6}


def test_what_changed_since_the_preview_is_looked_at_again(uploaded, zhoumin, now):
    roster = uploaded("E3001,钱伟,上海分行,,,,,", reach=Reach.ADDITIONS)
    confirming.confirm(roster, leavers=None, actor=zhoumin, at=now)
    Person.objects.filter(username="liming").update(position="行长")
    with pytest.raises(roster_refusals.RosterStale):
        applying._apply.__wrapped__(roster.pk, at=now)
    applying._fail.__wrapped__(roster.pk, "roster-stale")
    with pytest.raises(roster_refusals.RosterStale):
        confirming.confirm(roster, leavers=None, actor=zhoumin, at=now)
    preparing.plan(roster, actor=zhoumin, at=now)
    apply(roster, zhoumin, now)
    assert Person.objects.get(username="liming").position == "高级客户经理"


def test_a_tree_that_was_moved_since_the_preview_is_looked_at_again(uploaded, zhoumin, now):
    roster = uploaded("E3001,钱伟,华东零售部,,,,,", reach=Reach.ADDITIONS)
    confirming.confirm(roster, leavers=None, actor=zhoumin, at=now)
    top = Department.objects.create(name_zh="总行")
    Department.objects.filter(name_zh="华东零售部").update(parent=top)
    with pytest.raises(roster_refusals.RosterStale):
        applying._apply.__wrapped__(roster.pk, at=now)


def test_another_name_and_entry_date_for_a_number_wait_for_a_word(uploaded, zhoumin, liming, now):
    Person.objects.filter(pk=liming.pk).update(entered_on=date(2020, 5, 1))
    listed = "E1001,改丙,华东零售部,,,,2026-01-01,"
    roster = uploaded(listed, without=["E1001"], reach=Reach.ADDITIONS)
    number = roster.rows.get(fate="faulty").number
    with pytest.raises(roster_refusals.RosterFaulty):
        confirming.confirm(roster, leavers=None, actor=zhoumin, at=now)
    said = {"actor": zhoumin, "at": now}
    preparing.say_same(roster, number, **said)
    preparing.mend_cell(roster, number, 1, "改丁", **said)
    roster.refresh_from_db()
    assert roster.counts["faulty"] == 1, "another name is another question"
    preparing.say_same(roster, number, **said)
    with pytest.raises(roster_refusals.RosterClosed):
        preparing.say_same(roster, number, **said)
    roster.refresh_from_db()
    apply(roster, zhoumin, now)
    liming.refresh_from_db()
    assert (liming.name, liming.entered_on) == ("改丁", date(2026, 1, 1))
    assert [each.event for each in audit.trail(roster)].count("roster.mended") == 3


def test_a_list_that_changes_nothing_is_not_applied(uploaded, zhoumin, now):
    with pytest.raises(roster_refusals.RosterEmpty):
        confirming.confirm(uploaded(), leavers=None, actor=zhoumin, at=now)


def test_only_one_list_is_applied_at_a_time(uploaded, zhoumin, now):
    one, other = (uploaded(f"E300{n},钱伟,上海分行,,,,,", reach=Reach.ADDITIONS) for n in (1, 2))
    confirming.confirm(one, leavers=None, actor=zhoumin, at=now)
    with pytest.raises(roster_refusals.RosterBusy):
        confirming.confirm(other, leavers=None, actor=zhoumin, at=now)
    with pytest.raises(roster_refusals.RosterClosed):
        preparing.discard(one, actor=zhoumin, at=now)


def test_columns_are_chosen_by_hand_and_remembered(zhoumin, now):
    content = "甲,乙,丙\nE3001,钱伟,上海分行\n".encode()

    def upload():
        return uploading.upload(content, name="a.csv", reach=Reach.ADDITIONS, actor=zhoumin, at=now)

    roster = upload()
    assert roster.state == Roster.State.UPLOADED
    with pytest.raises(roster_refusals.RosterColumnsMissing):
        confirming.confirm(roster, leavers=None, actor=zhoumin, at=now)
    chosen = {0: Field.NUMBER, 1: Field.NAME, 2: Field.DEPARTMENT}
    uploading.choose_columns(roster, chosen, heads_row=1, actor=zhoumin, at=now)
    roster.refresh_from_db()
    assert roster.counts == {"new": 1}
    assert upload().counts == {"new": 1}


def test_who_may(uploaded, zhoumin, chenjing, wuying, liming, admin, now):
    for person in (chenjing, wuying, liming):
        with pytest.raises(access.Denied):
            uploaded(actor=person)
    assert uploaded(actor=admin).uploaded_by == admin


def test_what_is_no_list_is_not_kept(zhoumin, now):
    with pytest.raises(roster_refusals.RosterUnreadable):
        uploading.upload(b"%PDF\0", name="a", reach=Reach.EVERYBODY, actor=zhoumin, at=now)
    assert not Roster.objects.exists()


def test_after_thirty_days_nothing_is_kept(uploaded, now):
    roster = uploaded()
    assert clearing.clear_rosters(now + timedelta(days=29)) == 0
    assert clearing.clear_rosters(now + timedelta(days=30)) == 1
    assert not Roster.objects.filter(pk=roster.pk).exists()


def test_a_discarded_list_keeps_neither_file_nor_rows(uploaded, zhoumin, now):
    roster = uploaded()
    preparing.discard(roster, actor=zhoumin, at=now)
    roster.refresh_from_db()
    assert (bytes(roster.content), roster.rows.count()) == (b"", 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["roster:added", "roster:written", "roster:told"])
def test_killed_in_the_middle_it_is_before_or_after(zhoumin, now, fault):
    content = "\n".join([HEADS, "E3001,钱伟,上海分行,总行,客户经理,,,"]).encode()
    roster = uploading.upload(
        content, name="a.csv", reach=Reach.ADDITIONS, actor=zhoumin, at=timezone.now()
    )
    confirming.confirm(roster, leavers=None, actor=zhoumin, at=timezone.now())
    assert run_worker(fault) == -9
    assert not Person.objects.filter(employee_number="E3001").exists()
    assert not Department.objects.filter(name_zh="总行").exists()
    roster.refresh_from_db()
    assert roster.state == Roster.State.APPLYING
    assert applying.resume(timezone.now()) == 0
    assert applying.resume(timezone.now() + timedelta(minutes=5)) == 1
    applying.apply(roster.pk, at=timezone.now())
    applying.apply(roster.pk, at=timezone.now())
    roster.refresh_from_db()
    assert (roster.state, roster.progress) == (Roster.State.APPLIED, 100)
    assert Person.objects.filter(employee_number="E3001").count() == 1
    assert len(audit.trail(roster).filter(event="roster.applied")) == 1
    assert not list(audit.verify())


def test_whoever_had_a_hand_in_a_list_confirms_nobody_whom_it_made(
    uploaded, zhoumin, admin, chenjing, now
):
    """It is applied in one name; the address in it may be that of whoever wrote it there."""
    whole = uploaded(
        "E3001,钱伟,上海分行,,,qianwei@example.com,,", reach=Reach.ADDITIONS, actor=admin
    )
    apply(whole, zhoumin, now)
    mended = uploaded("E3002,孙丽,上海分行,,,sunli,,", reach=Reach.ADDITIONS)
    preparing.mend_cell(mended, 10, 5, "sunli@example.com", actor=admin, at=now)
    assert [entry.event for entry in audit.trail(mended)] == ["roster.uploaded", "roster.mended"]
    mended.refresh_from_db()
    apply(mended, zhoumin, now)
    for number in ("E3001", "E3002"):
        made = Person.objects.get(employee_number=number)
        met = [access.allows(each, access.Act.CONFIRM_ENROLMENT, made)
               for each in (zhoumin, admin, chenjing)]  # fmt: skip
        assert met == [False, False, True]
