"""Between the registration of a passkey and its confirmation: nobody slips another key in.

The insider has the whole database; some have the document storage too. What they want is that the
victim's touch, or the operator, confirms a key of theirs.
"""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core.management import CommandError, call_command
from django.utils import timezone

from pledges.actions import enrolling, enrolment, pending
from pledges.core import refusals
from pledges.core.digests import canonical_json
from pledges.models import Person
from pledges.proof.passkeys.ceremony import (
    Party,
    introduction_challenge,
    unbase64,
)
from pledges.storage import document_store
from tests.authenticator import Passkey
from tests.fresh import confirm_by_code

pytestmark = pytest.mark.django_db

ADD = "/accounts/2fa/webauthn/add/"


@pytest.fixture
def device(settings):
    party = Party.at(settings.PUBLIC_URL)
    return lambda: Passkey(rp_id=party.id, origin=party.origin)


@pytest.fixture
def victim(client, liming):
    """The victim's browser."""
    client.force_login(liming)
    confirm_by_code(client, liming)
    return client


def registers(client, device):
    """The victim registers a passkey; gives the page on which it is to be confirmed."""
    options = client.get(ADD).context["js_data"]["creation_options"]["publicKey"]
    made = device.register(unbase64(options["challenge"]))
    answer = client.post(ADD, {"name": "Phone", "credential": json.dumps(made)}, follow=True)
    return answer.redirect_chain[-1][0] if answer.redirect_chain else ""


def touches(client, page, earlier):
    """The victim confirms with an earlier passkey whatever that page asks it for."""
    options = client.get(page).context["options"]
    answer = earlier.answer(unbase64(options["challenge"]))
    return client.post(page, {"assertion": json.dumps(answer)}, follow=True)


def keys_of(person):
    """The ids of the passkeys that sign as `person`."""
    return {each.credential.id for each in enrolment.enrolled(person)}


# --- With the database --------------------------------------------------------------------------
def test_the_row_swapped_between_registration_and_confirmation(victim, liming, device):
    first, second, insiders = device(), device(), device()
    registers(victim, first)
    assert keys_of(liming) == {first.id}
    page = registers(victim, second)
    # Every row of the victim's but the enrolled one now holds the insider's key.
    rows = Authenticator.objects.filter(user=liming, type="webauthn")
    swapped = {"name": "Phone", "credential": insiders.register()}
    rows.exclude(pk=enrolment.enrolled(liming)[0].authenticator.pk).update(data=swapped)
    touches(victim, page, first)
    assert insiders.id not in keys_of(liming)
    assert keys_of(liming) == {first.id, second.id}


def test_a_row_of_the_insiders_beside_it_opens_nothing(victim, liming, device):
    first, second, insiders = device(), device(), device()
    registers(victim, first)
    page = registers(victim, second)
    WebAuthn.add(liming, "Phone", insiders.register())
    touches(victim, page, first)
    assert keys_of(liming) == {first.id, second.id}


def test_what_waits_is_no_row_and_opens_nothing(victim, liming, device):
    first, second, third = device(), device(), device()
    registers(victim, first)
    registers(victim, second)
    page = registers(victim, third)
    assert Authenticator.objects.filter(user=liming, type="webauthn").count() == 1
    refused = touches(victim, page, second)
    assert refused.status_code == 422
    asked = victim.get("/accounts/2fa/webauthn/reauthenticate/").context["js_data"]
    allowed = asked["request_options"]["publicKey"]["allowCredentials"]
    assert [unbase64(each["id"]) for each in allowed] == [first.id]


@pytest.mark.parametrize("changed", [{"employee_number": "E9999"}, {"is_active": False}])
def test_the_person_changed_meanwhile(liming, passkey, now, changed):
    first, second = passkey(liming), passkey(liming)
    Person.objects.filter(pk=liming.pk).update(**changed)
    liming.refresh_from_db()
    answer = first.answer(introduction_challenge(second.waiting.digest))
    with pytest.raises((refusals.PendingGone, enrolling.access.Denied)):
        enrolling.confirm(second.waiting, answer, actor=liming, at=now)
    assert len(enrolment.enrolled(liming, under_any_number=True)) == 1


# --- With the storage ---------------------------------------------------------------------------
class Shelf:
    """The storage in the insider's hands: a record can be put anywhere."""

    @staticmethod
    def put(name, told):
        document_store._storage().delete(name)
        document_store.put_record(name, told if isinstance(told, bytes) else canonical_json(told))

    @staticmethod
    def get(name):
        return json.loads(document_store.get_record(name))


def place(waiting):
    return f"pending/{waiting.record.person_id}-{waiting.digest}.json"


def other_key(kept, insiders):
    """The record with the insider's key; its signature is the old one."""
    answer = json.dumps(insiders.register())
    told = {**kept["pending"], "answer_sha256": "0" * 64}
    return {**kept, "pending": told, "answer": answer}


SWAPS = {
    "the key": other_key,
    "the answer alone": lambda kept, own: {**kept, "answer": json.dumps(own.register())},
    "the name": lambda kept, own: {**kept, "pending": {**kept["pending"], "name": "x"}},
    "the end": lambda kept, own: {
        **kept,
        "pending": {**kept["pending"], "expires_at": "2099-01-01T00:00:00+00:00"},
    },
    "the person": lambda kept, own: {**kept, "pending": {**kept["pending"], "person_id": 2}},
    "the signature": lambda kept, own: {**kept, "signature": "A" * 86},
    "no signature": lambda kept, own: {"pending": kept["pending"], "answer": kept["answer"]},
    "more than there is": lambda kept, own: {**kept, "pending": {**kept["pending"], "x": "y"}},
    "a list": lambda kept, own: [kept],
    "no JSON": lambda kept, own: b"{",
    "an answer that is none": lambda kept, own: {**kept, "answer": "[]"},
}


@pytest.mark.parametrize("swap", SWAPS)
def test_a_record_that_was_touched_waits_no_more(liming, passkey, device, now, swap, caplog):
    first, second = passkey(liming), passkey(liming)
    kept = Shelf.get(place(second.waiting))
    Shelf.put(place(second.waiting), SWAPS[swap](kept, device()))
    assert pending.waiting(liming, now) == []
    assert pending.find(liming, second.waiting.digest, now) is None
    answer = first.answer(introduction_challenge(second.waiting.digest))
    with pytest.raises(refusals.PendingGone):
        enrolling.confirm(second.waiting, answer, actor=liming, at=now)
    assert keys_of(liming) == {first.id}
    assert any(record.levelname == "ERROR" for record in caplog.records)


def test_the_record_of_another_person(liming, wangfang, passkey, now):
    """The insider's own pending passkey, rightly signed, under the victim's name."""
    passkey(liming)
    passkey(wangfang)
    insiders = passkey(wangfang).waiting
    Shelf.put(f"pending/{liming.pk}-{insiders.digest}.json", Shelf.get(place(insiders)))
    assert pending.waiting(liming, now) == []
    assert pending.find(liming, insiders.digest, now) is None


def test_the_record_of_another_one_of_the_victims(liming, passkey, now):
    """What a page names by its digest is that one, whatever lies in its place."""
    passkey(liming)
    second, third = passkey(liming).waiting, passkey(liming).waiting
    Shelf.put(place(second), Shelf.get(place(third)))
    assert [each.digest for each in pending.waiting(liming, now)] == [third.digest]


def test_the_record_of_another_employee(liming, wangfang, passkey, now):
    """The insider's account is given the victim's number, and the victim another one."""
    passkey(liming)
    own = passkey(wangfang)
    newcomer = passkey(wangfang)
    Person.objects.filter(pk=liming.pk).update(employee_number="gone")
    Person.objects.filter(pk=wangfang.pk).update(employee_number="E1001")
    wangfang.refresh_from_db()
    assert pending.waiting(wangfang, now) == []
    answer = own.answer(introduction_challenge(newcomer.waiting.digest))
    with pytest.raises(refusals.PendingGone):
        enrolling.confirm(newcomer.waiting, answer, actor=wangfang, at=now)


@pytest.mark.parametrize("way", ["confirmed", "permitted", "discarded"])
def test_an_old_record_put_back(liming, passkey, now, way):
    first, second = passkey(liming), passkey(liming)
    kept = Shelf.get(place(second.waiting))
    answer = first.answer(introduction_challenge(second.waiting.digest))
    if way == "confirmed":
        done = enrolling.confirm(second.waiting, answer, actor=liming, at=now)
        enrolment.withdraw(done.authenticator, actor=liming, at=now)
    elif way == "permitted":
        enrolling.permit(second.waiting, actor=pending.SYSTEM, at=now)
    else:
        pending.discard(second.waiting, actor=liming, at=now)
    Shelf.put(place(second.waiting), kept)
    for at in (now, now + timedelta(hours=23), now + timedelta(days=2)):
        pending.lapse(at)
        Shelf.put(place(second.waiting), kept)
        assert pending.waiting(liming, at) == []
        with pytest.raises(refusals.PendingGone):
            enrolling.confirm(second.waiting, answer, actor=liming, at=at)


@pytest.mark.parametrize("after", [timedelta(hours=24), timedelta(days=9), timedelta(seconds=-1)])
def test_one_whose_time_has_passed(liming, passkey, now, after):
    first, second = passkey(liming), passkey(liming)
    answer = first.answer(introduction_challenge(second.waiting.digest))
    assert pending.waiting(liming, now + after) == []
    for act in (
        lambda: enrolling.confirm(second.waiting, answer, actor=liming, at=now + after),
        lambda: enrolling.permit(second.waiting, actor=pending.SYSTEM, at=now + after),
    ):
        with pytest.raises(refusals.PendingGone):
            act()


def test_a_voucher_for_one_does_not_serve_another(liming, passkey, now):
    first, second, third = passkey(liming), passkey(liming), passkey(liming)
    answer = first.answer(introduction_challenge(second.waiting.digest))
    with pytest.raises(refusals.PasskeyRefused):
        enrolling.confirm(third.waiting, answer, actor=liming, at=now)


# --- The two who compare ------------------------------------------------------------------------
def test_the_code_is_not_the_keys_makers_to_choose(liming, passkey, settings, now):
    """One key registered twice has two codes: nobody can try keys until a code is the victim's."""
    passkey(liming)
    key = passkey(liming)
    again = enrolling.register(key.register(), name="Key", actor=liming, at=now)
    assert again.credential == key.credential
    assert again.record.code != key.waiting.record.code


def test_the_operator_confirms_only_what_the_code_names(liming, passkey):
    """The insider, in the victim's session, has registered a key of theirs as well."""
    at = timezone.now()
    passkey(liming)
    victims, insiders = passkey(liming, at=at), passkey(liming, at=at)
    call_command("permit_enrolment", "E1001", "--code", victims.waiting.record.code)
    assert insiders.id not in keys_of(liming) and victims.id in keys_of(liming)
    with pytest.raises(CommandError):
        call_command("permit_enrolment", "E1002", "--code", insiders.waiting.record.code)


def test_so_many_may_wait(liming, passkey, now):
    passkey(liming)
    for _each in range(pending.MAX_WAITING):
        passkey(liming)
    with pytest.raises(refusals.TooManyWaiting):
        passkey(liming)
    pending.discard(pending.waiting(liming, now)[0], actor=liming, at=now)
    assert passkey(liming).waiting
