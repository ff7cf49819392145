"""A passkey's public key as bytes: COSE (RFC 9052, 7) in the canonical CBOR of CTAP2, one writing.

Statements about passkeys and records that wait are compared with it. So it is written here: with
another encoding by a later library, no passkey would be the one that was enrolled.
"""

from collections.abc import Mapping
from typing import Any, Final

UNSIGNED, NEGATIVE, BYTES, MAP = 0, 1, 2, 5  # major types (RFC 8949, 3.1)
MAX_LENGTH: Final = 0xFFFF
"""Of a number or a length that two bytes can tell; an RSA key has 256 bytes or a few more."""


def write_key(key: Mapping[int, Any]) -> bytes:
    """The key in its one writing; raises ValueError for anything but numbers and bytes in it."""
    entries = sorted(
        ((_write(label), _write(value)) for label, value in key.items()),
        key=lambda entry: (entry[0][0], len(entry[0]), entry[0]),
    )
    return _head(MAP, len(entries)) + b"".join(label + value for label, value in entries)


def _write(value: object) -> bytes:
    if isinstance(value, bytes):
        return _head(BYTES, len(value)) + value
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a key has numbers and bytes")
    return _head(UNSIGNED, value) if value >= 0 else _head(NEGATIVE, -1 - value)


def _head(major: int, number: int) -> bytes:
    if number <= 23:
        return bytes([major << 5 | number])
    if number <= 0xFF:
        return bytes([major << 5 | 24, number])
    if number <= MAX_LENGTH:
        return bytes([major << 5 | 25]) + number.to_bytes(2, "big")
    raise ValueError("a key has small numbers")
