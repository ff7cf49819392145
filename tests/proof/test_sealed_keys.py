"""Sealed keys: opened by their passphrase alone, as they were; anything else is refused."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.proof.keys import key_store, pki, sealed_keys
from pledges.proof.keys.sealed_keys import Keys
from tests import keys

USUAL = dict(sealed_keys.COST)
SECRET = "correct horse battery staple"
text = st.text(st.characters(codec="utf-8"), max_size=40)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    """Deriving a key is slow on purpose, and says nothing here."""
    monkeypatch.setattr(sealed_keys, "COST", {"n": 4, "r": 8, "p": 1})


def test_the_cost_of_a_guess():
    """OWASP asks for at least as much of scrypt."""
    assert USUAL == {"n": 2**17, "r": 8, "p": 1}


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(text, text, max_size=4), text, text)
def test_what_was_sealed_comes_back_under_the_same_passphrase(files, of_keys, passphrase):
    sealed = sealed_keys.seal(Keys(files, of_keys), passphrase)
    assert sealed_keys.unseal(sealed, passphrase) == Keys(files, of_keys)
    with pytest.raises(sealed_keys.CannotOpen):
        sealed_keys.unseal(sealed, passphrase + "x")


def test_no_altered_byte_is_accepted():
    sealed = sealed_keys.seal(Keys({"root.pem": "x"}, "y"), SECRET)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        try:
            found = sealed_keys.unseal(bytes(changed), SECRET)
        except sealed_keys.CannotOpen:
            continue
        # A blank between two parts of the JSON says nothing.
        assert json.loads(changed) == json.loads(sealed) and found.passphrase == "y"


def test_a_file_that_asks_for_more_work_is_refused_unworked():
    sealed = json.loads(sealed_keys.seal(Keys({}, ""), SECRET))
    sealed["scrypt"]["n"] = 2**40
    with pytest.raises(sealed_keys.CannotOpen):
        sealed_keys.unseal(json.dumps(sealed).encode(), SECRET)


@pytest.fixture
def made(tmp_path):
    keys.make(tmp_path / "pki")
    return tmp_path / "pki"


def test_keys_are_placed_under_another_passphrase_and_open_with_it(made, tmp_path):
    passphrase = keys.PASSPHRASE.encode()
    collected = sealed_keys.collect(made, passphrase)
    assert "root.key.pem" in collected.files and collected.certificates("ledger")
    sealed = sealed_keys.seal(collected, SECRET)
    target = tmp_path / "elsewhere"
    sealed_keys.place(sealed_keys.unseal(sealed, SECRET), target, b"the other one")
    assert key_store.load(target, b"the other one").root == pki.certificate(made, "root")
    assert collected.stand_in(target)
    assert {path.stat().st_mode & 0o777 for path in target.iterdir() if path.is_file()} == {0o600}
    with pytest.raises(FileExistsError):
        sealed_keys.place(collected, target, passphrase)


def test_a_key_that_its_owner_encrypted_otherwise_is_placed_as_it_is(made, tmp_path):
    collected = sealed_keys.collect(made, b"another than that of the keys")
    sealed_keys.place(collected, tmp_path / "elsewhere", b"the other one")
    for name in ("root.key.pem", "ledger.key.pem"):
        assert (tmp_path / "elsewhere" / name).read_bytes() == (made / name).read_bytes()
