"""Our check of a stored answer against the library's, over ceremonies bent in one place."""

import hashlib
import json
import struct
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fido2 import cbor
from fido2.cose import ES256, ES384, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pledges.proof.passkeys import ceremony, cose
from pledges.proof.passkeys.ceremony import (
    Assertion,
    Party,
    PasskeyFault,
    Refused,
    base64,
    unbase64,
)
from tests.authenticator import UP, UV, Passkey
from tests.baseline import START

PARTY = Party.at("https://pledges.example.com/")
HOME = {"rp_id": PARTY.id, "origin": PARTY.origin}
DOCUMENT = ceremony.ToBeSigned(
    document_sha256="1a" * 32,
    version_digest="2b" * 32,
    person_id=7,
    nonce="3c" * 32,
    created_at=START,
    expires_at=START + timedelta(minutes=10),
)
CHALLENGE = DOCUMENT.challenge()
PASSKEYS = [Passkey(**HOME, kind=kind) for kind in (ES256, EdDSA, RS256)]
ORIGINS = [
    PARTY.origin,
    "https://x.pledges.example.com",
    "https://x.pledges.example.com:8443",
    "https://pledges.example.com.evil.example",
    "https://evilpledges.example.com",
    "https://example.com",
    "http://pledges.example.com",
    "http://localhost:8000",
    "pledges.example.com",
    "null",
    "",
]
PLACE = st.integers(0, 2**12)  # taken modulo the length, for signatures have more than one
EXTENSIONS = cbor.encode({"credProtect": 2})


# --- What the three say -------------------------------------------------------------------------
def the_library_takes(answer, passkey):
    """The library's word, of the answer as the browser sent it; it allows subdomains by itself."""
    server = Fido2Server(PublicKeyCredentialRpEntity(name="x", id=PARTY.id))
    key = cbor.decode(passkey.public_key)
    known = AttestedCredentialData.create(Aaguid.NONE, passkey.id, key)
    _options, state = server.authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED, challenge=CHALLENGE
    )
    try:
        server.authenticate_complete(state, [known], answer)
    except Exception:
        return False
    return True


def fault_years_later(answer, passkey):
    """What our check of the stored answer finds; `None` if it holds."""
    try:
        block = {
            "method": "passkey",
            **Assertion.from_browser(answer).as_block(),
            "public_key": base64(passkey.public_key),
            "rp_id": PARTY.id,
        }
        ceremony.reverify(block, DOCUMENT)
    except Refused as refusal:
        return refusal.reason
    return None


def fault_now(answer, passkey, **options):
    """What is wrong with it as a browser's, for the one origin."""
    try:
        ceremony.verify(
            Assertion.from_browser(answer),
            challenge=CHALLENGE,
            party=PARTY,
            credential=passkey.credential,
            **options,
        )
    except Refused as refusal:
        return refusal.reason
    return None


# --- Ceremonies ---------------------------------------------------------------------------------
def answered(passkey, client, known):
    """An answer over exactly these bytes, truly signed."""
    answer = passkey.answer(CHALLENGE, counter=1)
    signature = passkey.sign(known + hashlib.sha256(client).digest())
    parts = (("clientDataJSON", client), ("authenticatorData", known), ("signature", signature))
    answer["response"] |= {part: base64(value) for part, value in parts}
    return answer


def parts_of(answer):
    return {part: unbase64(text) for part, text in answer["response"].items() if text}


CLIENT = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(["webauthn.get", "webauthn.create", "", "x"])}),
    st.fixed_dictionaries({"challenge": st.binary(max_size=40).map(base64)}),
    st.fixed_dictionaries({"origin": st.sampled_from(ORIGINS)}),
    st.dictionaries(st.sampled_from(["extra", "tokenBinding", "other"]), st.text(), max_size=2),
)
AUTHENTICATOR = st.one_of(
    st.fixed_dictionaries({"flags": st.sampled_from([0, UP, UV, UP | UV, 0x18 | UP, 0x3F])}),
    st.fixed_dictionaries({"rp_id": st.sampled_from([PARTY.id, "example.com", "x"])}),
    st.fixed_dictionaries({"counter": st.integers(0, 2**32 - 1)}),
)


@st.composite
def ceremonies(draw):
    """A passkey, and an answer of it that is right or bent in one place."""
    passkey = draw(st.sampled_from(PASSKEYS))
    bend = draw(st.sampled_from(BENDS))
    event(bend.__name__)
    return passkey, bend(draw, passkey)


def _browser_says(draw, passkey):
    """Something else in the client data, truly signed."""
    return passkey.answer(CHALLENGE, counter=1, **draw(CLIENT))


def _authenticator_says(draw, passkey):
    """Something else in the authenticator data, truly signed."""
    return passkey.answer(CHALLENGE, **{"counter": 1, **draw(AUTHENTICATOR)})


def _written(draw, passkey):
    """The client data written in another way, or something missing, truly signed."""
    parts = parts_of(passkey.answer(CHALLENGE, counter=1))
    said = json.loads(parts["clientDataJSON"])
    names, missing = draw(st.permutations(list(said))), draw(st.sampled_from(["", *said]))
    kept = {name: said[name] for name in names if name != missing}
    text = json.dumps(kept, indent=draw(st.none() | st.integers(0, 2)))
    around = draw(st.sampled_from(["{}", " {}\n", "\ufeff{}", "{}x", "[{}]", "{}{}"]))
    client = around.replace("{}", text).encode()
    return answered(passkey, client, parts["authenticatorData"])


def _extended(draw, passkey):
    """More authenticator data than usual, truly signed: announced by its flag or not."""
    parts = parts_of(passkey.answer(CHALLENGE, counter=1))
    known = bytearray(parts["authenticatorData"])
    known[32] |= draw(st.sampled_from([0, 0x40, 0x80, 0xC0]))
    more = draw(st.sampled_from([b"", EXTENSIONS, EXTENSIONS + b"\0", b"\xff", bytes(60)]))
    return answered(passkey, parts["clientDataJSON"], bytes(known) + more)


def _flipped(draw, passkey):
    """One bit changed after the signing."""
    answer = passkey.answer(CHALLENGE, counter=1)
    part, raw = draw(st.sampled_from(sorted(parts_of(answer).items())))
    place, bit = draw(PLACE) % len(raw), draw(st.integers(0, 7))
    bent = bytearray(raw)
    bent[place] ^= 1 << bit
    answer["response"][part] = base64(bytes(bent))
    return answer


def _cut(draw, passkey):
    """Bytes missing at an end, or more of them, after the signing."""
    answer = passkey.answer(CHALLENGE, counter=1)
    part, raw = draw(st.sampled_from(sorted(parts_of(answer).items())))
    length = draw(PLACE) % len(raw)
    answer["response"][part] = base64(draw(st.sampled_from([raw[:length], raw + raw[:length]])))
    return answer


def _swapped(draw, passkey):
    """A part of another answer, or of another passkey's."""
    answer = passkey.answer(CHALLENGE, counter=1)
    other = draw(st.sampled_from(PASSKEYS)).answer(draw(st.binary(min_size=32, max_size=32)))
    part = draw(st.sampled_from(sorted(parts_of(answer))))
    answer["response"][part] = other["response"][part]
    return answer


BENDS = [_browser_says, _authenticator_says, _written, _extended, _flipped, _cut, _swapped]


@settings(max_examples=600, deadline=None)
@given(ceremonies())
def test_ours_and_the_librarys_answer_are_the_same(made):
    passkey, answer = made
    fault = fault_years_later(answer, passkey)
    event(str(fault))
    assert (fault is None) == the_library_takes(answer, passkey)


@settings(max_examples=300, deadline=None)
@given(ceremonies())
def test_now_and_years_later_the_same_is_found(made):
    """But for a page of a subdomain, which now is refused, and later can be no other site's."""
    passkey, answer = made
    now, later = fault_now(answer, passkey), fault_years_later(answer, passkey)
    if later is None:
        assert now in (None, PasskeyFault.WRONG_ORIGIN)
    else:
        assert now in (later, PasskeyFault.MALFORMED)


# --- What the library does not look at ----------------------------------------------------------
def doubled(passkey):
    parts = parts_of(passkey.answer(CHALLENGE, counter=1))
    client = parts["clientDataJSON"][:-1] + b',"origin":"%s"}' % PARTY.origin.encode()
    return answered(passkey, client, parts["authenticatorData"])


def says(**more):
    return lambda passkey: passkey.answer(CHALLENGE, counter=1, **more)


WRITING = PasskeyFault.MALFORMED, PasskeyFault.WRONG_CHALLENGE
OURS_ALONE = {
    "a name twice": (doubled, PasskeyFault.MALFORMED, PasskeyFault.MALFORMED),
    "a frame": (says(crossOrigin=True), PasskeyFault.CROSS_ORIGIN, PasskeyFault.CROSS_ORIGIN),
    "a frame of whom": (
        says(topOrigin="https://evil.example"),
        PasskeyFault.CROSS_ORIGIN,
        PasskeyFault.CROSS_ORIGIN,
    ),
    "a padded challenge": (says(challenge=base64(CHALLENGE) + "="), *WRITING),
    "a challenge with stray signs": (says(challenge="!!!!" + base64(CHALLENGE)), *WRITING),
    "a subdomain": (says(origin="https://x.pledges.example.com"), PasskeyFault.WRONG_ORIGIN, None),
    "another port": (says(origin=PARTY.origin + ":8443"), PasskeyFault.WRONG_ORIGIN, None),
    "an origin with a path": (
        says(origin=PARTY.origin + "/x"),
        PasskeyFault.WRONG_ORIGIN,
        PasskeyFault.WRONG_ORIGIN,
    ),
    "an origin in capitals": (
        says(origin=PARTY.origin.upper()),
        PasskeyFault.WRONG_ORIGIN,
        PasskeyFault.WRONG_ORIGIN,
    ),
}


@pytest.mark.parametrize("name", OURS_ALONE)
def test_what_the_library_takes_and_we_do_not(name):
    make, now, later = OURS_ALONE[name]
    passkey = PASSKEYS[0]
    answer = make(passkey)
    assert the_library_takes(answer, passkey)
    assert (fault_now(answer, passkey), fault_years_later(answer, passkey)) == (now, later)


def test_the_library_does_not_look_at_the_counter():
    passkey = PASSKEYS[0]
    answer = passkey.answer(CHALLENGE, counter=5)
    assert the_library_takes(answer, passkey) and fault_now(answer, passkey) is None
    assert fault_now(answer, passkey, seen=5) == PasskeyFault.COUNTER_ROLLBACK


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        (ES384, lambda: ec.generate_private_key(ec.SECP384R1())),
        (RS256, lambda: rsa.generate_private_key(65_537, 1024)),
        (RS256, lambda: rsa.generate_private_key(3, 2048)),
    ],
    ids=["ES384", "RSA of 1024 bits", "RSA with exponent 3"],
)
def test_the_library_believes_more_algorithms(kind, make, monkeypatch):
    passkey = Passkey(**HOME)
    passkey._key = make()
    passkey.public_key = cbor.encode(kind.from_cryptography_key(passkey._key.public_key()))
    if kind is ES384:
        signs = ec.ECDSA(kind._HASH_ALG)
        monkeypatch.setattr(passkey, "sign", lambda message: passkey._key.sign(message, signs))
    answer = passkey.answer(CHALLENGE)
    assert the_library_takes(answer, passkey)
    assert fault_now(answer, passkey) == PasskeyFault.FORBIDDEN_ALGORITHM
    assert fault_years_later(answer, passkey) == PasskeyFault.FORBIDDEN_ALGORITHM
    with pytest.raises(Refused, match=PasskeyFault.FORBIDDEN_ALGORITHM):
        ceremony.verify_registration(passkey.register(), party=PARTY)


# --- What costs the library memory --------------------------------------------------------------
MUCH = 2**60  # more bytes than any machine has addresses for


def test_a_number_is_no_challenge():
    passkey = PASSKEYS[0]
    with pytest.raises(MemoryError):
        Fido2Server(PublicKeyCredentialRpEntity(name="x", id=PARTY.id)).authenticate_complete(
            {}, [], passkey.answer(CHALLENGE, challenge=MUCH)
        )
    answer = passkey.answer(CHALLENGE, challenge=MUCH)
    assert fault_now(answer, passkey) == PasskeyFault.MALFORMED
    assert fault_years_later(answer, passkey) == PasskeyFault.WRONG_CHALLENGE
    with pytest.raises(Refused, match=PasskeyFault.MALFORMED):
        ceremony.verify_registration(passkey.register(challenge=MUCH), party=PARTY)


@pytest.mark.parametrize("known", [1_000, [0] * 50])
def test_what_stands_for_authenticator_data_is_bytes(known, monkeypatch):
    answer = PASSKEYS[0].register()
    told = {"fmt": "none", "attStmt": {}, "authData": known}
    answer["response"]["attestationObject"] = base64(cbor.encode(told))
    monkeypatch.setattr("fido2.webauthn.AuthenticatorData.__init__", lambda *_: pytest.fail())
    with pytest.raises(Refused, match=PasskeyFault.MALFORMED):
        ceremony.verify_registration(answer, party=PARTY)


def test_a_registration_without_a_passkey_is_none():
    passkey = PASSKEYS[0]
    answer = passkey.register()
    known = hashlib.sha256(PARTY.id.encode()).digest() + struct.pack(">BI", UP | UV, 0)
    told = {"fmt": "none", "attStmt": {}, "authData": known}
    answer["response"]["attestationObject"] = base64(cbor.encode(told))
    with pytest.raises(Refused, match=PasskeyFault.MALFORMED):
        ceremony.verify_registration(answer, party=PARTY)


# --- The key that is enrolled ---------------------------------------------------------------------
@pytest.mark.parametrize("passkey", PASSKEYS, ids=["ES256", "EdDSA", "RS256"])
def test_a_key_is_enrolled_in_the_writing_of_authenticators(passkey):
    found = ceremony.verify_registration(passkey.register(), party=PARTY)
    assert found.public_key == cbor.encode(cbor.decode(found.public_key)) == passkey.public_key


def test_a_key_is_enrolled_alike_however_the_library_writes(monkeypatch):
    """As one that leaves the order of entries to itself."""
    answer = PASSKEYS[0].register()
    monkeypatch.setattr(cbor, "_sort_keys", lambda entry: [-byte for byte in entry[0]])
    assert cbor.encode(cbor.decode(PASSKEYS[0].public_key)) != PASSKEYS[0].public_key
    assert ceremony.credential_in(answer).public_key == PASSKEYS[0].public_key


@pytest.mark.parametrize("key", [{1: "text"}, {1: True}, {1: 2.5}, {"1": 2}, {1: [2]}, {1: 2**16}])
def test_a_key_of_anything_but_small_numbers_and_bytes_is_not_written(key):
    with pytest.raises(ValueError):
        cose.write_key(key)


@given(
    st.dictionaries(
        st.integers(-(2**16), 2**16 - 1),
        st.integers(-(2**16), 2**16 - 1) | st.binary(max_size=300),
        max_size=12,
    )
)
def test_every_key_is_written_as_the_library_writes_it(key):
    assert cose.write_key(key) == cbor.encode(key)
