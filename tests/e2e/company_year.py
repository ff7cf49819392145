"""What happens in a company while a task runs, done by actions: nobody need see it in a page."""

from datetime import timedelta

from django.utils import timezone

from pledges.actions import answers, employment, leaving, preparing, review
from pledges.actions.rosters import confirming, uploading
from pledges.actions.tasks import joining, opening
from pledges.core.lifecycle import PledgeState
from pledges.core.rosters.people import Reach
from pledges.models import CalendarDay, Organisation, PaperPledge, Person, Roster
from tests.baseline import PASSWORD
from tests.cast import FILLED
from tests.serving import work_off

SLUG = "contract"
IN_FORCE, IN_REVIEW, ON_PAPER, AWAY = ("000002", "000003"), ("000004", "000005"), "000006", "000007"
LEAVER = "000021"


def keep_open():
    """Mails leave on whatever day and at whatever hour this runs."""
    day = timezone.now().date()
    for each in (-1, 0, 1):
        CalendarDay.objects.update_or_create(
            date=day + timedelta(days=each), defaults={"working": True, "source": "published"}
        )
    Organisation.objects.update(notices_from=0, notices_until=24)


def some_have_signed(signed, chenjing, zhoumin):
    """Two in force, three in review, one on paper; somebody else is on leave."""
    now = timezone.now()
    past = now - timedelta(hours=6)
    for number in (*IN_FORCE, *IN_REVIEW, "E1002"):
        person = _person(number)
        person.set_password(PASSWORD)
        person.save()
        pledge = signed(SLUG, person=person, at=past)
        if number in IN_FORCE:
            review.accept(pledge, actor=chenjing, at=now)
    PaperPledge.objects.create(
        **{"person": _person(ON_PAPER), "version": pledge.version, "signed_on": past.date()},
        **{"filed_by": zhoumin, "filed_at": past, "state": "confirmed"},
        **{"settled_by": chenjing, "settled_at": now},
    )
    today = Organisation.current().localdate(now)
    days = {"from_on": today - timedelta(days=1), "until_on": today + timedelta(days=20)}
    employment.add_leave(_person(AWAY), **days, delegate=None, actor=zhoumin, at=now)


def one_leaves(task, hr):
    """What they had begun, and what had its number already, is withdrawn."""
    person, now = _person(LEAVER), timezone.now()
    member = task.members.get(person=person)
    by = {"actor": person, "at": now}
    draft = opening.open_for(member, **by, language="zh-hans")
    answers.save(draft, **by, typed=FILLED[SLUG], revision=draft.answers_revision)
    draft.refresh_from_db()
    preparing.prepare(draft, **by)
    leaving.leave(person, last_day=Organisation.current().localdate(now), actor=hr, at=now)
    draft.refresh_from_db()
    assert draft.status == PledgeState.WITHDRAWN and draft.number


def one_joins(task, hr):
    """By the next list of human resources; the rule of the task names them, with time enough."""
    now = timezone.now()
    cells = "工号\t姓名\t部门\t邮箱\n000999\t新来\t财务部\tnew@example.com\n".encode()
    by = {"actor": hr, "at": now}
    roster = uploading.upload(cells, name="新人", reach=Reach.ADDITIONS, pasted=True, **by)
    confirming.confirm(roster, leavers=None, **by)
    work_off()
    assert Roster.objects.get(pk=roster.pk).state == Roster.State.APPLIED
    assert joining.take_joiners(timezone.now()) == 1
    assert task.members.get(person__employee_number="000999").due_on > task.due_on


def _person(number):
    return Person.objects.get(employee_number=number)
