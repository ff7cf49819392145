"""Who may confirm in person is named and told, and how long it took of late is said truly."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import audit
from pledges.actions import apps, confirmers, pending, vouching
from pledges.models import EnrolledApp, Person
from pledges.notices import accounts

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def newcomer(zhaolei):
    """Zhao Lei, whose account came with a first password."""
    zhaolei.handover = Person.Handover.PASSWORD
    zhaolei.save(update_fields=["handover"])
    return zhaolei


def told():
    queued = DBTaskResult.objects.filter(task_path=accounts.send.module_path)
    found = [task.args_kwargs["args"] for task in queued]
    return sorted(pk for event, pk, _facts in found if event == "confirmation_wanted")


def test_named_are_those_who_may_with_ones_own_department_first(newcomer, wuying):
    names = [each.username for each in confirmers.named(newcomer)]
    assert names == ["chenjing", "sunhao", "zhoumin", "admin"]
    near = Person.objects.get(username="zhoumin")
    near.department = newcomer.department
    near.save()
    assert confirmers.named(newcomer)[0] == near


def test_whoever_opened_the_account_is_not_named_nor_who_must_be_met(newcomer, admin, sunhao, now):
    audit.record("person.invited", actor=admin, subject=newcomer, at=now)
    sunhao.handover = Person.Handover.PASSWORD
    sunhao.save()
    assert [each.username for each in confirmers.named(newcomer)] == ["chenjing", "zhoumin"]


def test_they_are_told_once_an_hour_when_something_waits_for_them(newcomer, passkey, now):
    expected = sorted(each.pk for each in confirmers.named(newcomer))
    waiting = passkey(newcomer).waiting
    assert told() == expected
    pending.discard(waiting, actor=newcomer, at=now)
    passkey(newcomer)
    EnrolledApp.objects.all().delete()
    apps.register(actor=newcomer, at=now)
    assert told() == expected


def test_nobody_is_told_of_what_needs_no_second_person(liming, passkey):
    passkey(liming)
    passkey(liming)
    assert told() == []


@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [
        ("zh-hans", "请当面核对并确认：赵磊", "当面核对代码并确认"),
        ("en", "Please confirm in person", "compare a code"),
    ],
)
def test_the_mail_leads_to_the_page_and_has_no_code(
    newcomer, chenjing, passkey, mailoutbox, language, subject, body
):
    Person.objects.update(language=language)
    code = passkey(newcomer).waiting.record.code
    accounts.send.func("confirmation_wanted", chenjing.pk, {"whom": str(newcomer.pk)})
    (mail,) = mailoutbox
    assert subject in mail.subject and body in mail.body and code not in mail.body
    assert f"/admin/pledges/person/{newcomer.pk}/change/" in mail.body


def test_who_was_met_meanwhile_is_no_news(newcomer, chenjing, passkey, mailoutbox, now):
    vouching.vouch(passkey(newcomer).waiting, actor=chenjing, at=now)
    accounts.send.func("confirmation_wanted", chenjing.pk, {"whom": str(newcomer.pk)})
    assert mailoutbox == []


def test_how_long_it_takes_is_the_middle_of_what_it_took(newcomer, chenjing, now):
    assert confirmers.usual_time() is None
    for digest, minutes in (("a", 10), ("b", 300), ("c", 40)):
        for event, at in (("app.registered", now), ("enrolment.confirmed", now + minutes * MINUTE)):
            assert confirmers.usual_time() is None
            facts = {"pending": digest}
            audit.record(event, actor=chenjing, subject=newcomer, at=at, facts=facts)
    assert confirmers.usual_time() == 40 * MINUTE
    audit.record("enrolment.confirmed", actor=chenjing, subject=newcomer, at=now, facts={})
    assert confirmers.usual_time() == 40 * MINUTE


def test_the_first_page_of_the_back_office_leads_those_who_may_to_whom_they_meet(
    newcomer, passkey, client, admin, zhoumin, wuying
):
    audit.record("person.invited", actor=admin, subject=newcomer, at=timezone.now())
    passkey(newcomer, at=timezone.now())
    address = "/admin/pledges/person/?confirmation=waiting"
    for person, told in ((zhoumin, True), (admin, False), (wuying, False)):
        client.force_login(person)
        assert (address in client.get("/admin/").content.decode()) is told
    client.force_login(zhoumin)
    listed = client.get(address).content.decode()
    assert "赵磊" in listed and "李明" not in listed
