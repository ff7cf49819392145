"""Whoever opens an account cannot sign as its owner: a second person has met them before."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from pledges import access, audit, verification
from pledges.access import Act
from pledges.actions import (
    apps,
    authenticating,
    enrolling,
    enrolment,
    invitations,
    passwords,
    pending,
    people,
    preparing,
    signing,
    vouching,
)
from pledges.actions.pending import Waiting
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import (
    Department,
    Excuse,
    Organisation,
    PaperPledge,
    Person,
    Roster,
    SigningTask,
    TaskMember,
)
from pledges.notices import accounts
from pledges.proof.messages.wording import say
from pledges.proof.passkeys.ceremony import introduction_challenge
from pledges.storage import document_store
from tests import baseline
from tests.cast import request_by_code, request_by_passkey

pytestmark = pytest.mark.django_db

FIRST = "otter-lantern-quilt-fern"
OWN = "walnut-harbour-thimble-snail"


@pytest.fixture
def opened(admin, now):
    """Opens an account for 周杰: `how` is with a first password or with a link."""

    def make(how):
        person = Person(
            username="zhoujie",
            name="周杰",
            email="zhoujie@example.com",
            employee_number="E3001",
            position="客户经理",
            contact="021-5555 0100",
            department=Department.objects.get(name_zh="华东零售部"),
        )
        people.save_person(person, actor=admin, at=now, roles=[Role.MANAGER])
        if how == "password":
            passwords.set_first(person, FIRST, actor=admin, at=now)
            person.refresh_from_db()
            passwords.choose(person, OWN, at=now)
        elif how == "link":
            invitations.accept(invitations.invite(person, actor=admin, at=now), OWN, at=now)
        person.refresh_from_db()
        return person

    return make


@pytest.fixture
def set_up(passkey, now):
    """Sets up a way to sign, and gives what waits for confirmation, if it has to."""

    def make(person, way):
        if way == "passkey":
            return passkey(person).waiting
        baseline.TOTP.activate(person, baseline.totp_secret(person.username))
        made = apps.register(actor=person, at=now)
        return made if isinstance(made, Waiting) else None

    return make


def signs(person):
    return authenticating.Ways(person).any


WAYS = pytest.mark.parametrize("way", ["passkey", "app"])


# --- What waits ---------------------------------------------------------------------------------
@WAYS
@pytest.mark.parametrize(
    ("how", "setting", "waits"),
    [
        ("password", False, True),
        ("password", True, True),
        ("link", False, False),
        ("link", True, True),
        # “Forgot your password?” goes to the same address, which somebody else entered.
        ("neither", False, False),
        ("neither", True, True),
    ],
)
def test_after_a_first_password_always_and_after_a_link_by_setting(
    opened, set_up, how, setting, waits, way
):
    Organisation.objects.update(meet_invited=setting)
    person = opened(how)
    waiting = set_up(person, way)
    assert bool(waiting) is waits
    assert signs(person) is not waits


@WAYS
def test_whoever_set_the_password_and_came_first_signs_nothing(opened, set_up, way, draft, now):
    """The administrator signs in as the person, changes the password, and sets up a way to sign."""
    person = opened("password")
    waiting = set_up(person, way)
    pledge = draft(person=person)
    intent = preparing.prepare(pledge, actor=person, at=now)
    with pytest.raises((refusals.MethodNotAllowed, refusals.PasskeyRefused)):
        done = request_by_code(person, at=now, password=OWN, code="123456")
        signing.sign(intent, actor=person, at=now, request=done)
    assert waiting and not signs(person)


# --- Who confirms -------------------------------------------------------------------------------
@WAYS
@pytest.mark.parametrize("officer", ["chenjing", "zhoumin"])
def test_a_second_person_confirms_and_the_ledger_says_who(
    opened, set_up, way, officer, request, now
):
    person, actor = opened("password"), request.getfixturevalue(officer)
    waiting = set_up(person, way)
    vouching.vouch(waiting, actor=actor, at=now)
    person.refresh_from_db()
    assert signs(person) and person.handover == "" and pending.waiting(person, now) == []
    confirmed = audit.trail(person).get(event="enrolment.confirmed")
    assert confirmed.actor_id == actor.pk and waiting.digest in confirmed.leaf
    enrolled = audit.trail(person).get(event=f"{way}.enrolled")
    assert '"introduced_by":"officer"' in enrolled.leaf and waiting.digest in enrolled.leaf
    assert list(audit.verify()) == []


@WAYS
def test_nobody_confirms_whom_they_invited_or_whose_password_they_set(
    opened, set_up, way, admin, sunhao, now
):
    person = opened("neither")
    sunhao.groups.add(*admin.groups.all())
    sunhao = Person.objects.get(pk=sunhao.pk)
    passwords.set_first(person, FIRST, actor=sunhao, at=now)
    person.refresh_from_db()
    waiting = set_up(person, way)
    # One has opened the account, the other has set the password; the later does not undo it.
    for actor in (admin, sunhao):
        with pytest.raises(access.Denied):
            vouching.vouch(waiting, actor=actor, at=now + timedelta(hours=23))
    assert not signs(person)


def test_nor_whose_address_they_changed(opened, set_up, admin, sunhao, now):
    """With the address of their own they could have had a link sent, and been the person."""
    person = opened("link")
    sunhao.groups.add(*admin.groups.all())
    sunhao = Person.objects.get(pk=sunhao.pk)
    person.email = "sunhao-himself@example.com"
    people.save_person(person, actor=sunhao, at=now)
    waiting = set_up(person, "passkey")
    with pytest.raises(access.Denied):
        vouching.vouch(waiting, actor=sunhao, at=now)


@pytest.mark.parametrize("who", ["liming", "wuying", "zhoujie"])
def test_neither_managers_nor_auditors_nor_the_person(opened, set_up, who, now):
    person = opened("password")
    waiting = set_up(person, "passkey")
    with pytest.raises(access.Denied):
        vouching.vouch(waiting, actor=Person.objects.get(username=who), at=now)


@pytest.mark.parametrize("how", ["password", "link"])
def test_nor_an_account_that_was_made_for_the_purpose(opened, set_up, chenjing, how, now):
    """Who has to be met themselves is nobody's witness."""
    person = opened("password")
    waiting = set_up(person, "passkey")
    Person.objects.filter(pk=chenjing.pk).update(handover=how)
    witness = Person.objects.get(pk=chenjing.pk)
    with pytest.raises(access.Denied):
        vouching.vouch(waiting, actor=witness, at=now)
    own = set_up(witness, "app")
    enrolling.permit(own, actor=access.SYSTEM, at=now)
    witness = Person.objects.get(pk=chenjing.pk)
    assert vouching.vouch(waiting, actor=witness, at=now)


def test_the_first_administrator_is_confirmed_on_the_server(db, now, set_up, monkeypatch):
    from pledges.management.commands import create_administrator

    monkeypatch.setattr(create_administrator, "getpass", lambda prompt: FIRST)
    call_command(
        *("create_administrator", "--username=first", "--email=first@example.com"),
        *("--name=第一", "--employee-number=S0001", "--department=总部"),
    )
    person = Person.objects.get(username="first")
    assert person.must_change_password
    waiting = set_up(person, "passkey")
    assert waiting and not access.allows(person, Act.CONFIRM_ENROLMENT, person)
    enrolling.permit(waiting, actor=access.SYSTEM, at=now)
    assert not Person.objects.get(pk=person.pk).must_be_met


# --- What is confirmed --------------------------------------------------------------------------
def test_a_second_person_does_not_take_the_place_of_an_earlier_passkey(
    passkey, liming, admin, chenjing, now
):
    """Whoever writes the database could otherwise be an officer, and enrol a key of their own."""
    passkey(liming)
    passwords.set_first(liming, FIRST, actor=admin, at=now)
    later = passkey(liming).waiting
    with pytest.raises(refusals.HadPasskey):
        vouching.vouch(later, actor=chenjing, at=now)
    assert len(enrolment.enrolled(liming)) == 1


def test_a_number_that_was_anothers_is_for_the_server_alone(opened, passkey, liming, chenjing, now):
    passkey(liming)
    person = opened("password")
    Person.objects.filter(pk=liming.pk).update(employee_number="gone")
    Person.objects.filter(pk=person.pk).update(employee_number="E1001")
    person.refresh_from_db()
    with pytest.raises(refusals.NotIntroduced):
        vouching.vouch(passkey(person).waiting, actor=chenjing, at=now)


@WAYS
def test_whoever_stayed_signed_in_from_before_is_signed_out(
    opened, set_up, way, chenjing, client, now
):
    """The password was changed, and the new one passed on: two know it, and one is in already."""
    person = opened("password")
    client.force_login(person)
    vouching.vouch(set_up(person, way), actor=chenjing, at=now)
    assert client.get("/accounts/2fa/")["Location"].startswith("/accounts/login/")


@WAYS
def test_it_is_confirmed_once_and_in_time(opened, set_up, way, chenjing, now):
    person = opened("password")
    waiting = set_up(person, way)
    with pytest.raises(refusals.PendingGone):
        vouching.vouch(waiting, actor=chenjing, at=now + timedelta(hours=24))
    vouching.vouch(waiting, actor=chenjing, at=now)
    with pytest.raises(refusals.PendingGone):
        vouching.vouch(waiting, actor=chenjing, at=now)


@WAYS
def test_who_enrolled_before_the_organisation_asked_for_it_was_not_asked(opened, set_up, way):
    """Or nobody could be a witness on the day on which it begins to ask."""
    Organisation.objects.update(meet_invited=False)
    person = opened("link")
    set_up(person, way)
    Organisation.objects.update(meet_invited=True)
    assert not Person.objects.get(pk=person.pk).must_be_met


def test_an_app_set_up_anew_is_not_the_one_that_was_confirmed(opened, set_up, chenjing, now):
    person = opened("password")
    waiting = set_up(person, "app")
    Authenticator.objects.filter(user=person).delete()
    TOTP.activate(person, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    with pytest.raises(refusals.PendingGone):
        vouching.vouch(waiting, actor=chenjing, at=now)
    assert not signs(person)
    again = apps.register(actor=person, at=now)
    assert again.record.code != waiting.record.code
    vouching.vouch(again, actor=chenjing, at=now)
    assert signs(person)


def test_an_app_that_lapsed_may_wait_again_and_its_owner_is_told(
    opened, set_up, chenjing, now, mailoutbox
):
    person = opened("password")
    set_up(person, "app")
    later = now + timedelta(hours=24)
    assert pending.lapse(later) == 1
    (mail,) = DBTaskResult.objects.filter(args_kwargs__args__0="app_lapsed")
    accounts.send.func(*mail.args_kwargs["args"])
    assert "未获确认" in mailoutbox[0].subject
    again = apps.register(actor=person, at=later)
    assert apps.register(actor=person, at=later) == again
    vouching.vouch(again, actor=chenjing, at=later)
    assert signs(person)


def test_an_earlier_passkey_confirms_an_app(opened, set_up, passkey, chenjing, now, admin):
    person = opened("password")
    first = passkey(person)
    vouching.vouch(first.waiting, actor=chenjing, at=now)
    passwords.set_first(person, FIRST, actor=admin, at=now)
    person.refresh_from_db()
    waiting = set_up(person, "app")
    answer = first.answer(introduction_challenge(waiting.digest))
    enrolling.confirm(waiting, answer, actor=person, at=now)
    assert apps.enrolled(person)


def test_once_met_a_later_app_waits_for_nobody(opened, set_up, chenjing, now):
    person = opened("password")
    vouching.vouch(set_up(person, "passkey"), actor=chenjing, at=now)
    person.refresh_from_db()
    assert set_up(person, "app") is None and apps.enrolled(person)


# --- What is proved -----------------------------------------------------------------------------
@pytest.mark.usefixtures("judging_service")
def test_the_file_says_that_a_second_person_confirmed_the_key(
    opened, passkey, chenjing, draft, now
):
    person = opened("password")
    key = passkey(person)
    vouching.vouch(key.waiting, actor=chenjing, at=now)
    person.refresh_from_db()
    intent = preparing.prepare(draft(person=person), actor=person, at=now)
    done = request_by_passkey(key, intent)
    pledge = signing.sign(intent, actor=person, at=now + timedelta(minutes=1), request=done)
    file = document_store.get(pledge.documents.get().sha256)
    judged = verification.judge(file, at=now + timedelta(days=1))
    (line,) = [each for each in judged.verdict.lines if each.reason == "passkey-verified"]
    assert line.values["introduced"] == "officer"
    assert "经另一人当面核对后确认" in say(line, "zh-hans")
    assert "confirmed in person by a second person" in say(line, "en")


# --- Whom a mail tells --------------------------------------------------------------------------
@WAYS
@pytest.mark.parametrize(("language", "words"), [("zh-hans", "签署"), ("en", "met you")])
def test_a_mail_tells_the_person_of_every_way_to_sign(
    opened, set_up, way, chenjing, now, mailoutbox, language, words
):
    person = opened("password")
    vouching.vouch(set_up(person, way), actor=chenjing, at=now)
    Person.objects.filter(pk=person.pk).update(language=language)
    (task,) = DBTaskResult.objects.filter(args_kwargs__args__0="enrolled")
    accounts.send.func(*task.args_kwargs["args"])
    (mail,) = mailoutbox
    assert mail.to == [person.email] and words in mail.body and "/accounts/2fa/" in mail.body


@WAYS
def test_also_where_nobody_had_to_confirm_it(set_up, zhaolei, way):
    Authenticator.objects.filter(user=zhaolei).delete()
    assert set_up(zhaolei, way) is None
    assert DBTaskResult.objects.filter(args_kwargs__args__0="enrolled").count() == 1


# --- How somebody comes by an account, and what changes it --------------------------------------
def test_saving_a_persons_facts_changes_nothing_about_how_they_sign_in(opened, admin, now):
    person = opened("password")
    stale = Person.objects.get(pk=person.pk)
    passwords.choose(person, "third-walnut-harbour-thimble", at=now)
    stale.set_password("smuggled-walnut-harbour")
    stale.handover, stale.must_change_password, stale.position = "", True, "经理"
    people.save_person(stale, actor=admin, at=now)
    kept = Person.objects.get(pk=person.pk)
    assert kept.check_password("third-walnut-harbour-thimble") and kept.position == "经理"
    assert (kept.handover, kept.must_change_password) == ("password", False)


@pytest.mark.parametrize(("enrols", "met"), [(True, True), (False, False)])
def test_whoever_has_no_way_to_sign_is_met_when_somebody_changed_their_address(
    passkey, admin, now, enrols, met
):
    person = Person.objects.get(username="wuying")
    if enrols:
        passkey(person)
    person.email = "elsewhere@example.com"
    people.save_person(person, actor=admin, at=now)
    assert Person.objects.get(pk=person.pk).must_be_met is not met


def test_a_first_password_is_told_and_ends_every_session(client, liming, admin, now):
    client.force_login(liming)
    passwords.set_first(liming, FIRST, actor=admin, at=now)
    assert client.get("/").status_code == 302
    assert DBTaskResult.objects.filter(args_kwargs__args__0="first_password").count() == 1
    changed = Person.objects.get(pk=liming.pk)
    assert changed.must_change_password and changed.must_be_met
    assert FIRST not in audit.trail(liming).last().leaf


def test_whoever_has_to_be_met_is_nobodys_second_person(sunhao, admin, liming, chenjing):
    """HR prints the slip of somebody who becomes an officer, and uses it: that is HR once more."""
    about = {
        Act.CONFIRM_CANCELLATION: (sunhao, SigningTask(cancellation_asked_by=chenjing)),
        Act.APPROVE_EXCUSE: (
            sunhao, Excuse(member=TaskMember(person=liming), asked_by=chenjing),
        ),
        Act.CONFIRM_PAPER: (sunhao, PaperPledge(person=liming, filed_by=chenjing)),
        Act.CONFIRM_ROSTER: (admin, Roster(asked_by=chenjing)),
    }  # fmt: skip
    for act, (actor, subject) in about.items():
        assert access.allows(actor, act, subject), act
        actor.handover = Person.Handover.PASSWORD
        assert not access.allows(actor, act, subject), act
        actor.handover = ""
