"""A passkey proves one document of one person, once; every bent ceremony proves nothing."""

import copy
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fido2.cose import ES256, RS256, EdDSA
from hypothesis import given, settings
from hypothesis import strategies as st

from pledges.proof.passkeys import ceremony, enrolment_statements
from pledges.proof.passkeys.ceremony import (
    Assertion,
    Credential,
    Party,
    PasskeyFault,
    base64,
    unbase64,
)
from tests.authenticator import UP, UV, Passkey
from tests.baseline import START

PARTY = Party.at("https://pledges.example.com/")
HOME = {"rp_id": PARTY.id, "origin": PARTY.origin}
DOCUMENT = {
    "document_sha256": "1a" * 32,
    "version_digest": "2b" * 32,
    "person_id": 7,
    "nonce": "3c" * 32,
    "created_at": START,
    "expires_at": START + timedelta(minutes=10),
}
LATER = DOCUMENT["expires_at"] + timedelta(microseconds=1)
CHALLENGE = ceremony.ToBeSigned(**DOCUMENT).challenge()
LEDGER = Ed25519PrivateKey.generate()


def verifier(signature, message):
    try:
        LEDGER.public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.fixture(scope="module")
def passkey():
    return Passkey(**HOME)


def verify(answer, passkey, **options):
    usual = {"challenge": CHALLENGE, "party": PARTY, "credential": passkey.credential}
    ceremony.verify(Assertion.from_browser(answer), **{**usual, **options})


def block_of(answer, passkey):
    return {
        "method": "passkey",
        **Assertion.from_browser(answer).as_block(),
        "public_key": base64(passkey.public_key),
        "rp_id": PARTY.id,
    }


def enrolled(passkey, **changes):
    usual = {"person_id": 7, "employee_number": "E1001", "rp_id": PARTY.id, "at": START}
    statement = enrolment_statements.EnrolmentStatement.of(
        passkey.credential, **{**usual, "introduced_by": enrolment_statements.FIRST, **changes}
    )
    return enrolment_statements.sign(statement, LEDGER.sign)


def refused(reason, act):
    with pytest.raises(ceremony.Refused) as refusal:
        act()
    assert refusal.value.reason is reason


# --- The honest ceremony ------------------------------------------------------------------------
@pytest.mark.parametrize("kind", [ES256, EdDSA, RS256])
def test_an_honest_answer_holds_now_and_from_the_evidence_alone(kind):
    passkey = Passkey(**HOME, kind=kind)
    answer = passkey.answer(CHALLENGE)
    verify(answer, passkey)
    stored = json.loads(json.dumps(block_of(answer, passkey)))
    ceremony.reverify(stored, ceremony.ToBeSigned(**DOCUMENT))


def test_an_authenticator_that_does_not_count_signs_again(passkey):
    verify(passkey.answer(CHALLENGE, counter=0), passkey, seen=0)


def test_the_challenge_depends_on_everything():
    changed = {
        "document_sha256": "1b" * 32,
        "version_digest": "2c" * 32,
        "person_id": 8,
        "nonce": "3d" * 32,
        "created_at": START - timedelta(microseconds=1),
        "expires_at": LATER,
    }
    others = [ceremony.ToBeSigned(**{**DOCUMENT, k: v}).challenge() for k, v in changed.items()]
    swapped = {"document_sha256": "2b" * 32, "version_digest": "1a" * 32}
    others.append(ceremony.ToBeSigned(**{**DOCUMENT, **swapped}).challenge())
    swapped = {"created_at": DOCUMENT["expires_at"], "expires_at": DOCUMENT["created_at"]}
    others.append(ceremony.ToBeSigned(**{**DOCUMENT, **swapped}).challenge())
    assert len({CHALLENGE, *others}) == 9


def test_the_challenge_is_about_moments_however_they_are_written():
    """The organisation's time zone may be another one when the evidence is written."""
    elsewhere = timezone(timedelta(hours=-9, minutes=-30))
    times = {name: DOCUMENT[name].astimezone(elsewhere) for name in ("created_at", "expires_at")}
    assert ceremony.ToBeSigned(**{**DOCUMENT, **times}).challenge() == CHALLENGE


@pytest.mark.parametrize("name", ["created_at", "expires_at"])
@pytest.mark.parametrize(
    "time",
    [datetime(1969, 12, 31, tzinfo=UTC), datetime(2026, 11, 23), "2026-11-23T00:00:00+00:00", None],
)
def test_a_time_that_no_challenge_can_hold_is_refused(passkey, name, time):
    block = block_of(passkey.answer(CHALLENGE), passkey)
    refused(
        PasskeyFault.MALFORMED,
        lambda: ceremony.reverify(block, ceremony.ToBeSigned(**{**DOCUMENT, name: time})),
    )


@pytest.mark.parametrize(
    ("url", "party"),
    [
        (
            "https://Pledges.Example.com",
            Party("pledges.example.com", "https://pledges.example.com"),
        ),
        ("https://example.com:443/x/", Party("example.com", "https://example.com")),
        ("http://localhost:8000", Party("localhost", "http://localhost:8000")),
    ],
)
def test_who_asks_follows_from_the_public_address(url, party):
    assert Party.at(url) == party


def test_the_browser_is_asked_to_verify_the_person(passkey):
    options = ceremony.request_options(CHALLENGE, rp_id=PARTY.id, credential_ids=[passkey.id])
    assert options["userVerification"] == "required"
    assert options["rpId"] == "pledges.example.com"
    assert unbase64(options["challenge"]) == CHALLENGE
    assert [unbase64(each["id"]) for each in options["allowCredentials"]] == [passkey.id]


# --- Bent ceremonies ----------------------------------------------------------------------------
BENT = {
    "wrong challenge": ({"challenge": base64(b"x" * 32)}, PasskeyFault.WRONG_CHALLENGE),
    "wrong origin": ({"origin": "https://evil.example"}, PasskeyFault.WRONG_ORIGIN),
    "a subdomain's origin": (
        {"origin": "https://x.pledges.example.com"},
        PasskeyFault.WRONG_ORIGIN,
    ),
    "another port": ({"origin": "https://pledges.example.com:8443"}, PasskeyFault.WRONG_ORIGIN),
    "no TLS": ({"origin": "http://pledges.example.com"}, PasskeyFault.WRONG_ORIGIN),
    "wrong rpId": ({"rp_id": "evil.example"}, PasskeyFault.WRONG_RP),
    "no user verification": ({"flags": UP}, PasskeyFault.NOT_VERIFIED),
    "no user presence": ({"flags": UV}, PasskeyFault.NOT_PRESENT),
    "cross-origin": ({"crossOrigin": True}, PasskeyFault.CROSS_ORIGIN),
    "cross-origin as a word": ({"crossOrigin": "true"}, PasskeyFault.CROSS_ORIGIN),
    "framed": ({"topOrigin": "https://evil.example"}, PasskeyFault.CROSS_ORIGIN),
    "wrong type": ({"type": "webauthn.create"}, PasskeyFault.WRONG_TYPE),
    "counter rollback": ({"counter": 4}, PasskeyFault.COUNTER_ROLLBACK),
    "counter standing still": ({"counter": 5}, PasskeyFault.COUNTER_ROLLBACK),
    "counter lost": ({"counter": 0}, PasskeyFault.COUNTER_ROLLBACK),
}
AT_ONCE = [name for name in BENT if not name.startswith("counter")]
# Offline, a counter has nothing to be compared with, and a subdomain may use its domain's keys.
OFFLINE = [name for name in AT_ONCE if name not in ("a subdomain's origin", "another port")]


@pytest.mark.parametrize("name", BENT)
def test_a_bent_ceremony_is_refused(passkey, name):
    wrong, reason = BENT[name]
    refused(reason, lambda: verify(passkey.answer(CHALLENGE, **wrong), passkey, seen=5))


@pytest.mark.parametrize("name", OFFLINE)
def test_a_bent_ceremony_is_refused_from_the_evidence_too(passkey, name):
    wrong, reason = BENT[name]
    block = block_of(passkey.answer(CHALLENGE, **wrong), passkey)
    refused(reason, lambda: ceremony.reverify(block, ceremony.ToBeSigned(**DOCUMENT)))


@pytest.mark.parametrize("rp_id", ["\ud800", "", None, 7, ["pledges.example.com"]])
def test_a_site_that_is_none_is_refused_from_the_evidence(passkey, rp_id):
    block = {**block_of(passkey.answer(CHALLENGE), passkey), "rp_id": rp_id}
    refused(
        PasskeyFault.MALFORMED, lambda: ceremony.reverify(block, ceremony.ToBeSigned(**DOCUMENT))
    )


@pytest.mark.parametrize(
    "origin",
    ["http://localhost.evil.example", "https://evilexample.com", "https://pledges.example.com@x.y"],
)
def test_no_origin_passes_for_another(origin):
    passkey = Passkey(rp_id="example.com", origin=origin)
    block = {**block_of(passkey.answer(CHALLENGE), passkey), "rp_id": "example.com"}
    refused(
        PasskeyFault.WRONG_ORIGIN, lambda: ceremony.reverify(block, ceremony.ToBeSigned(**DOCUMENT))
    )


def test_a_replay_for_another_document_or_another_time_is_refused(passkey):
    answer = passkey.answer(CHALLENGE)
    for change in (
        {"document_sha256": "9f" * 32},
        {"nonce": "9f" * 32},
        {"person_id": 8},
        {"created_at": START - timedelta(days=1)},
        {"expires_at": LATER},
    ):
        other = {**DOCUMENT, **change}
        challenge = ceremony.ToBeSigned(**other).challenge()
        refused(
            PasskeyFault.WRONG_CHALLENGE, lambda c=challenge: verify(answer, passkey, challenge=c)
        )
        block = block_of(answer, passkey)
        refused(
            PasskeyFault.WRONG_CHALLENGE,
            lambda o=other, b=block: ceremony.reverify(b, ceremony.ToBeSigned(**o)),
        )


def test_anothers_credential_is_refused(passkey):
    other = Passkey(**HOME)
    refused(PasskeyFault.UNKNOWN_CREDENTIAL, lambda: verify(other.answer(CHALLENGE), passkey))


def test_a_swapped_key_is_refused(passkey):
    """The key in the database was replaced by another's: the answer does not fit it."""
    swapped = Credential(passkey.id, Passkey(**HOME).public_key)
    answer = passkey.answer(CHALLENGE)
    refused(PasskeyFault.BAD_SIGNATURE, lambda: verify(answer, passkey, credential=swapped))


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
def test_a_flipped_bit_anywhere_is_refused(passkey, part):
    answer = passkey.answer(CHALLENGE)
    raw = unbase64(answer["response"][part])
    for bit in range(0, len(raw) * 8, 5):
        bent = bytearray(raw)
        bent[bit // 8] ^= 1 << bit % 8
        changed = copy.deepcopy(answer)
        changed["response"][part] = base64(bytes(bent))
        with pytest.raises(ceremony.Refused):
            verify(changed, passkey)


def test_algorithms_that_we_do_not_believe_are_refused(passkey):
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from fido2 import cbor
    from fido2.cose import ES384, PS256

    small = rsa.generate_private_key(65_537, 1024).public_key()
    keys = [
        ES384.from_cryptography_key(ec.generate_private_key(ec.SECP384R1()).public_key()),
        PS256.from_cryptography_key(rsa.generate_private_key(65_537, 2048).public_key()),
        RS256.from_cryptography_key(small),
        {1: 2, 3: -7, -1: 2, -2: bytes(32), -3: bytes(32)},
        {3: -7},
        {},
    ]
    for key in [*map(cbor.encode, keys), b"", b"\xff"]:
        answer, other = passkey.answer(CHALLENGE), Credential(passkey.id, key)
        refused(
            PasskeyFault.FORBIDDEN_ALGORITHM,
            lambda o=other, a=answer: verify(a, passkey, credential=o),
        )


def test_names_that_stand_twice_are_refused(passkey):
    answer = passkey.answer(CHALLENGE)
    raw = unbase64(answer["response"]["clientDataJSON"])
    doubled = raw[:-1] + b',"origin":"https://evil.example"}'
    answer["response"]["clientDataJSON"] = base64(doubled)
    refused(PasskeyFault.MALFORMED, lambda: verify(answer, passkey))


@pytest.mark.parametrize(
    "answer", [None, [], "x", 7, {}, {"rawId": "AA"}, {"rawId": "A", "response": {}}]
)
def test_what_no_browser_sends_is_refused(answer):
    refused(PasskeyFault.MALFORMED, lambda: Assertion.from_browser(answer))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
NAMES = ("method", "credential_id", "client_data_json", "authenticator_data", "signature")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*NAMES, "public_key", "rp_id", "enrolment"]), _JSON))
def test_whatever_stands_in_the_evidence_it_is_refused_and_nothing_else(changes):
    passkey = Passkey(**HOME)
    honest = {**block_of(passkey.answer(CHALLENGE), passkey), "enrolment": enrolled(passkey)}
    block = {**honest, **changes}
    if block == honest:
        return

    def judge():
        ceremony.reverify(block, ceremony.ToBeSigned(**DOCUMENT))
        enrolment_statements.check(block, person_id=7, employee_number="E1001", verifier=verifier)

    with pytest.raises(ceremony.Refused):
        judge()


@given(st.text(alphabet="ABab01-_=+/ \n", max_size=8))
def test_each_bytes_have_one_writing(text):
    try:
        data = unbase64(text)
    except ValueError:
        return
    assert base64(data) == text


# --- Registration -------------------------------------------------------------------------------
def test_an_honest_registration_gives_the_credential(passkey):
    assert ceremony.verify_registration(passkey.register(), party=PARTY) == passkey.credential


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"origin": "https://x.pledges.example.com"}, PasskeyFault.WRONG_ORIGIN),
        ({"crossOrigin": True}, PasskeyFault.CROSS_ORIGIN),
        ({"type": "webauthn.get"}, PasskeyFault.WRONG_TYPE),
        ({"rp_id": "evil.example"}, PasskeyFault.WRONG_RP),
        ({"flags": UP | 0x40}, PasskeyFault.NOT_VERIFIED),
        ({"flags": UV | 0x40}, PasskeyFault.NOT_PRESENT),
    ],
)
def test_a_bent_registration_is_refused(passkey, wrong, reason):
    refused(reason, lambda: ceremony.verify_registration(passkey.register(**wrong), party=PARTY))


# --- Enrolment ----------------------------------------------------------------------------------
def test_a_statement_says_whose_passkey_it_is(passkey):
    block = {**block_of(passkey.answer(CHALLENGE), passkey), "enrolment": enrolled(passkey)}
    told = enrolment_statements.check(
        block, person_id=7, employee_number="E1001", verifier=verifier
    )
    assert told.introduced_by == "first"
    assert told.credential == passkey.credential


@pytest.mark.parametrize(
    "changes",
    [
        {"person_id": 8},
        {"employee_number": "E1002"},
        {"rp_id": "evil.example"},
    ],
)
def test_a_passkey_enrolled_as_somebody_elses_is_refused(passkey, changes):
    block = {**block_of(passkey.answer(CHALLENGE), passkey)}
    block["enrolment"] = enrolled(passkey, **changes)
    refused(
        PasskeyFault.NOT_ENROLLED_SO,
        lambda: enrolment_statements.check(
            block, person_id=7, employee_number="E1001", verifier=verifier
        ),
    )


def test_a_statement_about_another_key_is_refused(passkey):
    block = {**block_of(passkey.answer(CHALLENGE), passkey), "enrolment": enrolled(Passkey(**HOME))}
    refused(
        PasskeyFault.NOT_ENROLLED_SO,
        lambda: enrolment_statements.check(
            block, person_id=7, employee_number="E1001", verifier=verifier
        ),
    )


@pytest.mark.parametrize("name", ["person_id", "public_key", "introduced_by", "enrolled_at"])
def test_a_statement_that_was_changed_is_refused(passkey, name):
    signed = enrolled(passkey)
    value = signed["statement"][name]
    signed["statement"][name] = value + 1 if isinstance(value, int) else f"{value}x"
    refused(PasskeyFault.BAD_ENROLMENT, lambda: enrolment_statements.read(signed, verifier))


def test_a_statement_signed_by_somebody_else_is_refused(passkey):
    statement = enrolment_statements.read(enrolled(passkey), verifier)
    forged = enrolment_statements.sign(statement, Ed25519PrivateKey.generate().sign)
    refused(PasskeyFault.BAD_ENROLMENT, lambda: enrolment_statements.read(forged, verifier))
