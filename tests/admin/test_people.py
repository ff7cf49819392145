"""People, departments and the organisation; the ledger's page."""

import html
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from pledges import wording
from pledges.actions import departments, people
from pledges.core.lifecycle import Role
from pledges.core.refusals import LedgerBroken, UnfitCharacter
from pledges.models import (
    Department,
    LedgerCheckpoint,
    LedgerEntry,
    Organisation,
    Person,
)
from pledges.storage import checkpoint_folder
from tests import baseline

URL = "/admin/pledges/person/"
FACTS = {
    "username": "zhoujie",
    "email": "zhoujie@example.com",
    "name": "周杰",
    "employee_number": "E3001",
    "position": "客户经理",
    "contact": "021-5555 0199",
    "language": "zh-hans",
    "is_active": "on",
}


def facts(**changes):
    department = Department.objects.get(name_zh="华东零售部")
    return {**FACTS, "department": department.pk, "roles": ["manager"], **changes}


def of(person, **changes):
    own = {name: getattr(person, name) for name in FACTS if name != "is_active"}
    return facts(**{**own, "department": person.department_id, **changes})


def test_an_administrator_creates_somebody_with_a_first_password(as_, admin, client):
    sent = facts(first_password="paper-desk-ink-42", roles=["manager", "compliance"])
    assert as_(admin).post(f"{URL}add/", sent).status_code == 302
    made = Person.objects.get(username="zhoujie")
    assert made.roles == {"manager", "compliance"}
    assert made.check_password("paper-desk-ink-42")
    assert (made.is_staff, made.is_superuser) == (True, False)
    entry = LedgerEntry.objects.get(event="person.created")
    assert entry.actor_id == admin.pk
    assert "周杰" not in entry.leaf


def test_without_a_first_password_the_account_waits_for_one_by_mail(as_, admin):
    as_(admin).post(f"{URL}add/", facts())
    assert not Person.objects.get(username="zhoujie").has_usable_password()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_password": "short"}, "first_password"),
        ({"first_password": "password1234"}, "first_password"),
        ({"email": ""}, "first_password"),
        ({"employee_number": "E1001"}, "employee_number"),
        ({"username": "liming"}, "username"),
        ({"username": "LiMing"}, "username"),
        ({"username": "liming@example.com"}, "username"),
        ({"employee_number": "e1001"}, "employee_number"),
        ({"department": ""}, "department"),
        ({"roles": ["king"]}, "roles"),
        ({"email": "LIMING@example.com"}, "__all__"),
        ({"email": "no address"}, "email"),
    ],
)
def test_wrong_facts_are_refused_at_their_field(as_, admin, changes, field):
    response = as_(admin).post(f"{URL}add/", facts(**changes))
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]


def test_a_form_that_is_refused_stays_that_of_the_person_on_record(as_, admin, liming):
    sent = of(liming, employee_number="X-77", email="no address")
    page = as_(admin).post(f"{URL}{liming.pk}/change/", sent)
    assert list(page.context["adminform"].form.errors) == ["email"]
    assert f"<h1>{liming}</h1>" in page.content.decode()
    assert page.context["adminform"].form["employee_number"].value() == "X-77"


def test_nobody_is_kept_out_by_an_account_of_nearly_their_name(as_, admin, client):
    as_(admin).post(f"{URL}add/", facts(username="CHENJING", first_password="paper-desk-ink-42"))
    typed = {"login": "chenjing", "password": baseline.PASSWORD}
    assert client.post("/accounts/login/", typed).status_code == 302


@pytest.mark.parametrize("field", ["username", "email", "name", "position", "contact"])
@pytest.mark.parametrize(
    ("character", "named"),
    [
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\U000e0041", "U+E0041 TAG LATIN CAPITAL LETTER A"),
        ("\u3164", "U+3164 HANGUL FILLER"),
        ("\n", "U+000A"),
    ],
)
def test_names_that_are_not_what_they_look_like_are_refused(
    as_, admin, liming, field, character, named
):
    told = {}
    for url, sent in ((f"{URL}add/", facts()), (f"{URL}{liming.pk}/change/", of(liming))):
        sent[field] = sent[field][:1] + character + sent[field][1:]
        response = as_(admin).post(url, {**sent, "first_password": "paper-desk-ink-42"})
        assert response.status_code == 200
        told[url] = " ".join(response.context["adminform"].form.errors[field])
    # What a form refuses for another reason, such as an address with a line break, it names so.
    assert field in ("username", "email") or all(named in each for each in told.values()), told
    before = liming.__dict__[field]
    liming.refresh_from_db()
    assert getattr(liming, field) == before


@pytest.mark.parametrize("role", ["person", "department", "organisation"])
def test_whoever_enters_names_without_a_form_is_refused_likewise(admin, liming, now, role):
    """As imports and commands do; what stands there from earlier hinders no other change."""
    thing = {
        "person": liming,
        "department": liming.department,
        "organisation": Organisation.current(),
    }[role]
    save = getattr(departments if role == "department" else people, f"save_{role}")
    field = "name" if role == "person" else "name_zh"
    setattr(thing, field, "李\u2066明")
    with pytest.raises(UnfitCharacter) as refused:
        save(thing, actor=admin, at=now)
    assert "U+2066 LEFT-TO-RIGHT ISOLATE" in wording.refusal(refused.value)
    type(thing).objects.filter(pk=thing.pk).update(**{field: "李\u2066明"})
    save(thing, actor=admin, at=now)
    assert not Person.objects.filter(username="zhoujie").exists()


def test_roles_are_changed_and_the_password_is_not(as_, admin, liming):
    password = liming.password
    sent = of(liming, roles=["hr"], password="x", is_superuser="on", is_staff="on")
    as_(admin).post(f"{URL}{liming.pk}/change/", sent)
    changed = Person.objects.get(pk=liming.pk)
    assert changed.roles == {"hr"}
    assert changed.password == password
    assert not changed.is_superuser
    assert (
        "password"
        not in as_(admin).get(f"{URL}{liming.pk}/change/").context["adminform"].form.fields
    )


def test_somebody_deactivated_keeps_their_roles_for_later(as_, admin, liming):
    sent = of(liming)
    del sent["is_active"]
    as_(admin).post(f"{URL}{liming.pk}/change/", sent)
    changed = Person.objects.get(pk=liming.pk)
    assert not changed.is_active
    assert changed.roles == frozenset()
    assert list(changed.groups.values_list("name", flat=True)) == ["manager"]


@pytest.mark.parametrize("how", ["role", "account"])
def test_the_last_administrator_stays_one(as_, admin, told, how):
    sent = of(admin, roles=["hr"] if how == "role" else ["administrator"])
    if how == "account":
        del sent["is_active"]
    response = as_(admin).post(f"{URL}{admin.pk}/change/", sent, follow=True)
    assert told(response)
    kept = Person.objects.get(pk=admin.pk)
    assert kept.is_active
    assert Role.ADMINISTRATOR in kept.roles


def test_with_another_administrator_one_may_step_down(as_, admin, sunhao):
    as_(admin).post(f"{URL}{sunhao.pk}/change/", of(sunhao, roles=["compliance", "administrator"]))
    as_(admin).post(f"{URL}{admin.pk}/change/", of(admin, roles=[]))
    assert Person.objects.get(pk=admin.pk).roles == frozenset()


@pytest.mark.parametrize(
    ("username", "status", "name"),
    [("chenjing", 403, "李明"), ("zhoumin", 302, "李铭"), ("wuying", 403, "李明")],
)
def test_others_read_people_and_change_no_more_than_is_theirs(
    as_, request, liming, username, status, name
):
    """HR keeps the facts of those without an office: `test_people_pages.py`."""
    client = as_(request.getfixturevalue(username))
    page = client.get(f"{URL}{liming.pk}/change/")
    assert page.status_code == 200
    assert "李明" in page.content.decode()
    assert liming.password not in page.content.decode()
    sent = of(liming, name="李铭", roles=["administrator"])
    assert client.post(f"{URL}{liming.pk}/change/", sent).status_code == status
    assert client.post(f"{URL}add/", facts()).status_code == 403
    changed = Person.objects.get(pk=liming.pk)
    assert (changed.name, changed.roles) == (name, {"manager"})


def test_the_organisation_is_renamed_through_the_ledger(as_, admin):
    address = "/admin/pledges/organisation/1/change/"
    sent = {
        "name_zh": "示例信托有限公司",
        "name_en": "Example Trust",
        "time_zone": "Asia/Shanghai",
        "number_prefix": "XT",
        "signing": "passkey",
        "pledge_contact": "合规部 021-5555",
        "notices_from": "8",
        "notices_until": "18",
    }
    assert as_(admin).post(address, sent).status_code == 302
    assert Organisation.current().number_prefix == "XT"
    assert Organisation.current().pledge_contact == "合规部 021-5555"
    entry = LedgerEntry.objects.get(event="organisation.changed")
    assert "示例信托" not in entry.leaf and "021-5555" not in entry.leaf
    assert '"pledge_contact"' in entry.leaf
    for wrong in (
        *({"time_zone": "Mars/Base"}, {"number_prefix": "x y"}, {"name_zh": ""}),
        {"pledge_contact": "合规\u202e部"},
        *({"notices_until": "8"}, {"notices_until": "25"}, {"notices_from": ""}),
    ):
        assert as_(admin).post(address, {**sent, **wrong}).status_code == 200
    as_(admin).post(address, sent)
    assert LedgerEntry.objects.filter(event="organisation.changed").count() == 1


def test_departments_are_made_and_renamed_but_signed_pledges_keep_the_name(as_, admin, signed):
    pledge = signed()
    department = Department.objects.get(name_zh="华东零售部")
    as_(admin).post(
        f"/admin/pledges/department/{department.pk}/change/", {"name_zh": "华东部", "name_en": ""}
    )
    as_(admin).post("/admin/pledges/department/add/", {"name_zh": "华北部", "name_en": "North"})
    assert Department.objects.filter(name_zh="华北部").exists()
    pledge.refresh_from_db()
    assert pledge.signer_department == "华东零售部"
    assert LedgerEntry.objects.filter(event="department.changed").count() == 2


def test_auditors_read_the_ledger_and_check_it(as_, wuying, admin, signed, told):
    signed()
    page = as_(wuying).get("/admin/pledges/ledgerentry/").content.decode()
    assert "李明" in page
    address = "/admin/pledges/ledgerentry/check/"
    assert as_(admin).post(address).status_code == 403
    said = told(as_(wuying).post(address, follow=True))
    assert len(said) == 1
    assert str(LedgerEntry.objects.count()) in said[0]
    assert str(LedgerCheckpoint.objects.latest("size").size) in said[0]
    assert as_(wuying).post("/admin/pledges/ledgerentry/1/change/", {}).status_code == 403


def test_auditors_see_what_was_published(as_, wuying, signed):
    signed()
    checkpoint = LedgerCheckpoint.objects.latest("size")
    page = f"/admin/pledges/ledgercheckpoint/{checkpoint.pk}/change/"
    shown = as_(wuying).get(page).content.decode()
    assert html.escape(checkpoint.note) in shown
    assert as_(wuying).post(page, {}).status_code == 403
    entry = as_(wuying).get("/admin/pledges/ledgerentry/1/change/").content.decode()
    assert page in entry


def test_auditors_are_told_when_the_ledger_is_not_what_was_published(as_, wuying, signed, told):
    signed()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("ledgercheckpoint", "ledgeropening", "ledgerentry"):
            cursor.execute(f"ALTER TABLE pledges_{table} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM pledges_{table}")
    said = told(as_(wuying).post("/admin/pledges/ledgerentry/check/", follow=True))
    assert len(said) == 1
    checkpoint_folder.publish(Path(settings.CHECKPOINTS_DIR), 10**6, "not a checkpoint")
    said = told(as_(wuying).post("/admin/pledges/ledgerentry/check/", follow=True))
    assert said == [wording.refusal(LedgerBroken(""))]


def test_who_opens_an_account_learns_that_an_invitation_is_on_its_way(as_, admin, told):
    said = told(as_(admin).post(f"{URL}add/", facts(email="zhou@example.com"), follow=True))
    assert any("zhou@example.com" in each for each in said)


def test_a_weak_first_password_is_not_called_missing(as_, admin):
    page = as_(admin).post(f"{URL}add/", facts(email="", first_password="zhoujie20260101"))
    said = page.context["adminform"].form.errors["first_password"].data
    assert {each.code for each in said} == {"easily_guessed"}


def test_the_number_of_active_accounts_opens_just_those(as_, admin, liming):
    Person.objects.filter(pk=liming.pk).update(is_active=False)
    client = as_(admin)
    figures = {str(each.label): each for each in client.get("/admin/").context["dashboard"]}
    shown = client.get(figures["启用的账号"].address).context["cl"].result_count
    assert shown == figures["启用的账号"].count
