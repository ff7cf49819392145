"""The weekly tables of who is late: who gets them while heads are away, and what they count."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from pledges.actions import working_calendar
from pledges.actions.reminders import late_tables
from pledges.models import Department, Leave, NoticeClaim, Person
from tests import task_scenes
from tests.serving import work_off
from tests.signing_tasks import crowd

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def day(now, monkeypatch):
    """A Monday, four weeks after the launch: everybody is late."""
    moment = now + 28 * DAY
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment.date()


@pytest.fixture
def late(version, chenjing, liming, zhoumin, sunhao, now):
    """Somebody late whom Zhou Min heads, and Sun Hao above her: names of whoever gets a table."""
    above = Department.objects.create(name_zh="总部", head=sunhao)
    below = Department.objects.create(name_zh="分部", head=zhoumin, parent=above)
    (person,) = crowd(1, department=below)
    rule = {"include": [{"kind": "numbers", "values": [person.employee_number]}]}
    plan = {**task_scenes.PLAN, "start": False, "every_after": None}
    running = [
        task_scenes.running(version(), chenjing, now, title=title, audience=rule, notice_plan=plan)
        for title in ("一", "二")
    ]
    return running


@pytest.fixture
def away(day, now):
    def leave(person, delegate=None, days=0):
        until = day + days * DAY
        facts = {"from_on": day - DAY, "until_on": until, "recorded_at": now}
        return Leave.objects.create(person=person, delegate=delegate, **facts)

    return leave


@pytest.fixture
def receivers(late, mailoutbox):
    def send(day, kind="superior"):
        mailoutbox.clear()
        for each in late:
            each.notice_plan = {**each.notice_plan, **PLANS[kind]}
        known = working_calendar.current_calendar()
        late_tables.queue(late, day=day, calendar=known, at=timezone.now())
        work_off()
        return {mail.to[0].partition("@")[0] for mail in mailoutbox}

    return send


PLANS = {
    "superior": {"superior_after": 3, "compliance_after": None},
    "compliance": {"superior_after": None, "compliance_after": 3},
}


def test_the_head_gets_it_or_a_delegate_who_is_there(receivers, away, day, zhoumin, wuying):
    away(zhoumin, wuying)
    assert receivers(day) == {"wuying"}
    assert receivers(day + DAY) == set()


def test_of_two_heads_who_stand_in_for_each_other_nobody_gets_it_while_both_are_away(
    receivers, away, day, zhoumin, wuying, sunhao
):
    away(zhoumin, wuying), away(wuying, zhoumin)
    assert receivers(day) == {"sunhao"}
    (table,) = NoticeClaim.objects.filter(member=None)
    assert table.person == sunhao  # as the head above, whose page has them too
    # Back on the next day, the head is not told again of whom somebody was told this week.
    assert receivers(day + DAY) == set()


def test_without_a_head_who_is_there_it_waits_for_one(receivers, away, day, zhoumin, sunhao):
    away(zhoumin), away(sunhao, zhoumin)
    assert receivers(day) == set()
    assert receivers(day + DAY) == {"zhoumin"}


def test_compliance_is_told_even_if_nobody_stands_in(receivers, away, day, chenjing, sunhao):
    away(chenjing, sunhao), away(sunhao, chenjing)
    assert receivers(day, "compliance") == {"chenjing", "sunhao"}


def test_people_are_counted_and_not_their_tasks(receivers, day, mailoutbox, zhoumin):
    Person.objects.update(language="en")
    assert receivers(day) == {"zhoumin"}
    (mail,) = mailoutbox
    assert mail.subject == "1 person is overdue in signing"
    assert mail.body.count("| 某0") == 2
    assert receivers(day, "compliance") and mail is not mailoutbox[0]
    assert {each.subject for each in mailoutbox} == {"1 person is long overdue in signing"}


def test_the_day_is_a_monday(day):
    assert day == date(2026, 12, 21) and day.weekday() == 0
