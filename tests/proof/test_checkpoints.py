"""Signed checkpoints as C2SP tlog-checkpoint and signed-note have them, to the byte."""

import base64
import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from pledges.proof.ledger import checkpoints
from pledges.proof.ledger.checkpoints import Checkpoint, Malformed

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "pledges.example.com/ledger"
ROOT = hashlib.sha256(b"root").digest()
HONEST = Checkpoint(ORIGIN, 20852163, ROOT)


def verifier(public):
    def verify(signature, message):
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return verify


def signed(checkpoint=HONEST, key=KEY):
    public = key.public_key().public_bytes_raw()
    return checkpoints.write(checkpoint, public_key=public, sign=key.sign)


def read(note, public=PUBLIC):
    return checkpoints.read(note, public_key=public, verify=verifier(public))


def test_the_text_is_that_of_the_specification():
    body, _, signature = signed().partition("\n\n")
    assert body.split("\n") == [ORIGIN, "20852163", base64.b64encode(ROOT).decode()]
    mark, name, blob = signature.removesuffix("\n").split(" ")
    raw = base64.b64decode(blob)
    # C2SP signed-note: SHA-256(key name ‖ 0x0A ‖ 0x01 ‖ public key)[:4], then the signature.
    assert (mark, name) == ("—", ORIGIN)
    assert raw[:4] == hashlib.sha256(ORIGIN.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    assert verifier(PUBLIC)(raw[4:], f"{body}\n".encode())


def test_the_key_hash_of_a_known_verifier_key():
    # The example key of golang.org/x/mod/sumdb/note.
    name, number, blob = [
        "PeterNeumann",
        "c74f20a3",
        "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ]
    public = base64.b64decode(blob)
    assert public[:1] == checkpoints.ED25519
    assert checkpoints.key_hash(name, public[1:]).hex() == number


def test_an_honest_note_is_read_back():
    assert read(signed()) == HONEST
    assert checkpoints.unverified(signed()) == HONEST


def test_signatures_of_witnesses_are_passed_over():
    witness = f"— witness.example {base64.b64encode(b'1234' + bytes(64)).decode()}\n"
    assert read(signed() + witness) == HONEST
    head, _, own = signed().partition("\n\n")
    assert read(f"{head}\n\n{witness}{own}") == HONEST


def test_lines_that_extend_a_checkpoint_are_signed_with_it():
    body = f"{HONEST.body()}extension line\n"
    blob = checkpoints.key_hash(ORIGIN, PUBLIC) + KEY.sign(body.encode())
    note = f"{body}\n— {ORIGIN} {base64.b64encode(blob).decode()}\n"
    assert read(note) == HONEST
    with pytest.raises(Malformed):
        read(note.replace("extension", "expansion"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda note: note.replace("20852163", "20852164"),
        lambda note: note.replace("20852163", "020852163"),
        lambda note: note.replace("20852163", "-1"),
        lambda note: note.replace("20852163", "٣"),
        lambda note: note.replace(ORIGIN, "elsewhere.example/ledger"),
        lambda note: note.replace(f"{ORIGIN}\n", "elsewhere.example/ledger\n", 1),
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note.replace("— ", "- "),
        lambda note: note[:-1],
        lambda note: note + "\n",
        lambda note: note + "x" * 5000,
        lambda note: note.replace(base64.b64encode(ROOT).decode(), "AAAA"),
        lambda note: note.replace(base64.b64encode(ROOT).decode(), "not base64"),
        lambda note: "",
        lambda note: note.replace(ORIGIN, f"{ORIGIN}\r"),
        lambda note: note.replace(ORIGIN, f"{ORIGIN}\x1b[2J"),
        lambda note: note.replace(ORIGIN, f"{ORIGIN}\udc80"),
        lambda note: note.replace("=\n\n", "=\n\0\n"),
        # Behind a signature that is good, what is no signature.
        lambda note: note + "signed by everybody\n",
        lambda note: note + "— witness.example not-base64\n",
        lambda note: note + "— witness.example MTIzNA==\n",  # the hash of a key alone
        lambda note: note + "—  MTIzNDU2\n",
        lambda note: note + "— two words MTIzNDU2\n",
        lambda note: note + "— witness\u2003example MTIzNDU2\n",
        lambda note: note + "— witness+example MTIzNDU2\n",
    ],
)
def test_a_damaged_note_is_refused(damage):
    with pytest.raises(Malformed):
        read(damage(signed()))


def test_a_note_by_another_key_is_refused():
    with pytest.raises(Malformed):
        read(signed(key=OTHER))
    # Even one that claims to be by ours.
    body = HONEST.body()
    blob = checkpoints.key_hash(ORIGIN, PUBLIC) + OTHER.sign(body.encode())
    with pytest.raises(Malformed):
        read(f"{body}\n— {ORIGIN} {base64.b64encode(blob).decode()}\n")


@given(st.integers(0, len(signed()) - 1), st.characters(codec="utf-8"))
def test_no_changed_character_goes_unnoticed(place, character):
    note = signed()
    changed = note[:place] + character + note[place + 1 :]
    if changed == note:
        return
    try:
        found = read(changed)
    except Malformed:
        return
    raise AssertionError(f"{changed!r} was read as {found}")


def test_base_64_is_read_in_one_writing_only():
    """68 bytes leave two bits of the last character over, which decoders pass over."""
    note = signed()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = note[-3]
    looser = f"{note[:-3]}{alphabet[alphabet.index(last) + 1]}=\n"
    assert base64.b64decode(looser.split()[-1]) == base64.b64decode(note.split()[-1])
    with pytest.raises(Malformed, match="base64"):
        read(looser)


@given(st.text(max_size=300))
def test_any_text_at_all_is_answered(text):
    with pytest.raises(Malformed):
        read(text)
