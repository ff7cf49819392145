"""The record of a passkey that waits: what it covers, and the code that people compare."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.proof.passkeys import pending_records
from pledges.proof.passkeys.ceremony import (
    Credential,
    Refused,
    introduction_challenge,
)
from pledges.proof.passkeys.pending_records import ALPHABET, Pending, same_code

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def made(**changed):
    facts = {
        "answer": "{}",
        "person_id": 7,
        "employee_number": "E1001",
        "name": "手机",
        "rp_id": "pledges.example.com",
        "at": AT,
        "nonce": "5a" * 32,
    }
    return Pending.of(Credential(b"id", b"key"), **{**facts, **changed})


def test_the_digest_the_challenge_and_the_code_are_as_documented():
    """Computed once with another implementation: `docs/evidence.md` says how."""
    pending = made()
    assert pending.digest == DIGEST
    assert introduction_challenge(pending.digest).hex() == CHALLENGE
    assert pending.code == CODE


DIGEST = "7cdbdec91546244f88efe1c696dc29072df089b79b75a3284769e6da596fe91f"
CHALLENGE = "1bc98ca466d0759e763c1fb74103c94fde383b5fc69f800c1296d4b7d9e5e538"
CODE = "1V5-Y0Q"


@pytest.mark.parametrize("field", [each.name for each in fields(Pending)])
def test_the_digest_covers_everything(field):
    pending = made()
    other = replace(pending, **{field: 8 if field == "person_id" else "x"})
    assert other.digest != pending.digest


def test_it_waits_for_a_day():
    assert made().expires - made().registered == timedelta(hours=24)
    assert made(at=AT.astimezone()).digest == made().digest


def test_what_was_signed_is_read_back_and_nothing_else():
    pending = made()
    signed = pending_records.sign(pending, lambda message: b"signed " + message)
    assert pending_records.read(signed, lambda mark, text: mark == b"signed " + text) == pending
    for wrong in (
        None,
        {},
        {**signed, "signature": "?"},
        {**signed, "pending": {**signed["pending"], "person_id": "7"}},
        {**signed, "pending": {**signed["pending"], "more": "x"}},
        {**signed, "pending": list(signed["pending"].values())},
    ):
        with pytest.raises(Refused):
            pending_records.read(wrong, lambda mark, text: True)
    with pytest.raises(Refused):
        pending_records.read(signed, lambda mark, text: False)


@given(nonce=st.binary(min_size=32, max_size=32))
def test_a_code_is_six_signs_that_nobody_confuses(nonce):
    code = made(nonce=nonce.hex()).code
    assert len(code) == 7 and code[3] == "-"
    assert set(code) - {"-"} <= set(ALPHABET)
    assert not set(code) & set("ILOU")
    assert same_code(code, code)
    assert same_code(code.lower().replace("-", " "), code)
    assert same_code(code.replace("0", "o").replace("1", "l"), code)
    assert same_code(code.replace("0", "O").replace("1", "I"), code)


@given(code=st.text(ALPHABET, min_size=6, max_size=6), other=st.text(ALPHABET, max_size=7))
def test_two_codes_are_two(code, other):
    assert same_code(other, code) == (other == code)


def test_codes_are_spread_evenly():
    """The first sign of 3,000 codes: each of the 32 stands there about 94 times."""
    first = [made(nonce=f"{number:064x}").code[0] for number in range(3_000)]
    counts = [first.count(sign) for sign in ALPHABET]
    assert min(counts) > 50 and max(counts) < 150
