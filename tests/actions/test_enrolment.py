"""Whose passkey it is, is settled outside the database: first, vouched for, or by the operator."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core.management import CommandError, call_command

from pledges import access, audit
from pledges.access import SYSTEM
from pledges.actions import enrolment, permits, sweeping
from pledges.core import refusals
from pledges.gateways import storage
from pledges.gateways.passkeys import Party, Reason, base64, introduction_challenge
from pledges.models import LedgerEntry, Person
from tests.authenticator import UP, Passkey

pytestmark = pytest.mark.django_db


@pytest.fixture
def new(settings):
    """A passkey registered with allauth and not enrolled."""

    def make(person, **wrong):
        party = Party.at(settings.PUBLIC_URL)
        made = Passkey(rp_id=party.id, origin=party.origin)
        made.row = WebAuthn.add(person, "Passkey", made.register(**wrong)).instance
        return made

    return make


def enrol(passkey, at, **options):
    return enrolment.enrol(passkey.row, actor=passkey.row.user, at=at, **options)


def vouch(by, newcomer):
    return by.answer(introduction_challenge(newcomer.row.user_id, newcomer.credential))


def statements(person):
    return [
        json.loads(storage.get_record(n)) for n in storage.list_records(f"enrolments/{person.pk}")
    ]


def test_the_first_passkey_is_stated_signed_and_told_in_the_ledger(new, liming, now):
    passkey = new(liming)
    done = enrol(passkey, now)
    (kept,) = statements(liming)
    assert kept["statement"] == {
        "person_id": liming.pk,
        "employee_number": "E1001",
        "credential_id": base64(passkey.id),
        "public_key": base64(passkey.public_key),
        "rp_id": "localhost",
        "enrolled_at": "2026-11-23T02:00:00+00:00",
        "introduced_by": "first",
    }
    assert enrolment.enrolled(liming) == [done]
    leaf = audit.trail(liming).get(event="passkey.enrolled").leaf
    assert "E1001" not in leaf and base64(passkey.id) not in leaf
    assert list(audit.verify()) == []


def test_enrolling_again_changes_nothing(new, liming, now):
    passkey = new(liming)
    assert enrol(passkey, now) == enrol(passkey, now + timedelta(days=1))
    assert LedgerEntry.objects.filter(event="passkey.enrolled").count() == 1


def test_a_later_passkey_needs_an_earlier_one_to_vouch_for_this_very_key(new, liming, now):
    first, second, third = new(liming), new(liming), new(liming)
    enrol(first, now)
    with pytest.raises(refusals.NotIntroduced):
        enrol(second, now)
    for wrong in (vouch(first, third), vouch(second, second), vouch(new(liming), second)):
        with pytest.raises(refusals.PasskeyRefused):
            enrol(second, now, introduction=wrong)
    assert [each.authenticator for each in enrolment.enrolled(liming)] == [first.row]
    done = enrol(second, now, introduction=vouch(first, second))
    assert done.statement.introduced_by == base64(first.id)
    assert len(enrolment.enrolled(liming)) == 2
    # What the second one has signed lets it vouch in turn.
    enrol(third, now, introduction=vouch(second, third))


def test_somebody_with_the_database_alone_cannot_begin_anew(new, liming, now):
    """All rows gone, and a passkey of their own registered: it is still not the first."""
    enrol(new(liming), now)
    Authenticator.objects.filter(user=liming).delete()
    with pytest.raises(refusals.NotIntroduced):
        enrol(new(liming), now)
    assert not enrolment.enrolled(liming)


def test_a_key_swapped_in_the_database_cannot_vouch(new, liming, now):
    first, own = new(liming), new(liming)
    enrol(first, now)
    swapped = Passkey()
    swapped.id = first.id
    Authenticator.objects.filter(pk=first.row.pk).update(
        data={"name": "x", "credential": swapped.register()}
    )
    with pytest.raises(refusals.PasskeyRefused):
        enrol(own, now, introduction=vouch(swapped, own))


def test_a_second_account_cannot_enrol_under_a_number_that_was_anothers(new, liming, zhaolei, now):
    enrol(new(liming), now)
    Person.objects.filter(pk=liming.pk).update(employee_number="gone")
    Person.objects.filter(pk=zhaolei.pk).update(employee_number=" e1001")
    zhaolei.refresh_from_db()
    with pytest.raises(refusals.NotIntroduced):
        enrol(new(zhaolei), now)


def test_after_a_new_number_a_passkey_vouches_for_its_successor(new, liming, now):
    first = new(liming)
    enrol(first, now)
    Person.objects.filter(pk=liming.pk).update(employee_number="E7007")
    liming.refresh_from_db()
    assert not enrolment.enrolled(liming)
    second = new(liming)
    done = enrol(second, now, introduction=vouch(first, second))
    assert enrolment.enrolled(liming) == [done]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"flags": UP | 0x40}, Reason.NOT_VERIFIED),
        ({"origin": "http://localhost:9999"}, Reason.WRONG_ORIGIN),
        ({"crossOrigin": True}, Reason.CROSS_ORIGIN),
    ],
)
def test_a_bent_registration_is_not_enrolled(new, liming, now, wrong, reason):
    with pytest.raises(refusals.PasskeyRefused) as refusal:
        enrol(new(liming, **wrong), now)
    assert refusal.value.reason == reason
    assert statements(liming) == []


def test_nobody_enrols_for_another(new, liming, wangfang, now):
    with pytest.raises(access.Denied):
        enrolment.enrol(new(liming).row, actor=wangfang, at=now)


def test_without_the_ledger_key_nothing_is_enrolled(new, liming, now, settings, tmp_path):
    passkey = new(liming)
    for broken in ({"PKI_DIR": tmp_path}, {"PKI_PASSPHRASE": "wrong"}):
        for name, value in broken.items():
            setattr(settings, name, value)
        with pytest.raises(refusals.EnrolmentUnavailable):
            enrol(passkey, now)
    assert statements(liming) == []
    assert not LedgerEntry.objects.filter(event="passkey.enrolled").exists()


def test_a_statement_that_was_touched_serves_no_more(new, liming, now, settings):
    enrol(new(liming), now)
    (name,) = storage.list_records(f"enrolments/{liming.pk}")
    text = storage.get_record(name).replace(b'"first"', b'"operator"')
    storage._storage().delete(name)
    storage.put_record(name, text)
    assert not enrolment.enrolled(liming)


def test_sweeping_leaves_statements_alone(new, liming, now):
    enrol(new(liming), now)
    sweeping.sweep(now + timedelta(days=400))
    assert len(statements(liming)) == 1


def test_a_removed_passkey_is_noted_once(new, liming, now):
    passkey = new(liming)
    enrol(passkey, now)
    for _time in range(2):
        enrolment.withdraw(passkey.row, actor=liming, at=now)
    assert LedgerEntry.objects.filter(event="passkey.removed").count() == 1
    assert not enrolment.enrolled(liming)
    other = new(liming)
    with pytest.raises(refusals.PasskeyRefused):
        enrol(other, now, introduction=vouch(passkey, other))


# --- The operator -------------------------------------------------------------------------------
def test_the_operator_permits_one_more(new, liming, now):
    enrol(new(liming), now)
    permits.permit(liming, actor=SYSTEM, at=now)
    done = enrol(new(liming), now)
    assert done.statement.introduced_by == "operator"
    with pytest.raises(refusals.NotIntroduced):
        enrol(new(liming), now)
    told = audit.trail(liming).filter(event__startswith="passkey").values_list("event", flat=True)
    assert list(told) == ["passkey.enrolled", "passkey.permitted", "passkey.enrolled"]


def test_a_permit_lasts_a_day_and_is_one_persons(new, liming, wangfang, now):
    enrol(new(liming), now)
    enrol(new(wangfang), now)
    permits.permit(liming, actor=SYSTEM, at=now)
    for passkey, at in ((new(liming), now + timedelta(hours=24)), (new(wangfang), now)):
        with pytest.raises(refusals.NotIntroduced):
            enrol(passkey, at)


def test_a_permit_made_without_the_key_permits_nothing(new, liming, now):
    enrol(new(liming), now)
    permits.permit(liming, actor=SYSTEM, at=now - timedelta(days=3))
    (name,) = storage.list_records(f"permits/{liming.pk}")
    forged = json.loads(storage.get_record(name))
    forged["permit"] |= {"until": (now + timedelta(days=9)).isoformat(), "id": "ab" * 16}
    storage.put_record(f"permits/{liming.pk}/{'ab' * 16}.json", json.dumps(forged).encode())
    with pytest.raises(refusals.NotIntroduced):
        enrol(new(liming), now)


def test_only_the_server_permits(liming, admin, now):
    with pytest.raises(access.Denied):
        permits.permit(liming, actor=admin, at=now)


def test_the_command_permits_and_clears_the_way_to_sign_in(new, liming, now, settings, tmp_path):
    passkey = new(liming)
    enrol(passkey, now)
    out = StringIO()
    call_command("permit_enrolment", "E1001", "--remove-factors", stdout=out)
    assert "李明" in out.getvalue()
    assert not Authenticator.objects.filter(user=liming).exists()
    assert LedgerEntry.objects.filter(event="passkey.removed").exists()
    for number in ("E0000", ""):
        with pytest.raises(CommandError):
            call_command("permit_enrolment", number)
    settings.PKI_DIR = tmp_path
    with pytest.raises(CommandError):
        call_command("permit_enrolment", "E1001")
