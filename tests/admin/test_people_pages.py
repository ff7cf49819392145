"""Departments, the list and the pages of people, leaving, many at once, invitations and slips."""

from datetime import timedelta

import pypdfium2
import pytest
from django.utils import timezone
from django.utils.translation import gettext
from django_tasks_db.models import DBTaskResult

from pledges.access import SYSTEM
from pledges.actions import inviting_many, people
from pledges.admin import people_acts
from pledges.core.lifecycle import Role
from pledges.models import (
    Department,
    Invitation,
    InvitationRun,
    Leave,
    LedgerEntry,
    Person,
    Post,
    Proposal,
    SigningTask,
    TaskMember,
    TaskVersion,
)
from tests.admin.conftest import TODAY
from tests.admin.test_people import of

URL = "/admin/pledges/person/"
DEPARTMENTS = "/admin/pledges/department/"
DAY = timedelta(days=1)


@pytest.fixture
def newcomers(liming, zhoumin):
    """Three without a password: one with an address, one without, one deactivated."""
    made = []
    for number, email in (("N1", "n1@example.com"), ("N2", ""), ("N3", "n3@example.com")):
        person = Person(
            username=number.lower(),
            employee_number=number,
            name=f"新人{number}",
            email=email,
            department=liming.department,
            is_active=number != "N3",
        )
        person.set_unusable_password()
        person.save()
        made.append(person)
    return made


@pytest.fixture
def overdue(version, liming, zhaolei, chenjing):
    """A running task with Li Ming, whose day has passed, and Zhao Lei, whose day has not."""
    chosen = version()
    task = SigningTask.objects.create(
        template=chosen.template,
        title="年度签署",
        state="running",
        due_on=TODAY.date(),
        created_at=TODAY,
        created_by=chenjing,
        launched_at=TODAY,
        launched_by=chenjing,
        first_notices_at=TODAY,
    )
    TaskVersion.objects.create(task=task, version=chosen)
    for position, (person, days) in enumerate(((liming, -1), (zhaolei, 5))):
        TaskMember.objects.create(
            task=task,
            person=person,
            position=position,
            joined="launch",
            joined_at=TODAY,
            due_on=TODAY.date() + days * DAY,
            commitment="0" * 64,
        )
    return task


def numbers(client, query=""):
    return client.get(URL + query).context["cl"].result_count


def test_departments_are_a_tree_whose_numbers_open_just_those_people(as_, zhoumin, liming, zhaolei):
    client, retail = as_(zhoumin), liming.department
    sent = {"name_zh": retail.name_zh, "name_en": "", "parent": zhaolei.department_id}
    client.post(f"{DEPARTMENTS}{retail.pk}/change/", {**sent, "head": "E1002"})
    rows = client.get(DEPARTMENTS).context["rows"]
    retail.refresh_from_db()
    assert (retail.head.name, retail.parent_id) == ("王芳", zhaolei.department_id)
    found = {row["department"].pk: row for row in rows}
    assert found[retail.pk]["depth"] == 1
    assert (found[zhaolei.department_id]["own"], found[zhaolei.department_id]["all"]) == (1, 3)
    for row in rows:
        for kind in ("own", "all"):
            address = row[f"{kind}_address"]
            assert client.get(address).context["cl"].result_count == row[kind], address


def test_what_no_department_may_be_is_refused_at_its_field(as_, zhoumin, liming, zhaolei):
    client, retail = as_(zhoumin), liming.department
    Department.objects.filter(pk=zhaolei.department_id).update(parent=retail)
    sent = {"name_zh": retail.name_zh, "name_en": "", "parent": "", "head": ""}
    for wrong, field in (
        ({"parent": zhaolei.department_id}, "parent"),
        ({"parent": retail.pk}, "parent"),
        ({"head": "E9999"}, "head"),
    ):
        page = client.post(f"{DEPARTMENTS}{retail.pk}/change/", {**sent, **wrong})
        assert field in page.context["adminform"].form.errors


def test_hr_edits_facts_and_sees_neither_roles_nor_account(as_, zhoumin, liming, chenjing):
    client = as_(zhoumin)
    page = client.get(f"{URL}{liming.pk}/change/")
    fields = page.context["adminform"].form.fields
    assert {"name", "department", "entered_on"} <= set(fields)
    assert {"roles", "is_active", "username"}.isdisjoint(fields)
    sent = of(liming, position="支行行长", position_since="2026-11-01", roles=["administrator"])
    client.post(f"{URL}{liming.pk}/change/", sent)
    changed = Person.objects.get(pk=liming.pk)
    assert (changed.position, changed.roles) == ("支行行长", {"manager"})
    assert Post.objects.get(person=liming).from_on.isoformat() == "2026-11-01"
    officer = client.get(f"{URL}{chenjing.pk}/change/").context["adminform"].form.fields
    assert {"name", "employee_number", "email"}.isdisjoint(officer) and "department" in officer


def test_an_office_taken_is_said(as_, admin, chenjing, told):
    done = as_(admin).post(f"{URL}{chenjing.pk}/change/", of(chenjing, roles=[]), follow=True)
    assert any("合规人员" in each for each in told(done))


def test_the_numbers_of_the_list_open_as_many(as_, chenjing, liming, zhaolei, overdue, accepted):
    accepted("contract")
    client = as_(chenjing)
    page = client.get(URL)
    rows = {person.pk: person for person in page.context["cl"].result_list}
    for person in (liming, zhaolei):
        own = rows[person.pk].duties
        for show in ("open", "late", "in-force"):
            address = f"{URL}{person.pk}/change/?show={show}"
            shown = client.get(address).context["overview"]["pledges"]["duties"]
            assert len(shown) == sum(duty.is_shown(show) for duty in own)
    assert [duty.late for duty in rows[liming.pk].duties] == [True, False]
    assert numbers(client, "?duties=late") == 1
    assert numbers(client, "?duties=open") == 2
    assert numbers(client, "?duties=in-force") == 1


def test_compliance_adds_somebody_to_a_task_and_reminds_them(
    as_, chenjing, zhoumin, wangfang, liming, overdue, monkeypatch
):
    client, page = as_(chenjing), f"{URL}{wangfang.pk}/task/"
    assert as_(zhoumin).get(page).status_code == 403
    client.post(page, {"task": overdue.pk})
    assert overdue.members.filter(person=wangfang, joined="by-hand").exists()
    assert client.post(page, {"task": overdue.pk}).context["form"].errors

    def reminds():
        overview = client.get(f"{URL}{liming.pk}/change/").context["overview"]
        return [each["remind"] for each in overview["pledges"]["members"]]

    (address,) = reminds()
    asked = client.get(address)
    assert (asked.status_code, [each.person for each in asked.context["named"]]) == (200, [liming])
    # Until the first notices have left, nobody is reminded of what they do not know.
    monkeypatch.setattr(timezone, "now", lambda: TODAY - timedelta(minutes=1))
    assert reminds() == [False]


def test_who_sees_no_pledges_is_told_of_none(as_, admin, liming, overdue):
    client = as_(admin)
    assert "late" not in client.get(URL).context["cl"].list_display
    assert client.get(f"{URL}{liming.pk}/change/").context["overview"]["pledges"] is None
    everybody = Person.objects.count()
    assert numbers(client, "?duties=late") == everybody


def test_every_count_of_a_filter_is_what_it_opens(as_, chenjing, overdue, newcomers, liming):
    Person.objects.filter(pk=liming.pk).update(left_on=TODAY.date() + DAY)
    client = as_(chenjing)
    found = client.get(f"{URL}?is_active__exact=1").context["cl"]
    checked = 0
    for spec in found.filter_specs:
        for choice in spec.choices(found):
            label = str(choice["display"])
            if label.endswith(")") and "(" in label:
                count = int(label[label.rindex("(") + 1 : -1])
                assert numbers(client, choice["query_string"]) == count, (spec.title, label)
                checked += 1
    assert checked > 10


def test_a_leave_is_recorded_and_ended(as_, zhoumin, liming):
    client, page = as_(zhoumin), f"{URL}{liming.pk}/absence/"
    days = {"from_on": "2026-11-20", "until_on": "2026-12-20", "delegate": "E1002"}
    assert "delegate" in client.post(page, {**days, "delegate": "E1001"}).context["form"].errors
    facts = {"from_on": "2026-12-20", "until_on": "2026-12-24", "recorded_at": TODAY}
    other = Leave.objects.create(person=Person.objects.get(employee_number="E1002"), **facts)
    assert "delegate" in client.post(page, days).context["form"].errors
    other.delete()
    client.post(page, days)
    leave = Leave.objects.get()
    assert (leave.delegate.name, leave.recorded_by) == ("王芳", zhoumin)
    assert numbers(client, "?employment=leave") == 1
    client.post(f"{page}{leave.pk}/end/")
    assert numbers(client, "?employment=leave") == 0


def test_a_leave_that_is_past_or_to_come_is_removed_and_said_so(as_, zhoumin, liming, told):
    client, today = as_(zhoumin), TODAY.date()
    for first in (-400, -5, 30):
        days = {"from_on": today + first * DAY, "until_on": today + (first + 10) * DAY}
        Leave.objects.create(person=liming, recorded_at=TODAY, **days)
    page = client.get(f"{URL}{liming.pk}/change/").content.decode()
    assert page.count('name="remove"') == 2 and page.count("/end/") == 3
    for leave in Leave.objects.exclude(from_on__lte=today, until_on__gte=today):
        address = f"{URL}{liming.pk}/absence/{leave.pk}/end/"
        (said,) = told(client.post(address, {"remove": "1"}, follow=True))
        assert str(said) == gettext("The leave has been removed.")
    assert Leave.objects.count() == 1


def test_a_delegate_is_named_in_any_width_and_a_name_is_told_to_be_none(as_, zhoumin, liming):
    client, page = as_(zhoumin), f"{URL}{liming.pk}/absence/"
    days = {"from_on": "2026-11-20", "until_on": "2026-12-20"}
    assert client.post(page, {**days, "delegate": "王芳"}).context["form"].errors["delegate"]
    client.post(page, {**days, "delegate": "Ｅ１００２　"})
    assert Leave.objects.get().delegate.name == "王芳"


def test_leaving_shows_what_follows_then_does_it_and_is_undone_by_a_return(
    as_, zhoumin, liming, draft, accepted, told
):
    kept, begun = accepted("contract"), draft()
    Department.objects.filter(pk=liming.department_id).update(head=liming)
    client, page = as_(zhoumin), f"{URL}{liming.pk}/leaving/"
    shown = client.get(page).content.decode()
    assert kept.number in shown and str(begun.version) in shown
    assert liming.department.name_zh in shown
    day = TODAY.date().isoformat()
    client.post(page, {"last_day": day}, follow=True)
    assert not Person.objects.get(pk=liming.pk).is_active
    assert numbers(client, "?employment=left") == 1
    back = f"{URL}{liming.pk}/return/"
    assert client.post(back, {"entered_on": day}).context["form"].errors
    client.post(back, {"entered_on": (TODAY.date() + DAY).isoformat()})
    assert Person.objects.get(pk=liming.pk).is_active


def many(client, name, people, **typed):
    return client.post(
        f"{URL}many/{name}/",
        {"people": ",".join(str(person.pk) for person in people), **typed},
        follow=True,
    )


def test_many_change_department_and_who_was_passed_over_is_told(
    as_, zhoumin, liming, wangfang, zhaolei, chenjing, told
):
    done = many(
        as_(zhoumin), "department", [liming, wangfang, zhaolei], department=zhaolei.department_id
    )
    assert Person.objects.filter(department=zhaolei.department_id).count() == 3
    said = " ".join(told(done))
    assert "赵磊" in said and "李明" not in said


def test_roles_for_many_wait_for_a_second_administrator(as_, admin, sunhao, liming, wangfang, told):
    client = as_(admin)
    many(client, "give", [liming], role="hr")
    assert Person.objects.get(pk=liming.pk).roles == {"manager", "hr"}
    people.save_person(sunhao, actor=SYSTEM, at=TODAY, roles=[Role.ADMINISTRATOR])
    many(client, "give", [liming, wangfang], role="auditor")
    assert Proposal.objects.filter(outcome="open").count() == 2
    many(client, "take", [liming], role="hr")
    assert Person.objects.get(pk=liming.pk).roles == {"manager"}


def test_many_are_deactivated_but_the_last_administrator(as_, admin, liming, wangfang, told):
    many(as_(admin), "deactivate", [liming, wangfang, admin])
    active = set(Person.objects.filter(is_active=True).values_list("username", flat=True))
    assert active.isdisjoint({"liming", "wangfang"}) and "admin" in active


def test_hr_is_offered_nothing_that_touches_roles(as_, zhoumin, wuying, liming):
    for person, name, status in (
        (zhoumin, "give", 403),
        (zhoumin, "deactivate", 403),
        (wuying, "department", 403),
        (wuying, "slips", 403),
        (zhoumin, "nonsense", 404),
    ):
        assert many(as_(person), name, [liming], role="hr").status_code == status


def test_everybody_without_a_password_is_invited_in_the_background(as_, zhoumin, newcomers):
    client = as_(zhoumin)
    asked = client.post(f"{URL}uninvited/invite/")
    assert asked.context["able"] == [newcomers[0]]
    done = many(client, "invite", newcomers)
    run = InvitationRun.objects.get()
    assert done.redirect_chain[0][0] == f"/admin/pledges/invitationrun/{run.pk}/change/"
    for _again in range(2):
        inviting_many.work(run.pk, clock=lambda: TODAY)
    run.refresh_from_db()
    assert run.finished_at
    assert Invitation.objects.filter(ended_at=None).get().person == newcomers[0]
    assert LedgerEntry.objects.filter(event="person.invited").count() == 1
    again = client.post(f"{URL}many/invite/", {"people": str(newcomers[0].pk)})
    assert again.status_code == 200 and not again.context["able"]


def test_somebody_who_chose_a_password_meanwhile_is_left_with_the_reason(zhoumin, newcomers):
    run = inviting_many.begin(newcomers[:1], actor=zhoumin, at=TODAY)
    newcomers[0].set_password("paper-desk-ink-42")
    newcomers[0].save()
    inviting_many.work(run.pk, clock=lambda: TODAY)
    assert run.items.get().reason == inviting_many.HAS_PASSWORD
    assert not Invitation.objects.exists()


def test_a_run_whose_worker_died_is_queued_again(zhoumin, newcomers):
    run = inviting_many.begin(newcomers[:1], actor=zhoumin, at=TODAY)
    assert inviting_many.begin(newcomers[:1], actor=zhoumin, at=TODAY) == run
    DBTaskResult.objects.all().delete()
    assert inviting_many.resume(TODAY) == 0
    assert inviting_many.resume(TODAY + timedelta(minutes=3)) == 1
    assert inviting_many.resume(TODAY + timedelta(minutes=3)) == 0


def test_slips_have_a_link_each_that_opens_once_and_ends_with_the_next_printing(
    as_, zhoumin, newcomers, client
):
    office = as_(zhoumin)
    first = many(office, "slips", newcomers, days="3")
    assert first["Content-Type"] == "application/pdf"
    pages = pypdfium2.PdfDocument(first.content)
    text = "".join(page.get_textpage().get_text_bounded() for page in pages)
    assert len(pages) == 1
    assert "新人N1" in text and "新人N2" in text and "新人N3" not in text
    slip = Invitation.objects.get(person=newcomers[1], ended_at=None)
    assert slip.expires_at == TODAY + timedelta(days=3)
    link = f"/accounts/invitation/{slip.pk}/{slip.key()}/"
    assert client.get(link).status_code == 200
    entry = LedgerEntry.objects.filter(event="invitation.printed").last()
    assert slip.key() not in "".join(each.leaf for each in LedgerEntry.objects.all())
    assert str(zhoumin.pk) in entry.leaf
    many(office, "slips", newcomers[1:2], days="3", again="on")
    assert client.get(link).status_code == 404
    newest = Invitation.objects.get(person=newcomers[1], ended_at=None)
    link = f"/accounts/invitation/{newest.pk}/{newest.key()}/"
    chosen = {"password1": "paper-desk-ink-42", "password2": "paper-desk-ink-42"}
    assert client.post(link, chosen).status_code == 302
    assert client.get(link).status_code == 404
    # The slip passed through HR's hands: what N2 signs with waits for somebody who met them.
    assert Person.objects.get(pk=newcomers[1].pk).must_be_met


def test_a_slip_that_was_lost_waits_for_nobody_longer_than_it_says(zhoumin, newcomers):
    inviting_many.print_slips(newcomers[1:2], days=3, actor=zhoumin, at=TODAY)
    open_at = Invitation.objects.open_at
    assert open_at(TODAY + timedelta(days=2)).exists()
    assert not open_at(TODAY + timedelta(days=3)).exists()


def test_the_page_of_slips_asks_first_and_leads_back_to_whom_it_is_about(as_, zhoumin, newcomers):
    client, person = as_(zhoumin), newcomers[1]
    page = f"{URL}{person.pk}/change/"
    sent = {"people": person.pk, "person": person.pk}
    shown = client.get(page).content.decode()
    assert all(f'name="{name}" value="{value}"' in shown for name, value in sent.items())
    arrived = client.post(f"{URL}many/slips/", {**sent, "ask": "1"})
    assert not arrived.context["errors"] and not Invitation.objects.exists()
    wrong = client.post(f"{URL}many/slips/", {**sent, "days": "0"})
    assert wrong.context["errors"]
    for answer in (arrived, wrong):
        text = answer.content.decode()
        assert f'class="btn btn-secondary" href="{page}"' in text
        assert f'name="person" value="{person.pk}"' in text and 'name="ask"' not in text
        assert (
            '<form class="middling" method="post" action="/admin/pledges/person/many/slips/">'
            in text
        )
    kept = {**sent, "days": "3"}
    assert client.post(f"{URL}many/slips/", kept)["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("address", ["many/slips/", "uninvited/invite/"])
def test_another_language_on_a_page_that_was_posted_to_leads_to_the_list(
    as_, zhoumin, address, told
):
    answer = as_(zhoumin).get(URL + address, follow=True)
    assert answer.redirect_chain == [(URL, 302)] and told(answer)


def test_nobody_prints_slips_without_end(as_, zhoumin, newcomers, monkeypatch):
    monkeypatch.setattr(people_acts, "print_slips", lambda slips, language: b"%PDF")
    client = as_(zhoumin)
    kinds = [
        many(client, "slips", newcomers[:1], days="3", again="on")["Content-Type"]
        for _time in range(7)
    ]
    assert [kind == "application/pdf" for kind in kinds] == [True] * 6 + [False]
