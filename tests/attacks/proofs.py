"""Proofs of the ledger that are not written as the ledger writes them, or name a key beside it."""

import json
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from pledges.core.digests import canonical_json, sha256_hex
from pledges.proof.ledger import checkpoints, merkle
from pledges.proof.ledger.checkpoints import Checkpoint
from tests.attacks.substitutions import recorded, true
from tests.attacks.table import Forged, forgery
from tests.sealed import ACCEPTED, SIGNED, Installation


def proof_of(installation: Installation, pdf: bytes) -> dict:
    """The honest separate proof of that file."""
    at = ACCEPTED.isoformat(timespec="microseconds")
    entry = {"at": at, "event": "pledge.accepted", "facts": {"issued": sha256_hex(pdf)}}
    return installation.proof(entry)


# --- Other writings of an honest proof ------------------------------------------------------------
def text(block: dict) -> str:
    return canonical_json(block).decode()


def spaced(digits: str) -> str:
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def first(block: dict, change) -> dict:
    """The first hash of the inclusion proof, in another writing."""
    head, *rest = block["inclusion"]
    return block | {"inclusion": [change(head), *rest]}


def in_entry(block: dict, old: str, new: str) -> dict:
    """The entry in another writing, with a ledger that contains just that one."""
    entry = block["entry"].replace(old, new, 1)
    if entry == block["entry"]:
        raise ValueError(old)
    return block | {"entry": entry}


def in_certificate(block: dict, old: str, new: str) -> dict:
    return block | {"certificate": block["certificate"].replace(old, new, 1)}


WRITINGS = {
    "a_key_twice": lambda block: text(block).replace("{", '{"index":0,', 1),
    "a_float_for_an_index": lambda block: text(block).replace('"index":3', '"index":3.0'),
    "an_exponent_for_an_index": lambda block: text(block).replace('"index":3', '"index":3e0'),
    "a_text_for_an_index": lambda block: text(block | {"index": "3"}),
    "a_key_more": lambda block: text(block | {"note": ""}),
    "a_key_less": lambda block: text({key: block[key] for key in block if key != "index"}),
    "no_list": lambda block: text(block | {"inclusion": "".join(block["inclusion"])}),
    "other_order": lambda block: json.dumps(dict(reversed(block.items())), separators=(",", ":")),
    "indented": lambda block: json.dumps(block, indent=1),
    "a_line_feed_at_its_end": lambda block: text(block) + "\n",
    "a_mark_at_its_beginning": lambda block: "\ufeff" + text(block),
    "escapes": lambda block: text(block).replace("index", "\\u0069ndex"),
    "not_a_number": lambda block: text(block).replace('"index":3', '"index":NaN'),
    "a_key_twice_in_the_entry": lambda block: text(in_entry(block, "{", '{"sequence":9,')),
    "a_float_in_the_entry": lambda block: text(in_entry(block, ":4}", ":4.0}")),
    "another_place_in_the_entry": lambda block: text(block | {"index": 2}),
    "nested_without_end": lambda _block: "[" * 100_000,
    "too_long": lambda block: text(block | {"checkpoint": "x" * 2_000_000}),
}
HASHES = {
    "spaces_in_a_hash": lambda block: first(block, spaced),
    "a_space_before_a_hash": lambda block: first(block, lambda digits: f" {digits}"),
    "capitals_in_a_hash": lambda block: first(block, str.upper),
    "digits_of_another_script": lambda block: first(block, lambda digits: f"{digits[:-1]}٣"),
    "half_a_hash": lambda block: first(block, lambda digits: digits[:32]),
    "no_text_for_a_hash": lambda block: first(block, lambda _digits: 1),
    "an_empty_hash": lambda block: block | {"inclusion": ["", *block["inclusion"]]},
    "bytes_behind_the_certificate": lambda block: in_certificate(
        block, "-----END", "AAAA\n-----END"
    ),
    "words_before_the_certificate": lambda block: in_certificate(
        block, "-----BEGIN", "x\n-----BEGIN"
    ),
    "spaces_in_the_certificate": lambda block: in_certificate(block, "\n", "\n "),
    "a_certificate_without_its_last_line_feed": lambda block: (
        block | {"certificate": block["certificate"].removesuffix("\n")}
    ),
    "other_bits_at_the_end_of_base64": lambda block: (
        block | {"checkpoint": loosely(block["checkpoint"])}
    ),
}


def loosely(note: str) -> str:
    """The note with a bit set that the last character of its signature leaves over."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = note.removesuffix("=\n")
    if body == note or body.endswith("="):
        raise ValueError("the signature of a note has 68 bytes")
    return f"{body[:-1]}{alphabet[alphabet.index(body[-1]) + 1]}=\n"


def _written(name, write):
    @forgery("proof-unreadable", on=["finished"], name=f"a_proof_with_{name}")
    def forged(honest, pdf):
        return Forged(pdf, {"proof": write(proof_of(honest.basic, pdf)).encode()})


def _hashed(name, change):
    @forgery("proof-invalid", on=["finished"], name=f"a_proof_with_{name}")
    def forged(honest, pdf):
        return Forged(pdf, {"proof": canonical_json(change(proof_of(honest.basic, pdf)))})

    @forgery("ledger-invalid", on=["signed"], name=f"evidence_with_{name}")
    def sealed(honest, _pdf):
        return recorded(honest, **change(true(honest)["ledger"]))


for _name, _write in WRITINGS.items():
    _written(_name, _write)
for _name, _change in HASHES.items():
    _hashed(_name, _change)


# --- Another key in the text of the certificate ---------------------------------------------------
def by_a_stranger(block: dict, certificate) -> dict:
    """That proof under a checkpoint of a stranger's own, who has the ledger's certificate."""
    own, name = Ed25519PrivateKey.generate(), x509.NameAttribute(NameOID.COMMON_NAME, "ledger")
    builder = x509.CertificateBuilder(x509.Name([name]), x509.Name([name]), own.public_key(), 1)
    life = (SIGNED - timedelta(days=1), SIGNED + timedelta(days=999))
    made = builder.not_valid_before(life[0]).not_valid_after(life[1]).sign(own, None)
    pem = made.public_bytes(Encoding.PEM).decode()
    leaf = merkle.leaf_hash(block["entry"].encode())
    note = checkpoints.write(
        Checkpoint("pledges.example.com/ledger", block["index"] + 1, leaf),
        public_key=own.public_key().public_bytes_raw(),
        sign=own.sign,
    )
    return block | {"checkpoint": note, "certificate": certificate(pem, block["certificate"])}


# Names that one reader of PEM takes for a certificate and another passes over.
BESIDE = {
    "x509": lambda own, ours: own.replace("CERTIFICATE", "X509 CERTIFICATE") + ours,
    "before": lambda own, ours: own + ours,
    "behind": lambda own, ours: ours + own,
    "alone": lambda own, _ours: own,
}


def _beside(name, certificate):
    def alone(block: dict) -> dict:
        # An entry that is the only one of its ledger: no path leads from it to the root.
        entry = json.loads(block["entry"]) | {"sequence": 1}
        lonely = block | {"entry": text(entry), "index": 0, "inclusion": []}
        return by_a_stranger(lonely, certificate)

    @forgery("proof-invalid", on=["finished"], name=f"a_proof_by_another_key_{name}")
    def forged(honest, pdf):
        return Forged(pdf, {"proof": canonical_json(alone(proof_of(honest.basic, pdf)))})

    @forgery("ledger-invalid", "passkey-invalid", on=["signed"], name=f"a_ledger_key_{name}")
    def sealed(honest, _pdf):
        return recorded(honest, **alone(true(honest)["ledger"]))


for _name, _certificate in BESIDE.items():
    _beside(_name, _certificate)
