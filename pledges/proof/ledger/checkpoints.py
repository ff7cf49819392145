"""Signed checkpoints of the ledger as text: C2SP tlog-checkpoint in a C2SP signed note.

origin
size
root (base64)

— origin base64(key hash ‖ Ed25519 signature)
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

ED25519 = b"\x01"
"""The signature type that the key hash of a signed note covers."""
MAX_NOTE_LENGTH = 4096  # characters
# C2SP signed-note: no control characters but line feeds, and what UTF-8 can carry.
_FOREIGN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

_NUMBERED = re.compile(r"/ledger/([0-9]{1,6})$")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")
KEY_HASH_BYTES = 4

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]
"""Given signature and message: whether the ledger's key signed it."""


class Malformed(ValueError):
    """The text is no checkpoint, or not one signed by the key at hand."""


@dataclass(frozen=True)
class Checkpoint:
    """What a ledger said of itself: so many entries, under this root."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The text that is signed, with its final line feed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def origin(address: str, number: int) -> str:
    """The name of a ledger: its address, and behind it which origin of this ledger it is.

    After a loss other entries follow the same beginning: that is another log, and none may be
    taken for both.
    """
    return f"{address}/ledger" if number == 1 else f"{address}/ledger/{number}"


def number_in(origin: str) -> int:
    """Which origin of its ledger a name says."""
    found = _NUMBERED.search(origin)
    return int(found[1]) if found else 1


def key_hash(name: str, public_key: bytes) -> bytes:
    """The four bytes by which a signed note names its key."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:KEY_HASH_BYTES]


def write(checkpoint: Checkpoint, *, public_key: bytes, sign: Sign) -> str:
    """The signed note of `checkpoint`; the origin is also the name of the key."""
    body = checkpoint.body()
    signature = key_hash(checkpoint.origin, public_key) + sign(body.encode())
    return f"{body}\n— {checkpoint.origin} {base64.b64encode(signature).decode()}\n"


def cosigned(note: str, name: str, signature: bytes) -> str:
    """`note` with one more signature, of a witness (C2SP tlog-cosignature): its key's hash and all.

    Whoever checks a pledge passes it over unless they know that witness.
    """
    return f"{note}— {name} {base64.b64encode(signature).decode()}\n"


def read(note: str, *, public_key: bytes, verify: Verify) -> Checkpoint:
    """The checkpoint in `note`, if the key at hand signed it; raises Malformed.

    Further signatures, of witnesses, are passed over.
    """
    checkpoint, body, lines = _parts(note)
    wanted = key_hash(checkpoint.origin, public_key)
    # All of them first: nothing that is no signature may stand behind ours.
    signatures = [_signature(line) for line in lines]
    for name, blob in signatures:
        if name == checkpoint.origin and blob[:KEY_HASH_BYTES] == wanted:
            if verify(blob[4:], body.encode()):
                return checkpoint
            raise Malformed("signature")
    raise Malformed("no signature by this key")


def _signature(line: str) -> tuple[str, bytes]:
    """The name of a key, and its hash and signature (C2SP signed-note)."""
    found = _SIGNATURE.fullmatch(line)
    if found is None:
        raise Malformed("signature line")
    blob = _decoded(found[2])
    if len(blob) <= KEY_HASH_BYTES:
        raise Malformed("signature line")
    return found[1], blob


def unverified(note: str) -> Checkpoint:
    """The checkpoint in `note`, whoever signed it; raises Malformed."""
    return _parts(note)[0]


def _parts(note: str) -> tuple[Checkpoint, str, list[str]]:
    if len(note) > MAX_NOTE_LENGTH:
        raise Malformed("length")
    if _FOREIGN.search(note):
        raise Malformed("form")
    body, separator, rest = note.rpartition("\n\n")
    if not separator or not rest.endswith("\n"):
        raise Malformed("form")
    body += "\n"
    lines = body.split("\n")
    if len(lines) < 4 or not lines[0] or not lines[1].isascii() or not lines[1].isdigit():
        raise Malformed("form")
    if lines[1] != str(int(lines[1])):
        raise Malformed("size")
    root = _decoded(lines[2])
    if len(root) != hashlib.sha256().digest_size:
        raise Malformed("root")
    return Checkpoint(lines[0], int(lines[1]), root), body, rest[:-1].split("\n")


def _decoded(text: str) -> bytes:
    """The one reading of base64: the bits that its last character leaves over are zero."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("base64") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed("base64")
    return data
