"""What a client and the server say to each other, and how a job is laid out in bytes.

The client sends `ASK` with a descriptor of the job's bytes, or `PING`; the server sends one `HEAD`
and the answer. A job is a JSON object, then parts whose lengths it names. A pool is told `ASK` or
`ASK_LATER` and the job's key, and sends the answer as a descriptor too.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final

ASK, ASK_LATER, PING = b"a", b"l", b"p"
KEY_SIZE: Final = 32
HEAD: Final = struct.Struct("!BQ")
"""A status and the length of the answer."""
DONE, READY, BUSY, TOO_COSTLY, DIED = range(5)
LENGTH: Final = struct.Struct("!I")


class Malformed(ValueError):
    """These bytes are not laid out as `pack` does it."""


def pack(header: Mapping[str, Any], *parts: bytes) -> list[bytes]:
    """The pieces of a request: as many as there are parts, and one before them."""
    told = {**header, "lengths": [len(part) for part in parts]}
    head = json.dumps(told, ensure_ascii=False).encode()
    return [LENGTH.pack(len(head)) + head, *parts]


def unpack(data: bytes) -> tuple[dict[str, Any], Sequence[bytes]]:
    """The header and the parts of a request; raises Malformed."""
    try:
        (size,) = LENGTH.unpack_from(data)
        at = LENGTH.size + size
        header = json.loads(data[LENGTH.size : at])
        lengths = header.pop("lengths")
        if at + sum(lengths) != len(data) or any(length < 0 for length in lengths):
            raise Malformed("lengths")
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(str(error)) from error
    parts = []
    for length in lengths:
        parts.append(data[at : at + length])
        at += length
    return header, parts
