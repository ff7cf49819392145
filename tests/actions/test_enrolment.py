"""Whose passkey it is, is settled outside the database: first, vouched for, or by the operator."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.utils import timezone

from pledges import access, audit
from pledges.access import SYSTEM
from pledges.actions import enrolling, enrolment, pending, sweeping
from pledges.core import refusals
from pledges.models import LedgerEntry, Person
from pledges.proof.passkeys.ceremony import PasskeyFault, base64, introduction_challenge
from pledges.storage import document_store
from tests.authenticator import UP, Passkey

pytestmark = pytest.mark.django_db


def vouch(by, newcomer):
    return by.answer(introduction_challenge(newcomer.waiting.digest))


def confirm(newcomer, by, at, person):
    return enrolling.confirm(newcomer.waiting, vouch(by, newcomer), actor=person, at=at)


def statements(person):
    return [
        json.loads(document_store.get_record(n))
        for n in document_store.list_records(f"enrolments/{person.pk}")
    ]


def test_the_first_passkey_is_stated_signed_and_told_in_the_ledger(passkey, liming, now):
    first = passkey(liming)
    (kept,) = statements(liming)
    assert kept["statement"] == {
        "person_id": liming.pk,
        "employee_number": "E1001",
        "credential_id": base64(first.id),
        "public_key": base64(first.public_key),
        "rp_id": "localhost",
        "enrolled_at": "2026-11-23T02:00:00+00:00",
        "introduced_by": "first",
        "pending": "",
    }
    (done,) = enrolment.enrolled(liming)
    assert done.authenticator == first.row
    leaf = audit.trail(liming).get(event="passkey.enrolled").leaf
    assert "E1001" not in leaf and base64(first.id) not in leaf
    assert list(audit.verify()) == []


def test_a_later_passkey_needs_an_earlier_one_to_vouch_for_this_very_key(passkey, liming, now):
    first, second, third = passkey(liming), passkey(liming), passkey(liming)
    for wrong in (vouch(first, third), vouch(second, second), vouch(Passkey(), second)):
        with pytest.raises(refusals.PasskeyRefused):
            enrolling.confirm(second.waiting, wrong, actor=liming, at=now)
    assert [each.authenticator for each in enrolment.enrolled(liming)] == [first.row]
    done = confirm(second, first, now, liming)
    assert done.statement.introduced_by == base64(first.id)
    assert done.statement.pending == second.waiting.digest
    assert len(enrolment.enrolled(liming)) == 2
    # What the second one has signed lets it vouch in turn.
    confirm(third, second, now, liming)
    told = json.loads(audit.trail(liming).filter(event="passkey.enrolled").last().leaf)["facts"]
    assert told["pending"] == third.waiting.digest


def test_what_convinced_us_is_kept_with_the_statement(passkey, liming, now):
    first, second = passkey(liming), passkey(liming)
    confirm(second, first, now, liming)
    (kept,) = [each for each in statements(liming) if each["statement"]["pending"]]
    assert kept["pending"] == second.waiting.signed
    assert kept["introduction"]["credential_id"] == base64(first.id)


def test_confirming_twice_enrols_once(passkey, liming, now):
    first, second = passkey(liming), passkey(liming)
    confirm(second, first, now, liming)
    with pytest.raises(refusals.PendingGone):
        confirm(second, first, now, liming)
    assert len(enrolment.enrolled(liming)) == 2


def test_one_key_registered_twice_is_enrolled_once(passkey, liming, now):
    first, second = passkey(liming), passkey(liming)
    again = enrolling.register(second.register(), name="Key", actor=liming, at=now)
    confirm(second, first, now, liming)
    answer = first.answer(introduction_challenge(again.digest))
    with pytest.raises(refusals.PendingGone):
        enrolling.confirm(again, answer, actor=liming, at=now)
    assert Authenticator.objects.filter(user=liming, type="webauthn").count() == 2


def test_a_confirmation_that_was_cut_short_is_finished_by_the_next(
    passkey, liming, now, monkeypatch
):
    first, second = passkey(liming), passkey(liming)
    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(pending, "settle", lambda waiting: (_ for _ in ()).throw(KeyboardInterrupt))
        confirm(second, first, now, liming)
    assert len(statements(liming)) == 2 and len(enrolment.enrolled(liming)) == 1
    done = confirm(second, first, now + timedelta(minutes=1), liming)
    assert done in enrolment.enrolled(liming)
    assert done.statement.enrolled_at == now.isoformat(timespec="seconds")


def test_somebody_with_the_database_alone_cannot_begin_anew(passkey, liming):
    """All rows gone, and a passkey of their own registered: it is still not the first."""
    passkey(liming)
    Authenticator.objects.filter(user=liming).delete()
    assert passkey(liming).waiting
    assert not enrolment.enrolled(liming)


def test_a_key_swapped_in_the_database_cannot_vouch(passkey, liming, now):
    first, own = passkey(liming), passkey(liming)
    swapped = Passkey()
    swapped.id = first.id
    Authenticator.objects.filter(pk=first.row.pk).update(
        data={"name": "x", "credential": swapped.register()}
    )
    with pytest.raises(refusals.PasskeyRefused):
        confirm(own, swapped, now, liming)


def test_a_second_account_cannot_enrol_under_a_number_that_was_anothers(
    passkey, liming, zhaolei, now
):
    passkey(liming)
    passkey(zhaolei)
    Person.objects.filter(pk=liming.pk).update(employee_number="gone")
    Person.objects.filter(pk=zhaolei.pk).update(employee_number=" e1001")
    zhaolei.refresh_from_db()
    second = passkey(zhaolei)
    assert second.waiting
    (first,) = enrolment.enrolled(zhaolei, under_any_number=True)
    assert not enrolment.enrolled(zhaolei)
    with pytest.raises(refusals.PasskeyRefused):
        enrolling.confirm(second.waiting, {}, actor=zhaolei, at=now)
    assert first.statement.employee_number == "E2001"


def test_not_even_as_a_first_one_nor_with_their_own_passkeys_word(passkey, liming, zhaolei, now):
    passkey(liming)
    own = passkey(zhaolei)
    Person.objects.filter(pk=liming.pk).update(employee_number="gone")
    for person in (zhaolei, Person.objects.get(username="wangfang")):
        Person.objects.filter(pk=person.pk).update(employee_number="E1001")
        person.refresh_from_db()
        newcomer = passkey(person)
        assert newcomer.waiting
        if person == zhaolei:
            with pytest.raises(refusals.NotIntroduced):
                confirm(newcomer, own, now, zhaolei)
        Person.objects.filter(pk=person.pk).update(employee_number=f"gone-{person.pk}")


def test_after_a_new_number_a_passkey_vouches_for_its_successor(passkey, liming, now):
    first = passkey(liming)
    Person.objects.filter(pk=liming.pk).update(employee_number="E7007")
    liming.refresh_from_db()
    assert not enrolment.enrolled(liming)
    second = passkey(liming)
    done = confirm(second, first, now, liming)
    assert enrolment.enrolled(liming) == [done]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"flags": UP | 0x40}, PasskeyFault.NOT_VERIFIED),
        ({"origin": "http://localhost:9999"}, PasskeyFault.WRONG_ORIGIN),
        ({"crossOrigin": True}, PasskeyFault.CROSS_ORIGIN),
    ],
)
@pytest.mark.parametrize("earlier", [False, True])
def test_a_bent_registration_is_not_enrolled_and_does_not_wait(
    passkey, liming, now, wrong, reason, earlier
):
    if earlier:
        passkey(liming)
    with pytest.raises(refusals.PasskeyRefused) as refusal:
        passkey(liming, **wrong)
    assert refusal.value.reason == reason
    assert len(statements(liming)) == earlier
    assert not document_store.list_records("pending")
    assert Authenticator.objects.filter(user=liming, type="webauthn").count() == earlier


def test_nobody_confirms_or_discards_for_another(passkey, liming, wangfang, now):
    first, second = passkey(liming), passkey(liming)
    with pytest.raises(access.Denied):
        enrolling.confirm(second.waiting, vouch(first, second), actor=wangfang, at=now)
    with pytest.raises(access.Denied):
        pending.discard(second.waiting, actor=wangfang, at=now)


def test_without_the_ledger_key_nothing_is_enrolled(passkey, liming, now, settings, tmp_path):
    good = {"PKI_DIR": settings.PKI_DIR, "PKI_PASSPHRASE": settings.PKI_PASSPHRASE}
    for broken in ({"PKI_DIR": tmp_path}, {"PKI_PASSPHRASE": "wrong"}):
        for name, value in {**good, **broken}.items():
            setattr(settings, name, value)
        with pytest.raises(refusals.EnrolmentUnavailable):
            passkey(liming)
    assert statements(liming) == []
    assert not Authenticator.objects.filter(user=liming, type="webauthn").exists()
    assert not LedgerEntry.objects.filter(event="passkey.enrolled").exists()


def test_a_statement_that_was_touched_serves_no_more(passkey, liming, now):
    passkey(liming)
    (name,) = document_store.list_records(f"enrolments/{liming.pk}")
    text = document_store.get_record(name).replace(b'"first"', b'"operator"')
    document_store._storage().delete(name)
    document_store.put_record(name, text)
    assert not enrolment.enrolled(liming)


def test_sweeping_leaves_statements_alone(passkey, liming, now):
    passkey(liming)
    sweeping.sweep(now + timedelta(days=400))
    assert len(statements(liming)) == 1


def test_a_removed_passkey_is_noted_once(passkey, liming, now):
    first = passkey(liming)
    for _time in range(2):
        enrolment.withdraw(first.row, actor=liming, at=now)
    assert LedgerEntry.objects.filter(event="passkey.removed").count() == 1
    assert not enrolment.enrolled(liming)
    with pytest.raises(refusals.PasskeyRefused):
        confirm(passkey(liming), first, now, liming)


# --- The operator -------------------------------------------------------------------------------
def test_the_operator_confirms_the_one_that_waits(passkey, liming, now):
    passkey(liming)
    second, third = passkey(liming), passkey(liming)
    done = enrolling.permit(second.waiting, actor=SYSTEM, at=now)
    assert done.statement.introduced_by == "operator"
    assert done.statement.pending == second.waiting.digest
    assert done.credential == second.credential
    assert [each.digest for each in pending.waiting(liming, now)] == [third.waiting.digest]
    told = audit.trail(liming).filter(event__startswith="passkey").values_list("event", flat=True)
    assert list(told)[-2:] == ["passkey.permitted", "passkey.enrolled"]


def test_the_operator_confirms_one_under_a_number_that_was_anothers(passkey, liming, zhaolei, now):
    passkey(liming)
    Person.objects.filter(pk=liming.pk).update(employee_number="gone")
    Person.objects.filter(pk=zhaolei.pk).update(employee_number="E1001")
    zhaolei.refresh_from_db()
    newcomer = passkey(zhaolei)
    done = enrolling.permit(newcomer.waiting, actor=SYSTEM, at=now)
    assert enrolment.enrolled(zhaolei) == [done]


def test_only_the_server_permits(passkey, liming, admin, now):
    passkey(liming)
    for actor in (admin, liming):
        with pytest.raises(access.Denied):
            enrolling.permit(passkey(liming).waiting, actor=actor, at=now)


def permit(*arguments):
    out = StringIO()
    call_command("permit_enrolment", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_shows_the_codes_and_confirms_by_one(passkey, liming):
    at = timezone.now()
    passkey(liming)
    assert "No passkey of 李明" in permit("E1001")
    second, third = passkey(liming, at=at), passkey(liming, at=at)
    codes = [each.waiting.record.code for each in (second, third)]
    listed = permit("E1001")
    assert all(code in listed for code in codes)
    assert len(enrolment.enrolled(liming)) == 1
    for wrong in ("000-000", "x"):
        with pytest.raises(CommandError, match="waits"):
            permit("E1001", "--code", wrong)
    said = permit("E1001", "--code", codes[1].replace("-", " ").lower())
    assert codes[1] in said
    assert {each.credential.id for each in enrolment.enrolled(liming)} >= {third.id}
    assert [each.digest for each in pending.waiting(liming, at)] == [second.waiting.digest]


def test_nobody_but_the_operator_removes_factors(passkey, liming, chenjing, now):
    passkey(liming)
    for actor in (liming, chenjing):
        with pytest.raises(access.Denied):
            enrolment.remove_factors(liming, actor=actor, at=now)
    assert enrolment.enrolled(liming)


def test_the_command_clears_the_way_to_sign_in(passkey, liming, settings, tmp_path):
    passkey(liming)
    assert "password alone" in permit("E1001", "--remove-factors")
    assert not Authenticator.objects.filter(user=liming).exists()
    assert LedgerEntry.objects.filter(event="passkey.removed").exists()
    assert LedgerEntry.objects.filter(event="factors.removed").exists()
    for number in ("E0000", ""):
        with pytest.raises(CommandError):
            permit(number)
    waiting = passkey(liming, at=timezone.now()).waiting
    certificates = settings.PKI_DIR / "ledger.pem"
    (tmp_path / "ledger.pem").write_bytes(certificates.read_bytes())
    settings.PKI_DIR = tmp_path
    with pytest.raises(CommandError):
        permit("E1001", "--code", waiting.record.code)
    assert not enrolment.enrolled(liming)
