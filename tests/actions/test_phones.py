"""A phone's passkey by a QR code: one use, one person, one session, and the number it shows."""

import json
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from pledges import audit
from pledges.access import SYSTEM, Denied
from pledges.actions import clearing, enrolment, pending, phones, sessions
from pledges.core import refusals
from pledges.models import Person, PhoneLink
from pledges.models.phone_links import PHONE_LINK_LASTS
from pledges.models.sessions import SessionStore
from pledges.notices import accounts
from pledges.proof.passkeys.ceremony import Party, introduction_challenge
from pledges.proof.passkeys.pending_records import Pending
from tests.authenticator import UP, Passkey

pytestmark = pytest.mark.django_db

AT = UP | 0x40  # present and with a new key, but not verified


def signed_in(person):
    """The key of a session of `person`'s."""
    session = SessionStore()
    session["_auth_user_id"] = str(person.pk)
    session.create()
    return session.session_key


@dataclass
class Desk:
    """Li Ming at his desk: his first passkey, his session, the link on his screen."""

    first: Passkey
    session: str
    link: PhoneLink


@pytest.fixture
def desk(passkey, liming, now):
    first, session = passkey(liming), signed_in(liming)
    return Desk(first, session, phones.invite(actor=liming, session_key=session, at=now))


@pytest.fixture
def phone(settings):
    """A phone with no passkey on it."""
    party = Party.at(settings.PUBLIC_URL)
    return lambda: Passkey(rp_id=party.id, origin=party.origin)


def register(link, made, at, **wrong):
    challenge = wrong.pop("challenge", link.challenge())
    return phones.register(link, made.register(challenge, **wrong), name="iPhone", at=at)


def vouch(first, waiting):
    return first.answer(introduction_challenge(waiting.digest))


def confirm(desk, waiting, person, at, **changes):
    told = {"number": waiting.record.number, **changes}
    by = told.pop("by", desk.first)
    return phones.confirm(waiting, vouch(by, waiting), actor=person, at=at, **told)


def test_a_phone_signs_once_an_earlier_passkey_confirmed_it_by_its_number(desk, phone, liming, now):
    made = phone()
    waiting = register(desk.link, made, now)
    assert waiting.record.name == "iPhone" and len(enrolment.enrolled(liming)) == 1
    assert not Authenticator.objects.filter(user=liming, data__name="iPhone").exists()
    confirm(desk, waiting, liming, now)
    assert made.credential in {each.credential for each in enrolment.enrolled(liming)}
    assert phones.is_enrolled(waiting.digest, liming)
    events = [entry.event for entry in audit.trail(liming)]
    told = ["phone.invited", "passkey.registered", "passkey.enrolled"]
    assert events[-3:] == told and list(audit.verify()) == []
    mails = DBTaskResult.objects.filter(task_path=accounts.send.module_path)
    kinds = [mail.args_kwargs["args"][0] for mail in mails.order_by("enqueued_at")]
    assert kinds[-2:] == ["passkey_waiting", "enrolled"]


def test_the_ledger_has_no_link(desk):
    leaf = audit.trail(desk.link.person).get(event="phone.invited").leaf
    assert str(desk.link.pk) in leaf and desk.link.key() not in leaf
    assert desk.session not in str(vars(PhoneLink.objects.get()))


USELESS = {
    "its time has passed": lambda desk, at: at + PHONE_LINK_LASTS,
    "a clock before it was made": lambda desk, at: at - timedelta(seconds=1),
    "another took its place": lambda desk, at: (
        phones.invite(actor=desk.link.person, session_key=desk.session, at=at) and at
    ),
    "its session was ended": lambda desk, at: sessions.end_all(desk.link.person) and at,
}


@pytest.mark.parametrize("why", USELESS)
def test_a_link_that_is_over_registers_nothing(desk, phone, liming, now, why):
    signed_in(liming)  # another session of the same person is not the one
    at = USELESS[why](desk, now)
    with pytest.raises(refusals.PhoneLinkGone):
        register(desk.link, phone(), at)
    assert pending.waiting(liming, now) == []


def test_of_two_phones_the_second_is_too_late(desk, phone, liming, now):
    first = register(desk.link, phone(), now)
    with pytest.raises(refusals.PhoneLinkGone):
        register(desk.link, phone(), now)
    assert pending.waiting(liming, now) == [first]


WRONG = {
    "another challenge": {"challenge": bytes(32)},
    "nobody verified": {"flags": AT},
    "another site": {"origin": "https://evil.example"},
    "another kind of answer": {"type": "webauthn.get"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_is_refused_and_the_link_still_works(desk, phone, liming, now, wrong):
    with pytest.raises(refusals.PasskeyRefused):
        register(desk.link, phone(), now, **WRONG[wrong])
    assert pending.waiting(liming, now) == []
    assert register(desk.link, phone(), now)


def test_the_answer_to_one_link_fits_no_other(desk, phone, liming, now):
    made = phone()
    stale = made.register(desk.link.challenge())
    link = phones.invite(actor=liming, session_key=desk.session, at=now)
    with pytest.raises(refusals.PasskeyRefused):
        phones.register(link, stale, name="x", at=now)


def test_a_link_never_enrols_even_where_nothing_is_left_to_confirm(desk, phone, liming, now):
    """All factors were removed while the code was on the screen: the phone's is no first one."""
    enrolment.remove_factors(liming, actor=SYSTEM, at=now)
    again = signed_in(liming)
    with pytest.raises(refusals.NoPasskeyYet):
        phones.invite(actor=liming, session_key=again, at=now)
    with pytest.raises(refusals.PhoneLinkGone):
        register(desk.link, phone(), now)
    assert enrolment.enrolled(liming) == []


NUMBERS = ("", "0", "00000", "abcd", " ", "１２３４")


@pytest.mark.parametrize("typed", NUMBERS)
def test_no_number_but_the_phones_confirms(desk, phone, liming, now, typed):
    waiting = register(desk.link, phone(), now)
    with pytest.raises(refusals.WrongNumber):
        confirm(desk, waiting, liming, now, number=typed)
    assert len(enrolment.enrolled(liming)) == 1
    confirm(desk, waiting, liming, now)


def another(number):
    return f"{(int(number) + 1) % 10_000:04}"


def test_after_three_wrong_numbers_the_phone_is_removed(desk, phone, liming, now):
    waiting = register(desk.link, phone(), now)
    wrong = another(waiting.record.number)
    for expected in (refusals.WrongNumber, refusals.WrongNumber, refusals.TooManyWrongNumbers):
        with pytest.raises(expected):
            confirm(desk, waiting, liming, now, number=wrong)
    with pytest.raises(refusals.PendingGone):
        confirm(desk, waiting, liming, now)
    assert audit.trail(liming).last().event == "passkey.discarded"
    assert len(enrolment.enrolled(liming)) == 1


def test_the_right_number_without_an_earlier_passkey_confirms_nothing(desk, phone, liming, now):
    made = phone()
    waiting = register(desk.link, made, now)
    for by in (made, phone()):
        with pytest.raises(refusals.PasskeyRefused):
            confirm(desk, waiting, liming, now, by=by)
    with pytest.raises(refusals.PasskeyRefused):
        phones.confirm(waiting, {}, number=waiting.record.number, actor=liming, at=now)
    assert len(enrolment.enrolled(liming)) == 1


def test_the_number_of_the_owners_phone_does_not_confirm_somebody_elses(desk, phone, liming, now):
    """The thief of the code was first; the owner scans another one, and confirms the wrong page."""
    thiefs = register(desk.link, phone(), now)
    link = phones.invite(actor=liming, session_key=desk.session, at=now)
    own = register(link, phone(), now)
    assert own.record.number != thiefs.record.number  # but for one time in ten thousand
    with pytest.raises(refusals.WrongNumber):
        confirm(desk, thiefs, liming, now, number=own.record.number)
    confirm(desk, own, liming, now)
    assert not phones.is_enrolled(thiefs.digest, liming)


def test_what_came_without_a_link_needs_no_number(passkey, liming, now):
    first, second = passkey(liming), passkey(liming)
    phones.confirm(second.waiting, vouch(first, second.waiting), number="", actor=liming, at=now)
    assert len(enrolment.enrolled(liming)) == 2


def test_who_has_no_passkey_gets_no_link(liming, now):
    with pytest.raises(refusals.NoPasskeyYet):
        phones.invite(actor=liming, session_key=signed_in(liming), at=now)


def test_so_many_links_an_hour(desk, liming, now):
    for _each in range(phones.MAX_LINKS - 1):
        phones.invite(actor=liming, session_key=desk.session, at=now)
    with pytest.raises(refusals.TooManyAttempts):
        phones.invite(actor=liming, session_key=desk.session, at=now)
    assert sum(phones.is_open(each, now) for each in PhoneLink.objects.all()) == 1


def test_whose_account_was_closed_has_no_link(desk, phone, liming, now):
    Person.objects.filter(pk=liming.pk).update(is_active=False)
    with pytest.raises(Denied):
        register(desk.link, phone(), now)
    with pytest.raises(Denied):
        phones.invite(actor=Person.objects.get(pk=liming.pk), session_key="x", at=now)


def test_only_its_key_opens_a_link_and_only_its_session_shows_it(desk, liming, wangfang, now):
    link = desk.link
    assert phones.find(link.pk, link.key()) == link
    other = phones.invite(actor=liming, session_key=desk.session, at=now)
    for key in ("", "x", other.key(), link.key()[:-1]):
        assert phones.find(link.pk, key) is None
    own = {"person": liming, "session_key": desk.session}
    assert phones.find_own(link.pk, **own) == link
    for changed in ({"person": wangfang}, {"session_key": signed_in(liming)}):
        assert phones.find_own(link.pk, **{**own, **changed}) is None


def test_the_operator_still_confirms_a_phone_by_its_code(desk, phone, liming, now):
    at = timezone.now()
    link = phones.invite(actor=liming, session_key=desk.session, at=at)
    waiting = register(link, phone(), at)
    call_command("permit_enrolment", "E1001", "--code", waiting.record.code, stdout=StringIO())
    assert phones.is_enrolled(waiting.digest, liming)


def test_the_number_is_of_the_record_and_evenly_spread():
    """Whatever stands in the database, it is the signed record's; and no number is likelier."""

    def record(nonce):
        return Pending(1, "E1", "n", "c", "k", "a", "r", "b", "e", nonce)

    numbers = [int(record(f"{each:064x}").number) for each in range(2000)]
    assert record("0" * 64).number == record("0" * 64).number
    assert len(record("0" * 64).number) == 4
    tenths = [sum(number // 1000 == tenth for number in numbers) for tenth in range(10)]
    assert min(tenths) > 140 and max(tenths) < 260


def test_links_are_removed_when_nothing_can_wait_for_them_any_more(desk, now):
    kept = clearing.PHONE_LINKS_KEPT
    assert clearing.clear_phone_links(now + kept - timedelta(seconds=1)) == 0
    assert clearing.clear_phone_links(now + kept) == 1


def test_options_name_the_passkeys_that_the_person_has(desk, liming):
    user = {"id": b"1", "name": "liming@example.com", "display_name": "李明"}
    site = {"id": "example.com", "name": "示例银行 · 守诺"}
    options = phones.creation_options(desk.link, site=site, user=user)
    assert json.dumps(options)
    assert options["rp"] == site
    assert len(options["excludeCredentials"]) == 1
    assert options["authenticatorSelection"] == {"userVerification": "required"}
