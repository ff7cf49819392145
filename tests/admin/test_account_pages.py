"""How an account is handed over, on the person's page: invitations, first passwords, confirming."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import access
from pledges.actions import enrolment, invitations, passwords, people
from pledges.models import Department, Invitation, LedgerEntry, Person

pytestmark = pytest.mark.django_db

ADD = "/admin/pledges/person/add/"
FIRST = "otter-lantern-quilt-fern"


def page_of(person, name="change", *more):
    return reverse(f"admin:pledges_person_{name}", args=[person.pk, *more])


def text(answer):
    return answer.content.decode()


@pytest.fixture
def add(as_, admin):
    def post(**changes):
        sent = {
            "username": "zhoujie",
            "email": "zhoujie@example.com",
            "name": "周杰",
            "employee_number": "E3001",
            "position": "客户经理",
            "contact": "",
            "language": "zh-hans",
            "is_active": "on",
            "department": Department.objects.get(name_zh="华东零售部").pk,
            "roles": ["manager"],
        }
        return as_(admin).post(ADD, {**sent, **changes}, follow=True)

    return post


def made():
    return Person.objects.get(username="zhoujie")


def test_a_new_account_is_invited_unless_it_has_a_first_password(add, admin):
    add()
    invitation = Invitation.objects.get(person=made())
    assert invitation.email == "zhoujie@example.com" and invitation.ended_at is None
    assert made().handover == "link" and not made().has_usable_password()


def test_a_first_password_has_to_be_changed_and_invites_nobody(add):
    add(first_password=FIRST)
    assert made().check_password(FIRST) and made().must_change_password
    assert made().handover == "password"
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "password", ["zhoujie-2026!", "E3001-E3001-E3001", "华东零售部2026华东零售部"]
)
def test_a_first_password_is_judged_by_what_is_typed_beside_it(add, password):
    page = add(first_password=password)
    assert "first_password" in page.context["adminform"].form.errors
    assert not Person.objects.filter(username="zhoujie").exists()


def test_an_account_that_is_not_in_use_is_not_invited(add):
    add(is_active="")
    assert made() and not Invitation.objects.exists()


def test_the_page_says_how_the_invitation_stands_and_sends_another(add, as_, admin):
    add()
    client = as_(admin)
    page = text(client.get(page_of(made())))
    assert "zhoujie@example.com" in page and "链接有效至" in page
    first = Invitation.objects.get()
    again = client.post(page_of(made(), "invite"), follow=True)
    assert "邀请邮件即将发往" in text(again)
    assert Invitation.objects.get(ended_at=None) != first
    withdrawn = client.post(page_of(made(), "withdraw_invitation"), follow=True)
    assert "邀请已撤回" in text(withdrawn) and "链接有效至" not in text(withdrawn)
    assert not Invitation.objects.filter(ended_at=None).exists()
    assert "已失效" in text(client.post(page_of(made(), "withdraw_invitation"), follow=True))


def test_an_invitation_that_has_run_out_says_so(add, as_, admin):
    add()
    Invitation.objects.update(expires_at=timezone.now())
    page = text(as_(admin).get(page_of(made())))
    assert "邀请未使用" in page and page_of(made(), "invite") in page


def test_who_has_a_password_is_not_invited(as_, admin, liming):
    client = as_(admin)
    assert page_of(liming, "invite") not in text(client.get(page_of(liming)))
    told = client.post(page_of(liming, "invite"), follow=True)
    assert "已有自己的密码" in text(told)


def test_a_password_set_for_somebody_is_a_first_password(as_, admin, liming):
    client = as_(admin)
    page = client.get(page_of(liming, "set_password"))
    assert 'autocomplete="new-password"' in text(page)
    weak = client.post(page_of(liming, "set_password"), {"first_password": "liming-20261129"})
    assert weak.status_code == 200 and "容易被猜到" in text(weak)
    client.post(page_of(liming, "set_password"), {"first_password": FIRST})
    changed = Person.objects.get(pk=liming.pk)
    assert changed.check_password(FIRST) and changed.must_change_password
    assert LedgerEntry.objects.get(event="password.set").actor_id == admin.pk


def test_nobody_sets_a_first_password_for_themselves(as_, admin):
    client = as_(admin)
    assert page_of(admin, "set_password") not in text(client.get(page_of(admin)))
    assert client.post(page_of(admin, "set_password"), {"first_password": FIRST}).status_code == 403


# --- A second person ----------------------------------------------------------------------------
@pytest.fixture
def waiting(add, passkey):
    add(first_password=FIRST)
    passwords.choose(made(), "walnut-harbour-thimble-snail", at=timezone.now())
    return passkey(made(), at=timezone.now()).waiting


@pytest.mark.parametrize("who", ["chenjing", "zhoumin"])
def test_an_officer_compares_the_code_and_confirms(as_, request, waiting, who):
    officer = request.getfixturevalue(who)
    client = as_(officer)
    confirm = page_of(made(), "vouch", waiting.digest)
    assert confirm in text(client.get(page_of(made())))
    asks = text(client.get(confirm))
    assert waiting.record.code in asks and "周杰" in asks
    assert not enrolment.enrolled(made())
    done = client.post(confirm, follow=True)
    assert "可用于签署文件" in text(done)
    assert [each.credential for each in enrolment.enrolled(made())] == [waiting.credential]
    assert LedgerEntry.objects.get(event="enrolment.confirmed").actor_id == officer.pk
    assert "不再等待确认" in text(client.post(confirm, follow=True))


@pytest.mark.parametrize("who", ["admin", "wuying"])
def test_whoever_opened_the_account_and_auditors_see_the_code_and_cannot(
    as_, request, waiting, who
):
    client = as_(request.getfixturevalue(who))
    confirm = page_of(made(), "vouch", waiting.digest)
    page = text(client.get(page_of(made())))
    assert waiting.record.code in page and confirm not in page
    assert client.get(confirm).status_code == client.post(confirm).status_code == 403
    assert not enrolment.enrolled(made())


def test_a_later_passkey_is_not_offered_for_confirmation(as_, chenjing, liming, passkey):
    passkey(liming)
    later = passkey(liming, at=timezone.now()).waiting
    client, confirm = as_(chenjing), page_of(liming, "vouch", later.digest)
    page = text(client.get(page_of(liming)))
    assert later.record.code in page and confirm not in page
    assert "此前已有通行密钥" in text(client.post(confirm, follow=True))
    assert len(enrolment.enrolled(liming)) == 1


def test_nothing_is_done_to_what_an_erased_person_left(as_, admin, zhaolei):
    Person.objects.filter(pk=zhaolei.pk).update(
        erased_at=timezone.now(), is_active=False, name="—", email="", position="", contact=""
    )
    assert as_(admin).post(page_of(zhaolei, "invite")).status_code == 404
    assert as_(admin).get(page_of(zhaolei, "set_password")).status_code == 404
    with pytest.raises(access.Denied):
        invitations.invite(Person.objects.get(pk=zhaolei.pk), actor=admin, at=timezone.now())


def test_an_administrator_signs_somebody_out_everywhere(as_, admin, liming, client):
    client.force_login(liming)
    administrator = as_(admin)
    assert page_of(liming, "end_sessions") in text(administrator.get(page_of(liming)))
    assert "1" in text(administrator.post(page_of(liming, "end_sessions"), follow=True))
    assert client.get("/")["Location"].startswith("/accounts/login/")
    entry = LedgerEntry.objects.get(event="sessions.ended")
    assert (entry.actor_id, entry.subject) == (admin.pk, f"person:{liming.pk}")
    assert DBTaskResult.objects.filter(args_kwargs__args__0="sessions_ended").count() == 1
    assert administrator.get("/admin/").status_code == 200


def test_a_deactivated_account_comes_back_without_its_sessions(admin, liming, client, now):
    client.force_login(liming)
    for active in (False, True):
        liming.is_active = active
        people.save_person(liming, actor=access.SYSTEM, at=now)
    assert client.get("/")["Location"].startswith("/accounts/login/")
