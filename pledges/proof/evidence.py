"""The evidence file inside a signed pledge: what it must hold, and what it must agree with.

Described field by field in docs/evidence.md; canonical JSON (RFC 8785), so that equal evidence is
equal bytes.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from pledges.core.digests import canonical_json
from pledges.core.promised_content import content_digest
from pledges.proof.fileformat import Format

MAX_PROOF_BYTES: Final = 1024 * 1024
METHODS: Final = ("passkey", "password-totp")
LEDGER: Final[Mapping[str, Any]] = {
    "entry": str,
    "index": int,
    "inclusion": list,
    "checkpoint": str,
    "certificate": str,
}
"""The proof that an entry is in the ledger: inside the evidence, and by itself as separate one."""

# What must be there, and of which type; `...` is any text under any key.
SHAPE: Final[Mapping[str, Any]] = {
    "format": str,
    "document": {"sha256": str, "size": int},
    "template": {"slug": str, "version": int, "digest": str},
    "answers": ...,
    "language": str,
    "person": {"id": int, "name": str, "employee_number": str, "department": str},
    "organisation": str,
    "pledge": {"id": str, "number": str},
    "consent": {"version": str, "text": str},
    "intent": {"id": str, "nonce": str, "created_at": str, "expires_at": str},
    "signed_at": str,
    "client": {"address": str, "user_agent": str},
    "authentication": dict,
    "signature": {"level": str},
    "ledger": LEDGER,
}


class Malformed(ValueError):
    """The bytes are no evidence file; the text says where."""


def write(evidence: Mapping[str, Any]) -> bytes:
    """The bytes of `evidence`; raises Malformed where something is missing or too much."""
    check_shape(evidence, SHAPE, "")
    return canonical_json(evidence)


def read(data: bytes, file_format: Format) -> dict[str, Any]:
    """The evidence in `data`, exactly as `write` would write it; raises Malformed."""
    found = _read(data, SHAPE, file_format.max_evidence_bytes)
    if found["format"] != file_format.name:
        raise Malformed("format")
    if found["authentication"].get("method") not in METHODS:
        raise Malformed("authentication.method")
    for path in ("signed_at", "intent.created_at", "intent.expires_at"):
        moment(found, path)
    return found


def read_proof(data: bytes) -> dict[str, Any]:
    """The separate proof in `data`, in the one way to write it; raises Malformed."""
    return _read(data, LEDGER, MAX_PROOF_BYTES)


def ledger_entry(block: Mapping[str, Any]) -> dict[str, Any]:
    """The ledger's entry in a proof, which must be the one at its index; raises Malformed."""
    entry = canonical(block["entry"].encode("utf-8"))
    sequence = entry.get("sequence")
    if type(sequence) is not int or sequence != block["index"] + 1:
        raise Malformed("index")
    return entry


def _read(data: bytes, shape: Mapping[str, Any], most: int) -> dict[str, Any]:
    if len(data) > most:
        raise Malformed("size")
    found = canonical(data)
    check_shape(found, shape, "")
    return found


def canonical(data: bytes) -> dict[str, Any]:
    """The object in `data`; no name twice, no number but integers: RFC 8785 has one writing."""
    try:
        found = json.loads(data.decode("utf-8"))
        canonical = canonical_json(found)
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed("JSON") from error
    if canonical != data or not isinstance(found, dict):
        raise Malformed("JSON")
    return found


def check_shape(found: Any, shape: Any, path: str) -> None:
    """Raise Malformed unless `found`, which stands under `path`, has that shape."""
    if shape is ...:
        shape = dict
        if isinstance(found, Mapping) and not all(isinstance(v, str) for v in found.values()):
            raise Malformed(path)
    if isinstance(shape, Mapping):
        if not isinstance(found, Mapping) or set(found) != set(shape):
            raise Malformed(path or "keys")
        for key, inner in shape.items():
            check_shape(found[key], inner, f"{path}.{key}".lstrip("."))
        return
    if not isinstance(found, shape) or (shape is int and isinstance(found, bool)):
        raise Malformed(path)


def at(evidence: Mapping[str, Any], path: str) -> Any:
    """What stands under `path`, a dotted name such as `person.name`."""
    value: Any = evidence
    for part in path.split("."):
        value = value[part]
    return value


def moment(evidence: Mapping[str, Any], path: str) -> datetime:
    """The time under `path`, with its offset, as `isoformat` writes it; raises Malformed."""
    text = at(evidence, path)
    try:
        time = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise Malformed(path) from error
    # Without weeks, days of the year and short forms, of which other readers know none or others.
    written = time.isoformat(), time.isoformat(timespec="microseconds")
    if time.utcoffset() is None or text not in written:
        raise Malformed(path)
    return time


def contradictions(
    evidence: Mapping[str, Any],
    seen: Mapping[str, Any],
    *,
    content: str,
    file_format: Format,
) -> Iterator[str]:
    """The paths under which `evidence` says other than what was `seen` of file and signature.

    `seen` names, by path, what the bytes and the manager's certificate say; `content` is the
    digest of what is promised that stands in the bytes that were read and signed.
    """
    for path, value in seen.items():
        if at(evidence, path) != value:
            yield path
    created, expires = moment(evidence, "intent.created_at"), moment(evidence, "intent.expires_at")
    if not file_format.min_window <= expires - created <= file_format.max_window:
        yield "intent.expires_at"
    if not created <= moment(evidence, "signed_at") < expires:
        yield "signed_at"
    if content_digest(evidence) != content:
        yield "answers"
    yield from _ledger_contradictions(evidence)


def _ledger_contradictions(evidence: Mapping[str, Any]) -> Iterator[str]:
    """The ledger's entry must tell of this very intent, then, for this very document."""
    try:
        entry = ledger_entry(evidence["ledger"])
        facts = entry["facts"]
        same = (
            entry["event"] == "pledge.prepared"
            and entry["subject"] == f"pledge:{evidence['pledge']['id']}"
            and entry["actor"] == f"person:{evidence['person']['id']}"
            and datetime.fromisoformat(entry["at"]) == moment(evidence, "intent.created_at")
            and facts["intent"] == evidence["intent"]["id"]
            and facts["document"] == evidence["document"]["sha256"]
            and facts["version"] == evidence["template"]["digest"]
        )
    except (ValueError, KeyError, TypeError):
        same = False
    if not same:
        yield "ledger.entry"
