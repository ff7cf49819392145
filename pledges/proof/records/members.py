"""How a member of a signing task stands in a list without a name: salted commitments, and leaves.

Whoever has the salt can show whose leaf it is. Without the salt, which is deleted when its person
is erased, a leaf says nothing, and every proof is still valid.
"""

import hashlib
import secrets
from functools import lru_cache
from typing import Final
from uuid import UUID

from pledges.core.digests import canonical_json
from pledges.proof.ledger import merkle

MEMBER: Final = "shounuo-task-member/1"
STANDING: Final = "shounuo-task-standing/1"
SALT_BYTES: Final = 32


def new_salt() -> bytes:
    """A salt for one member of one task."""
    return secrets.token_bytes(SALT_BYTES)


def member_commitment(salt: bytes, person_id: int, employee_number: str, name: str) -> str:
    """Who somebody is, for whoever has the salt: SHA-256(salt ‖ canonical JSON), hexadecimal."""
    return _commitment(
        salt, {"person": person_id, "employee_number": employee_number, "name": name}
    )


def document_commitment(salt: bytes, sha256: str) -> str:
    """Which file somebody's pledge was issued as; `sha256` is its digest."""
    return _commitment(salt, {"document": sha256})


def member_leaf(task: UUID | str, commitment: str) -> bytes:
    """The leaf hash of a member of that task."""
    return merkle.leaf_hash(_leaf(MEMBER, str(task), b"", b"", commitment))


def standing_leaf(task: UUID | str, commitment: str, standing: str, document: str | None) -> bytes:
    """The leaf hash of where that member stands; `document` is a commitment, or there is none."""
    held = b',"document":' + (b'"%b"' % document.encode() if document else b"null")
    said = b'"standing":"%b",' % standing.encode()
    return merkle.leaf_hash(_leaf(STANDING, str(task), held, said, commitment))


def _leaf(tag: str, task: str, document: bytes, standing: bytes, commitment: str) -> bytes:
    """Canonical JSON of a leaf, put together: a list has tens of thousands of them.

    Commitments and codes need no escape, and the task is escaped once for all.
    """
    return b'{"commitment":"%b"%b,"format":"%b",%b"task":%b}' % (
        commitment.encode(),
        document,
        tag.encode(),
        standing,
        _escaped(task),
    )


@lru_cache(maxsize=8)
def _escaped(task: str) -> bytes:
    return canonical_json(task)


def _commitment(salt: bytes, value: dict[str, int | str]) -> str:
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return hashlib.sha256(salt + canonical_json(value)).hexdigest()
