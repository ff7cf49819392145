"""Who signs each document: a passkey bound to it, or password and code; each proof serves once."""

import hashlib
import json
import shutil
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils import timezone

from pledges import audit
from pledges.actions import authenticating, preparing, signing
from pledges.actions.authenticating import PasskeyAnswer, Ways
from pledges.actions.enrolment import withdraw
from pledges.actions.ledger_signing import signed_by_ledger, signed_by_present_key
from pledges.core import refusals
from pledges.core.lifecycle import PledgeState
from pledges.models import Organisation, Pledge, RequestCount, Signature
from pledges.proof.keys import pki
from pledges.proof.passkeys import ceremony, enrolment_statements
from pledges.proof.passkeys.ceremony import PasskeyFault
from tests import baseline, keys
from tests.authenticator import UP, UV, Passkey
from tests.cast import request_by_code, request_by_passkey

pytestmark = pytest.mark.django_db


@pytest.fixture
def prepared(draft, now):
    def prepare(slug="general-standards", *, at=now, **options):
        pledge = draft(slug, at=at, **options)
        return preparing.prepare(pledge, actor=pledge.person, at=at)

    return prepare


def sign(intent, done, at=baseline.START):
    return signing.sign(intent, actor=intent.person, at=at, request=done)


def refused(intent, done, kind, at=baseline.START):
    with pytest.raises(kind) as refusal:
        sign(intent, done, at)
    assert Pledge.objects.get(pk=intent.pledge_id).status == PledgeState.DRAFT
    return refusal.value


# --- By passkey ---------------------------------------------------------------------------------
def test_what_a_passkey_signed_is_kept_and_proves_itself(prepared, liming, passkey):
    intent = prepared()
    pledge = sign(intent, request_by_passkey(passkey(liming), intent))
    signature = pledge.signature
    assert signature.method == Signature.Method.PASSKEY
    block = json.loads(json.dumps(signature.assertion))
    document = ceremony.ToBeSigned(
        document_sha256=pledge.document_digest,
        version_digest=pledge.version.digest,
        person_id=liming.pk,
        nonce=intent.nonce,
        created_at=intent.created_at,
        expires_at=intent.expires_at,
    )
    ceremony.reverify(block, document)
    told = enrolment_statements.check(
        block, person_id=liming.pk, employee_number="E1001", verifier=signed_by_ledger
    )
    assert told.introduced_by == "first"
    facts = json.loads(audit.trail(pledge).last().leaf)["facts"]
    assert facts["method"] == "passkey"


def test_the_same_answer_again_gives_the_same_pledge(prepared, liming, passkey):
    intent = prepared()
    done = request_by_passkey(passkey(liming), intent)
    assert sign(intent, done) == sign(intent, done)
    assert Signature.objects.count() == 1


BENT = {
    "wrong origin": ({"origin": "https://evil.example"}, PasskeyFault.WRONG_ORIGIN),
    "wrong rpId": ({"rp_id": "evil.example"}, PasskeyFault.WRONG_RP),
    "no UV": ({"flags": UP}, PasskeyFault.NOT_VERIFIED),
    "no UP": ({"flags": UV}, PasskeyFault.NOT_PRESENT),
    "cross-origin": ({"crossOrigin": True}, PasskeyFault.CROSS_ORIGIN),
    "wrong type": ({"type": "webauthn.create"}, PasskeyFault.WRONG_TYPE),
    "wrong challenge": ({"challenge": "AAAA"}, PasskeyFault.WRONG_CHALLENGE),
}


@pytest.mark.parametrize("name", BENT)
def test_a_bent_ceremony_signs_nothing(prepared, liming, passkey, name):
    wrong, reason = BENT[name]
    intent = prepared()
    done = request_by_passkey(passkey(liming), intent, wrong=wrong)
    assert refused(intent, done, refusals.PasskeyRefused).reason == reason


def test_a_bad_signature_signs_nothing(prepared, liming, passkey):
    intent = prepared()
    done = request_by_passkey(passkey(liming), intent)
    response = done.proof.answer["response"]
    response["signature"] = response["signature"][:-4] + "AAAA"
    refusal = refused(intent, done, refusals.PasskeyRefused)
    assert refusal.reason in (PasskeyFault.BAD_SIGNATURE, PasskeyFault.MALFORMED)


def test_an_answer_for_another_document_signs_nothing(prepared, liming, passkey):
    key, one, other = passkey(liming), prepared(), prepared("contract")
    refusal = refused(one, request_by_passkey(key, other), refusals.PasskeyRefused)
    assert refusal.reason == PasskeyFault.WRONG_CHALLENGE


def test_a_replay_signs_nothing(prepared, liming, passkey, now):
    """The same document prepared again has another nonce."""
    key, first = passkey(liming), prepared()
    done = request_by_passkey(key, first)
    later = now + timedelta(minutes=31)
    again = preparing.prepare(first.pledge, actor=liming, at=later)
    refused(again, done, refusals.PasskeyRefused, at=later)


def test_anothers_passkey_signs_nothing(prepared, liming, wangfang, passkey):
    intent = prepared()
    passkey(liming)
    refusal = refused(
        intent, request_by_passkey(passkey(wangfang), intent), refusals.PasskeyRefused
    )
    assert refusal.reason == PasskeyFault.UNKNOWN_CREDENTIAL


def test_an_expired_document_is_not_signed(prepared, liming, passkey, now):
    intent = prepared()
    done = request_by_passkey(passkey(liming), intent)
    refused(intent, done, refusals.IntentExpired, at=now + timedelta(minutes=30))


def test_a_removed_passkey_signs_nothing_even_if_its_row_comes_back(prepared, liming, passkey, now):
    key, intent = passkey(liming), prepared()
    withdraw(key.row, actor=liming, at=now)
    refused(intent, request_by_passkey(key, intent), refusals.PasskeyRefused)
    key.row.delete()
    refused(intent, request_by_passkey(key, intent), refusals.PasskeyRefused)
    assert not Ways(liming).passkeys


def test_a_counter_that_goes_back_is_a_copied_key(prepared, liming, passkey):
    key = passkey(liming)
    first, second = prepared(), prepared("contract")
    sign(first, request_by_passkey(key, first, wrong={"counter": 7}))
    for counter in (7, 6, 0):
        done = request_by_passkey(key, second, wrong={"counter": counter})
        refusal = refused(second, done, refusals.PasskeyRefused)
        assert refusal.reason == PasskeyFault.COUNTER_ROLLBACK
    sign(second, request_by_passkey(key, second, wrong={"counter": 8}))


def test_a_key_that_does_not_count_signs_many(prepared, liming, passkey):
    key = passkey(liming)
    for slug in ("general-standards", "contract"):
        intent = prepared(slug)
        sign(intent, request_by_passkey(key, intent, wrong={"counter": 0}))


def test_a_key_swapped_in_the_database_signs_nothing(prepared, liming, passkey):
    """Somebody who writes the database puts their own key under the person's credential."""
    key, intent, own = passkey(liming), prepared(), Passkey()
    own.id = key.id
    Authenticator.objects.filter(pk=key.row.pk).update(
        data={"name": "x", "credential": own.register()}
    )
    refused(intent, request_by_passkey(own, intent), refusals.PasskeyRefused)
    # Nor does the honest key, while the row contradicts its statement.
    refused(intent, request_by_passkey(key, intent), refusals.PasskeyRefused)


def test_a_passkey_moved_to_another_person_in_the_database_signs_nothing(
    prepared, liming, wangfang, passkey
):
    theirs, intent = passkey(wangfang), prepared()
    Authenticator.objects.filter(pk=theirs.row.pk).update(user=liming)
    refused(intent, request_by_passkey(theirs, intent), refusals.PasskeyRefused)


def test_a_passkey_does_not_sign_under_another_number(prepared, liming, passkey):
    key = passkey(liming)
    liming.employee_number = "E9999"
    liming.save()
    intent = prepared()
    refused(intent, request_by_passkey(key, intent), refusals.PasskeyRefused)


@pytest.mark.parametrize("answer", [None, {}, [], "x", {"rawId": 1, "response": None}])
def test_what_no_browser_sends_signs_nothing(prepared, liming, passkey, answer):
    passkey(liming)
    intent = prepared()
    refused(intent, request_by_code(proof=PasskeyAnswer(answer)), refusals.PasskeyRefused)


# --- By password and code -----------------------------------------------------------------------
def code_at(username, moment):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    step = int(moment.timestamp()) // 30
    return format_hotp_value(hotp_value(baseline.totp_secret(username), step))


def test_password_and_code_are_written_down_as_such(prepared, now):
    signature = sign(prepared(), request_by_code()).signature
    assert signature.method == "password-totp"
    assert signature.assertion == {"method": "password-totp"}
    assert signature.totp_step == int(now.timestamp()) // 30


@pytest.mark.parametrize(("seconds", "good"), [(-60, 0), (-30, 1), (0, 1), (30, 1), (60, 0)])
def test_a_clock_may_be_half_a_minute_off(prepared, now, seconds, good):
    intent = prepared()
    done = request_by_code(code=code_at("liming", now + timedelta(seconds=seconds)))
    if good:
        sign(intent, done)
    else:
        refused(intent, done, refusals.WrongCode)


def test_a_code_serves_one_document(prepared, liming, now):
    code = code_at("liming", now)
    one, other = prepared(), prepared("contract")
    sign(one, request_by_code(code=code))
    RequestCount.objects.all().delete()
    refused(other, request_by_code(code=code), refusals.CodeUsed)
    # What the code saw, the database holds as well.
    step = Signature.objects.get().totp_step
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(
            pledge=other.pledge,
            intent=other,
            person=liming,
            method="password-totp",
            totp_step=step,
            consent_version="x",
            consent_text="x",
            created_at=now,
        )


def test_another_persons_code_of_the_same_moment_is_their_own(prepared, wangfang):
    sign(prepared(), request_by_code())
    sign(prepared(person=wangfang), request_by_code(wangfang))


def test_a_code_that_signed_in_does_not_sign(prepared, liming):
    """Neither while its use is noted, nor by the time of that sign-in."""
    at = timezone.now()
    intent = prepared(at=at)
    code = code_at("liming", at)
    factor = Authenticator.objects.get(user=liming)
    assert authenticating.use_up(factor, f" {code[:3]}-{code[3:]}")
    refused(intent, request_by_code(at=at, code=code), refusals.CodeUsed, at=at)
    RequestCount.objects.all().delete()
    factor.last_used_at = at  # `record_usage` reads the clock, which may be a step further by now
    factor.save()
    refused(intent, request_by_code(at=at, code=code), refusals.CodeUsed, at=at)
    then = at + timedelta(seconds=30)
    sign(intent, request_by_code(at=then, code=code_at("liming", then)), at=then)


def test_a_code_that_signed_does_not_sign_in(prepared, liming):
    at = timezone.now()
    intent = prepared(at=at)
    code = code_at("liming", at)
    sign(intent, request_by_code(at=at, code=code), at=at)
    assert not authenticating.use_up(Authenticator.objects.get(user=liming), code)


def test_a_signing_that_fails_uses_no_code_up(prepared, liming, monkeypatch):
    at = timezone.now()
    intent = prepared(at=at)
    code = code_at("liming", at)
    monkeypatch.setattr(signing, "write_commitments", None)
    with pytest.raises(TypeError):
        sign(intent, request_by_code(at=at, code=code), at=at)
    assert authenticating.use_up(Authenticator.objects.get(user=liming), code)


def test_without_an_authenticator_app_there_is_no_code(prepared, liming):
    intent = prepared()
    done = request_by_code()
    Authenticator.objects.all().delete()
    assert not Ways(liming).any
    refused(intent, done, refusals.MethodNotAllowed)


def test_where_a_passkey_is_required_password_and_code_do_not_sign(prepared, liming, passkey):
    Organisation.objects.update(signing=Organisation.Signing.PASSKEY)
    intent = prepared()
    refused(intent, request_by_code(), refusals.MethodNotAllowed)
    assert not Ways(liming).any
    sign(intent, request_by_passkey(passkey(liming), intent))


def test_nothing_secret_is_kept(prepared):
    signature = sign(prepared(), request_by_code(code=code_at("liming", baseline.START))).signature
    kept = json.dumps(signature.assertion) + str(vars(signature))
    assert baseline.PASSWORD not in kept
    assert hashlib.md5(baseline.PASSWORD.encode()).hexdigest() not in kept


def test_after_the_ledgers_key_was_renewed_a_passkey_signs_under_the_new_one(
    prepared, liming, passkey, settings, tmp_path, now
):
    settings.PKI_DIR = tmp_path / "pki"
    keys.make(settings.PKI_DIR)
    key, intent = passkey(liming), prepared()
    renew = {"organisation": keys.ORGANISATION, "passphrase": keys.PASSPHRASE.encode()}
    pki.renew(settings.PKI_DIR, "ledger", at=keys.BEGIN, **renew)
    block = sign(intent, request_by_passkey(key, intent)).signature.assertion
    enrolment_statements.check(
        block, person_id=liming.pk, employee_number="E1001", verifier=signed_by_present_key
    )
    # A ledger's key that was never ours has signed nothing.
    shutil.rmtree(settings.PKI_DIR / "retired")
    assert not Ways(liming).passkeys
