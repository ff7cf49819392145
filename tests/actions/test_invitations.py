"""Invitations: one link, one use, one address, 48 hours; and what the queue holds of it."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import access, audit
from pledges.access import SYSTEM
from pledges.actions import erasure, invitations, passwords, people
from pledges.core import refusals
from pledges.core.lifecycle import Role
from pledges.models import Department, Invitation, Person
from pledges.notices.accounts import send

pytestmark = pytest.mark.django_db

CHOSEN = "otter-lantern-quilt-fern"
HOURS_48 = timedelta(hours=48)


@pytest.fixture
def newcomer(admin, now):
    """Somebody whose account an administrator has just opened."""
    person = Person(
        username="zhoujie",
        name="周杰",
        email="zhoujie@example.com",
        employee_number="E3001",
        department=Department.objects.get(name_zh="华东零售部"),
    )
    return people.save_person(person, actor=admin, at=now, roles=[Role.MANAGER])


@pytest.fixture
def invite(newcomer, admin, now):
    return lambda at=now: invitations.invite(newcomer, actor=admin, at=at)


def follow(invitation, at):
    return invitations.find(invitation.pk, invitation.key(), at)


def test_the_link_lets_its_person_choose_a_password_once(invite, newcomer, now):
    invitation = follow(invite(), now)
    done = invitations.accept(invitation, CHOSEN, at=now)
    assert done == newcomer and done.check_password(CHOSEN) and not done.must_change_password
    assert follow(invitation, now) is None
    with pytest.raises(refusals.InvitationGone):
        invitations.accept(invitation, "another-otter-lantern-quilt", at=now)
    assert Person.objects.get(pk=newcomer.pk).check_password(CHOSEN)
    events = audit.trail(newcomer).values_list("event", "actor_id")
    assert list(events)[1:] == [
        ("person.invited", audit.trail(newcomer).first().actor_id),
        ("invitation.used", newcomer.pk),
    ]


@pytest.mark.parametrize(
    ("after", "works"), [(HOURS_48 - timedelta(seconds=1), True), (HOURS_48, False)]
)
def test_it_works_for_48_hours(invite, now, after, works):
    invitation = invite()
    assert bool(follow(invitation, now + after)) is works
    if not works:
        with pytest.raises(refusals.InvitationGone):
            invitations.accept(invitation, CHOSEN, at=now + after)


def test_another_invitation_ends_the_one_before(invite, now):
    first = invite()
    second = invite(now + timedelta(hours=1))
    assert follow(first, now) is None and follow(second, now + timedelta(hours=2))
    first.refresh_from_db()
    assert first.end == Invitation.End.REPLACED


def test_it_can_be_withdrawn(invite, newcomer, admin, now):
    invitation = invite()
    assert invitations.withdraw(newcomer, actor=admin, at=now)
    assert follow(invitation, now) is None
    assert not invitations.withdraw(newcomer, actor=admin, at=now)
    assert audit.trail(newcomer).filter(event="invitation.withdrawn").count() == 1


@pytest.mark.parametrize("fact", [{"email": "else@example.com"}, {"is_active": False}])
def test_it_is_for_this_address_and_an_account_in_use(invite, newcomer, now, fact):
    invitation = invite()
    Person.objects.filter(pk=newcomer.pk).update(**fact)
    assert follow(invitation, now) is None
    with pytest.raises(refusals.InvitationGone):
        invitations.accept(invitation, CHOSEN, at=now)


def test_a_first_password_ends_it(invite, newcomer, admin, now):
    invitation = invite()
    passwords.set_first(newcomer, CHOSEN, actor=admin, at=now)
    assert follow(invitation, now) is None


def test_no_other_key_opens_it(invite, newcomer, zhaolei, admin, now):
    zhaolei.set_unusable_password()
    zhaolei.save()
    own, others = invite(), invitations.invite(zhaolei, actor=admin, at=now)
    for pk, key in (
        (own.pk, others.key()),
        (own.pk, ""),
        (own.pk, own.key()[:-1]),
        (uuid.uuid4(), own.key()),
    ):
        assert invitations.find(pk, key, now) is None


def test_whoever_reads_the_database_has_no_link(invite, settings):
    """The row alone does not make the key."""
    invitation = invite()
    key = invitation.key()
    assert key not in str(Invitation.objects.values().get(pk=invitation.pk))
    settings.SECRET_KEY = "another"
    assert not invitation.opens_with(key)


def test_the_queue_holds_no_more_than_whom_it_is_for(invite, newcomer):
    invitation = invite()
    (task,) = DBTaskResult.objects.filter(task_path=send.module_path)
    assert task.args_kwargs["args"] == ["invitation", newcomer.pk, {}]
    assert set(task.args_kwargs["kwargs"]) == {"message_id"}
    assert invitation.key() not in str(task.args_kwargs)


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "设置密码"), ("en", "Choose your password")]
)
def test_the_mail_has_the_link_that_works(newcomer, invite, mailoutbox, settings, language, words):
    Person.objects.filter(pk=newcomer.pk).update(language=language)
    invitation = invite(timezone.now())
    send.func("invitation", newcomer.pk, {})
    (mail,) = mailoutbox
    assert mail.to == ["zhoujie@example.com"] and words in mail.body
    link = f"/accounts/invitation/{invitation.pk}/{invitation.key()}/"
    assert f"\n{settings.PUBLIC_URL}{link}\n" in mail.body


def test_a_mail_that_comes_too_late_is_not_sent(newcomer, invite, admin, mailoutbox):
    invite(timezone.now())
    invitations.withdraw(newcomer, actor=admin, at=timezone.now())
    send.func("invitation", newcomer.pk, {})
    assert mailoutbox == []


def test_who_needs_none_gets_none(newcomer, invite, liming, admin, now):
    with pytest.raises(refusals.HasPassword):
        invitations.invite(liming, actor=admin, at=now)
    Person.objects.filter(pk=newcomer.pk).update(email="")
    with pytest.raises(refusals.NoAddress):
        invite()


def test_hr_administrators_and_the_server_invite(newcomer, zhoumin, admin, now, request):
    for name in ("liming", "chenjing", "wuying"):
        actor = request.getfixturevalue(name)
        for act in (invitations.invite, invitations.withdraw):
            with pytest.raises(access.Denied):
                act(newcomer, actor=actor, at=now)
    for actor in (zhoumin, admin, SYSTEM):
        assert invitations.invite(newcomer, actor=actor, at=now)
        assert invitations.withdraw(newcomer, actor=actor, at=now)


def test_hr_invites_nobody_into_an_office(newcomer, chenjing, zhoumin, admin, now):
    chenjing.set_unusable_password()
    chenjing.save()
    for act in (invitations.invite, invitations.withdraw):
        with pytest.raises(access.Denied):
            act(chenjing, actor=zhoumin, at=now)
    assert invitations.invite(chenjing, actor=admin, at=now)


def test_only_administrators_and_the_server_set_first_passwords(newcomer, now, request):
    for name in ("liming", "chenjing", "zhoumin", "wuying"):
        with pytest.raises(access.Denied):
            passwords.set_first(newcomer, CHOSEN, actor=request.getfixturevalue(name), at=now)
    assert not Person.objects.get(pk=newcomer.pk).has_usable_password()
    passwords.set_first(newcomer, CHOSEN, actor=SYSTEM, at=now)
    assert Person.objects.get(pk=newcomer.pk).check_password(CHOSEN)


def test_nobody_hands_their_own_account_over(admin, now):
    with pytest.raises(access.Denied):
        passwords.set_first(admin, CHOSEN, actor=admin, at=now)


def test_the_database_too_knows_one_open_invitation_each(invite, newcomer, now):
    first = invite()
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            person=newcomer, email="x@example.com", created_at=now, expires_at=now
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=first.pk).update(ended_at=now)


def test_erasing_a_person_leaves_no_address_behind(invite, newcomer, now):
    invite()
    erasure.erase(newcomer, actor=SYSTEM, at=now)
    assert not Invitation.objects.filter(person=newcomer).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_follow_one_link_at_once_one_chooses(newcomer, invite, now):
    invitation = follow(invite(), now)
    together, done = threading.Barrier(2), []

    def choose(password):
        together.wait()
        try:
            invitations.accept(invitation, password, at=now)
            done.append(password)
        except refusals.InvitationGone:
            pass
        finally:
            connection.close()

    words = ("first-otter-lantern-quilt", "second-otter-lantern-quilt")
    threads = [threading.Thread(target=choose, args=[each]) for each in words]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(done) == 1
    assert Person.objects.get(pk=newcomer.pk).check_password(done[0])
