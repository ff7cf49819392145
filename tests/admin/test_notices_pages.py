"""The pages of the e-mails and of the working calendar: who does what there, how it reads."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from pledges.actions import working_calendar
from pledges.models import CalendarDay, NoticeSwitch, Organisation, Person, SigningTask, TaskMember
from pledges.notices import previews
from pledges.notices.kinds import Kind
from tests.fresh import prove

pytestmark = pytest.mark.django_db
OVERVIEW = "admin:pledges_noticeswitch_changelist"


@pytest.fixture
def enter(client):
    def sign_in(person):
        client.force_login(person)
        prove(client, person)
        return client

    return sign_in


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_can_be_read_in_both_languages(enter, chenjing, kind, language):
    pages = enter(chenjing)
    asked = {"language": language}
    page = pages.get(reverse("admin:pledges_noticeswitch_preview", args=[kind]), asked)
    assert page.status_code == 200
    sent = pages.get(reverse("admin:pledges_noticeswitch_mail", args=[kind]), asked)
    html = sent.content.decode()
    assert html.count("border-radius:6px") == 1, "one button"
    assert "示例银行" in html or "Example Bank" in html
    assert ("李敏" in html) is (language == "zh-hans")
    policy = sent.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'none'" in policy


@pytest.mark.parametrize(
    ("kind", "page"),
    [(Kind.LATE, "/my-people/"), (Kind.LATE_ALL, "/admin/pledges/signingtask/")],
)
def test_the_button_of_a_sample_leads_where_that_of_the_mail_leads(kind, page, chenjing, now):
    mail = previews.preview(kind, "en", now)
    assert f'href="{settings.PUBLIC_URL}{page}"' in mail.html
    assert "1 person is" in mail.subject


def test_samples_name_a_pledge_as_mails_do_and_a_term_that_has_ended(version, now):
    version()
    mail = previews.preview(Kind.EXPIRED, "en", now)
    assert "“Personal Code”" in mail.text and "ended on 22 November 2026" in mail.text


def test_a_kind_is_switched_off_and_on_by_compliance_alone(enter, chenjing, zhoumin):
    pages = enter(chenjing)
    address = reverse("admin:pledges_noticeswitch_switch", args=["task_first"])
    page = pages.post(address, {"off": "1"}, follow=True)
    assert page.status_code == 200 and not NoticeSwitch.is_on(Kind.FIRST)
    assert "陈静" in page.content.decode()
    pages.post(address, {"off": "0"})
    assert NoticeSwitch.is_on(Kind.FIRST)
    assert enter(zhoumin).post(address, {"off": "1"}).status_code == 403
    assert reverse("admin:pledges_noticeswitch_switch", args=["task_first"]) not in (
        enter(zhoumin).get(reverse(OVERVIEW)).content.decode()
    )
    unknown = reverse("admin:pledges_noticeswitch_switch", args=["password_reset"])
    assert enter(chenjing).post(unknown, {"off": "1"}).status_code == 404


def test_a_number_of_people_without_address_leads_to_those_people(
    enter, zhoumin, liming, version, now
):
    task = SigningTask.objects.create(
        template=version().template,
        title="2026",
        due_on=date(2099, 1, 1),
        created_at=now,
        created_by=zhoumin,
        launched_at=now,
        launched_by=zhoumin,
        state="running",
    )
    Person.objects.filter(pk=liming.pk).update(email="")
    facts = {"joined": "launch", "joined_at": now, "due_on": task.due_on, "commitment": "0" * 64}
    TaskMember.objects.create(task=task, person=liming, position=0, **facts)
    pages = enter(zhoumin)
    address = reverse("admin:pledges_noticeswitch_slips", args=[task.pk])
    assert address in pages.get(reverse(OVERVIEW)).content.decode()
    assert "李明" in pages.get(address).content.decode()
    answer = pages.post(address)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_hr_says_that_a_day_is_not_worked(enter, zhoumin, now):
    working_calendar.load_published(now)
    pages = enter(zhoumin)
    page = pages.get(reverse("admin:pledges_calendarday_changelist"), {"days": "worked"})
    assert page.context["cl"].result_count == 11
    day = date(2026, 12, 8)
    address = reverse("admin:pledges_calendarday_change", args=[day])
    assert pages.post(address, {"name": "司庆日"}).status_code == 302
    row = CalendarDay.objects.get(date=day)
    assert (row.working, row.name, row.source) == (False, "司庆日", "changed")
    add = reverse("admin:pledges_calendarday_add")
    pages.post(add, {"date": "2027-01-01", "name": "元旦"})
    assert not working_calendar.current_calendar().is_working(date(2027, 1, 1))


def test_the_hours_are_set_with_the_organisation(enter, admin):
    pages = enter(admin)
    address = reverse("admin:pledges_organisation_change", args=[1])
    known = Organisation.current()
    typed = {
        name: getattr(known, name)
        for name in ("name_zh", "name_en", "time_zone", "number_prefix", "signing")
    }
    typed |= {"pledge_contact": "", "two_people": "on", "meet_invited": "on"}
    page = pages.post(address, {**typed, "notices_from": 10, "notices_until": 10})
    assert page.status_code == 200
    pages.post(address, {**typed, "notices_from": 8, "notices_until": 20})
    known = Organisation.current()
    assert (known.notices_from, known.notices_until) == (8, 20)
    assert timedelta(hours=known.notices_until - known.notices_from) == timedelta(hours=12)


@pytest.mark.parametrize("year", ["0", "99999", "9" * 30, "二〇二六", "2026"])
def test_any_year_may_be_asked_for(enter, chenjing, year):
    pages = enter(chenjing)
    assert (
        pages.get(reverse("admin:pledges_calendarday_changelist"), {"year": year}).status_code
        == 200
    )
