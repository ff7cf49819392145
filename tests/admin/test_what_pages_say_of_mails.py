"""What the pages of tasks say of mails is what happens: when they leave, to whom, and if at all."""

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges.actions.reminders import switching
from pledges.actions.tasks import excusing
from pledges.core.standings import ExcuseReason
from pledges.models import Excuse, NoticeClaim, TaskMember
from pledges.notices.kinds import Kind
from tests import task_scenes
from tests.admin.conftest import TODAY
from tests.serving import work_off

pytestmark = pytest.mark.django_db
URL = "/admin/pledges/signingtask/"
EARLY = TODAY - timedelta(hours=4, minutes=27)  # 06:33 by the organisation's clock
OPENING = TODAY - timedelta(hours=2)


class Office:
    """An officer's browser in English, signed in anew for each page: the clock is moved."""

    def __init__(self, sign_in):
        self._sign_in = sign_in

    def _client(self):
        client = self._sign_in()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return client

    def get(self, *asked):
        return self._client().get(*asked)

    def post(self, *sent, **options):
        return self._client().post(*sent, **options)


@pytest.fixture
def office(as_, chenjing):
    return Office(lambda: as_(chenjing))


@pytest.fixture
def clock(monkeypatch):
    def move(at: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at)

    return move


@pytest.fixture
def off(chenjing):
    """Switches a kind of mail off."""
    return lambda kind: switching.switch(kind, off=True, actor=chenjing, at=TODAY)


def text_of(client, path):
    return client.get(f"{URL}{path}").content.decode()


def test_a_launch_before_hours_can_be_undone_until_its_notices_leave(
    office, clock, chenjing, liming, version, mailoutbox
):
    clock(EARLY)
    draft = task_scenes.draft(version(), chenjing, EARLY)
    foreseen = office.get(f"{URL}{draft.pk}/change/").context
    assert (foreseen["leave_at"], foreseen["leave_too_late"]) == (OPENING, False)
    task = task_scenes.launch(draft, chenjing, EARLY)
    clock(EARLY + timedelta(minutes=30))
    page = office.get(f"{URL}{task.pk}/change/")
    assert page.context["may_undo"] and not page.context["may_remind"]
    assert page.content.decode().count("26 November 2026, 09:00") == 2  # the note, and the facts
    clock(OPENING)
    work_off()
    assert not office.get(f"{URL}{task.pk}/change/").context["may_undo"]
    assert liming.email in {mail.to[0] for mail in mailoutbox}


def test_a_preview_says_where_the_due_date_is_before_anybody_hears_of_it(
    office, clock, chenjing, version
):
    evening = TODAY + timedelta(hours=8)
    clock(evening)
    today = {"kind": "date", "on": TODAY.date().isoformat()}
    draft = task_scenes.draft(version(), chenjing, evening, due_rule=today)
    assert office.get(f"{URL}{draft.pk}/change/").context["leave_too_late"]


def test_a_kind_that_is_switched_off_is_told_where_it_would_be_promised(
    office, off, chenjing, version, clock
):
    draft = task_scenes.draft(version(), chenjing, TODAY)
    for kind in (Kind.FIRST, Kind.REMINDERS, Kind.EXTENDED):
        off(kind)
    nobody = ("First notices are switched off", "Reminders are switched off")
    preview = text_of(office, f"{draft.pk}/change/")
    assert all(words in preview for words in nobody) and "first notices</a>" not in preview
    task = task_scenes.launch(draft, chenjing, TODAY)
    page = text_of(office, f"{task.pk}/change/")
    assert nobody[0] in page and "notices leave" not in page
    clock(TODAY + timedelta(hours=1))
    asked = office.get(f"{URL}{task.pk}/remind/?standing=to-sign")
    assert (asked.context["off"], asked.context["number"]) == (True, 0)
    assert nobody[1] in asked.content.decode()
    office.post(f"{URL}{task.pk}/remind/", {"standing": "to-sign"})
    assert not NoticeClaim.objects.exists()
    assert "are switched off" in text_of(office, f"{task.pk}/extend/")


def test_an_extension_before_the_first_notices_is_told_by_them(
    office, clock, chenjing, liming, version, told, mailoutbox
):
    task = task_scenes.running(version(), chenjing, TODAY)
    later = {"due_on": (task.due_on + timedelta(days=7)).isoformat()}
    done = told(office.post(f"{URL}{task.pk}/extend/", later, follow=True))
    assert "The first notice names the new date." in done[0]
    clock(TODAY + timedelta(minutes=20))
    work_off()
    (mail,) = (each for each in mailoutbox if each.to == [liming.email])
    assert f"{date.fromisoformat(later['due_on']).day}日" in mail.subject
    later = {"due_on": (task.due_on + timedelta(days=14)).isoformat()}
    done = told(office.post(f"{URL}{task.pk}/extend/", later, follow=True))
    assert "An email tells those who have been told" in done[0]
    work_off()
    assert len([each for each in mailoutbox if each.to == [liming.email]]) == 2


def test_a_mail_that_waits_is_told_apart_from_one_that_was_sent(
    office, clock, chenjing, liming, version
):
    task = task_scenes.running(version(), chenjing, TODAY - timedelta(days=1))
    member = task.members.get(person=liming)
    DBTaskResult.objects.all().delete()
    evening = TODAY + timedelta(hours=9)
    clock(evening)
    office.post(f"{URL}{task.pk}/remind/", {"member": member.pk})
    work_off()
    again = office.get(f"{URL}{task.pk}/remind/", {"member": member.pk})
    assert again.context["told"] == 1
    assert "(sent, or waiting for working hours)" in again.content.decode()
    page = office.get(f"{URL}{task.pk}/members/{member.pk}/")
    assert [each.waits for each in page.context["notices"]] == [True]
    assert "not sent yet" in page.content.decode()
    clock(TODAY + timedelta(days=1))
    work_off()
    page = office.get(f"{URL}{task.pk}/members/{member.pk}/")
    assert [each.waits for each in page.context["notices"]] == [False]
    assert "27 November 2026" in page.content.decode()


@pytest.mark.parametrize("minutes", [5, 60])
def test_whoever_is_excused_hears_it_once_and_not_before_the_task_is_known(
    minutes, office, clock, client, chenjing, sunhao, liming, version, mailoutbox
):
    task = task_scenes.running(version(), chenjing, TODAY)
    member, at = task.members.get(person=liming), TODAY + timedelta(minutes=minutes)
    clock(at)
    asked = excusing.ask(
        member, reason=ExcuseReason.LEGAL, until_on=task.due_on, actor=chenjing, at=at
    )
    work_off()
    mailoutbox.clear()
    excusing.approve(asked, actor=sunhao, at=at)
    work_off()
    assert len(mailoutbox) == (minutes == 60)
    client.force_login(liming)
    assert len(client.get("/").context["excused"]) == (minutes == 60)
    clock(TODAY + timedelta(minutes=61))
    work_off()
    (mail,) = (each for each in mailoutbox if each.to == [liming.email])
    assert f"{task.due_on.day}" in mail.subject and mail.alternatives
    assert [each.excuse for each in client.get("/").context["excused"]] == [asked]
    assert TaskMember.objects.annotate(told=NoticeClaim.objects.told_members()).get(
        pk=member.pk
    ).told == (TODAY.date() if minutes == 60 else None)
    assert len(office.get(f"{URL}{task.pk}/members/{member.pk}/").context["notices"]) == (
        2 if minutes == 60 else 1
    )


def test_an_excuse_of_a_launch_that_is_undone_tells_nobody(
    office, clock, chenjing, sunhao, liming, version, mailoutbox
):
    task = task_scenes.running(version(), chenjing, TODAY)
    by = {"reason": ExcuseReason.LEGAL, "until_on": task.due_on, "at": TODAY}
    asked = excusing.ask(task.members.get(person=liming), actor=chenjing, **by)
    excusing.approve(asked, actor=sunhao, at=TODAY)
    office.post(f"{URL}{task.pk}/undo/")
    clock(TODAY + timedelta(hours=1))
    work_off()
    assert mailoutbox == []


def test_a_rejected_excuse_is_shown_with_who_and_when(
    office, chenjing, sunhao, liming, version, mailoutbox
):
    task = task_scenes.running(version(), chenjing, TODAY)
    member = task.members.get(person=liming)
    by = {"reason": ExcuseReason.LEGAL, "until_on": task.due_on, "at": TODAY}
    excusing.reject(excusing.ask(member, actor=chenjing, **by), actor=sunhao, at=TODAY)
    page = text_of(office, f"{task.pk}/members/{member.pk}/")
    assert f"{sunhao}, 26 November 2026, 11:00" in page and "rejected" in page
    assert Excuse.objects.get().outcome == "rejected" and not NoticeClaim.objects.exists()
