"""The JSON inside a record: what it must hold. Described key by key in docs/record-format.md."""

import re
from collections.abc import Mapping
from datetime import date
from types import NoneType
from typing import Any, Final

from pledges.core.digests import canonical_json
from pledges.proof import evidence
from pledges.proof.evidence import Malformed
from pledges.proof.fileformat import RecordFormat
from pledges.proof.records import completion, scans

COMPLETION: Final = "completion-report"
SCAN: Final = "paper-scan"
OPTIONAL: Final = (str, NoneType)
COMMON: Final[Mapping[str, Any]] = {
    "format": str,
    "kind": str,
    "document": {"sha256": str, "size": int},
    "language": str,
    "organisation": str,
    "sealed_at": str,
}
SHAPES: Final[Mapping[str, Mapping[str, Any]]] = {
    COMPLETION: {
        **COMMON,
        "task": {"id": str, "title": str, "state": str},
        "template": {"slug": str, "versions": list},
        "due_on": OPTIONAL,
        "as_of": str,
        "members": list,
        "roots": {"members": str, "standings": str},
        "counts": dict,
        "departments": list,
        "ledger": {"entries": list, "checkpoint": str, "certificate": str},
    },
    SCAN: {
        **COMMON,
        "paper": str,
        "template": {"slug": str, "version": int, "digest": str},
        "signed_on": str,
        "ends_on": OPTIONAL,
        "pages": list,
        "upload": str,
        "commitment": str,
    },
}
IDENTIFIERS: Final = {COMPLETION: completion.list_digest, SCAN: scans.content_digest}
"""By kind, what the permanent identifier of the file is, from its content."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def write(content: Mapping[str, Any]) -> bytes:
    """The bytes of `content`; raises Malformed where something is missing or too much."""
    evidence.check_shape(content, _shape(content), "")
    return canonical_json(content)


def read(data: bytes, file_format: RecordFormat) -> dict[str, Any]:
    """The content in `data`, exactly as `write` would write it; raises Malformed."""
    found = evidence.canonical(data)
    evidence.check_shape(found, _shape(found), "")
    if found["format"] != file_format.name:
        raise Malformed("format")
    evidence.moment(found, "sealed_at")
    if found["kind"] == COMPLETION:
        evidence.moment(found, "as_of")
        _check_day(found["due_on"], "due_on")
        completion.check_rows(found, file_format.max_listed)
    else:
        _check_day(found["signed_on"], "signed_on")
        _check_day(found["ends_on"], "ends_on")
        scans.check_rows(found)
    return found


def identifier(content: Mapping[str, Any]) -> str:
    """What the permanent identifier of the record's PDF has to be."""
    return IDENTIFIERS[content["kind"]](content)


def _shape(content: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = content.get("kind")
    if not isinstance(kind, str) or kind not in SHAPES:
        raise Malformed("kind")
    return SHAPES[kind]


def _check_day(text: str | None, path: str) -> None:
    if text is None:
        return
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        date.fromisoformat(text)
    except ValueError as error:
        raise Malformed(path) from error
