"""Digests of structured values: canonical JSON (RFC 8785) under SHA-256."""

import hashlib
import json
from collections.abc import Mapping

MAX_SAFE_INTEGER = 2**53 - 1


def canonical_json(value: object) -> bytes:
    """`value` as RFC 8785 writes it: sorted keys, no spaces, UTF-8.

    Only str, int, bool, None, lists, tuples and mappings with str keys are written, because for
    these alone every implementation agrees to the byte. Raises TypeError for anything else (a
    float above all), ValueError for an integer beyond 2^53-1 or text that is not Unicode.
    """
    return json.dumps(
        _ordered(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode()


def _ordered(value: object) -> object:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise ValueError("an integer beyond 2^53-1 has no canonical JSON")
        return int(value)
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("canonical JSON needs text keys")
        # RFC 8785 section 3.2.3: keys are sorted by UTF-16 code units, not by code points.
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    raise TypeError(f"{type(value).__name__} has no canonical JSON here")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def sha256_hex(data: bytes) -> str:
    """SHA-256 (FIPS 180-4) in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: object) -> str:
    """The SHA-256 of the canonical JSON of `value`."""
    return sha256_hex(canonical_json(value))
