"""What a signature dictionary says beside the signature itself (ISO 32000-1, 12.8.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, NoReturn

from pledges.proof.fileformat import APPLICATION, MANAGER_FIELD, Level
from pledges.proof.pdf.objects import Number, Reference, String
from pledges.proof.verdict import Rejected

COMMON: Final = {"/Type": "/Sig", "/Filter": "/Adobe.PPKLite", "/SubFilter": "/ETSI.CAdES.detached"}
TIMESTAMP: Final = {
    "/Type": "/DocTimeStamp",
    "/Filter": "/Adobe.PPKLite",
    "/SubFilter": "/ETSI.RFC3161",
}
PLACES: Final = frozenset({"/Contents", "/ByteRange"})
DECLARED: Final = frozenset({"/M", "/Prop_Build", "/Reference"})
CERTIFIES: Final = [
    {
        "/Type": "/SigRef",
        "/TransformMethod": "/DocMDP",
        "/TransformParams": {"/Type": "/TransformParams", "/V": "/1.2", "/P": Number("2")},
    }
]
"""After the manager's signature fields may be filled, and nothing else (12.8.2.2)."""
LOCKS: Final = {"/Action": "/All", "/Type": "/TransformParams", "/V": "/1.2"}
"""After the company's seal no field may change (12.8.2.4)."""

_DATE: Final = re.compile(rb"D:([0-9]{14})(?:Z|([+-])([0-9]{2})'([0-9]{2})'?)")


@dataclass(frozen=True)
class Declaration:
    """What a seal says of itself: which level it has, and when it was made."""

    level: Level
    sealed_at: datetime


def read(entries: Mapping[str, Any], field: str) -> Declaration:
    """What the dictionary of the seal in `field` declares; raises `Rejected` unless it is ours."""
    _check_common(entries, COMMON, DECLARED)
    level = _level(entries)
    if field == MANAGER_FIELD:
        if entries.get("/Reference") != CERTIFIES:
            _refuse("not-certifying", "it allows the filling of fields (DocMDP, P 2)", entries)
    elif not _locks(entries.get("/Reference")):
        _refuse("not-locking", "it locks all fields (FieldMDP, All)", entries)
    return Declaration(level, _date(entries.get("/M")))


def check_timestamp(entries: Mapping[str, Any]) -> None:
    """Raise `Rejected` unless the dictionary is that of a document timestamp."""
    _check_common(entries, TIMESTAMP, frozenset())


def _check_common(
    entries: Mapping[str, Any], common: Mapping[str, str], more: frozenset[str]
) -> None:
    said = {key: entries.get(key) for key in common}
    if said != common or set(entries) - PLACES - set(common) - more:
        _refuse("broken-seal", f"it is {sorted(common.values())}", entries)


def _refuse(reason: str, rule: str, entries: Mapping[str, Any]) -> NoReturn:
    shown = {key: value for key, value in entries.items() if key not in PLACES}
    raise Rejected(reason, f"of a signature dictionary: {rule}", found=shown)


def _level(entries: Mapping[str, Any]) -> Level:
    declared = entries.get("/Prop_Build")
    for level in Level:
        application = {"/Name": f"/{APPLICATION}", "/REx": String(level.encode())}
        if declared == {"/App": application}:
            return level
    _refuse("level-unknown", "it declares its level", entries)


def _locks(references: object) -> bool:
    if not isinstance(references, list) or len(references) != 1:
        return False
    [said] = references
    if not isinstance(said, dict) or not isinstance(said.get("/Data"), Reference):
        return False
    rest = {key: value for key, value in said.items() if key != "/Data"}
    return rest == {
        "/Type": "/SigRef",
        "/TransformMethod": "/FieldMDP",
        "/TransformParams": LOCKS,
    }


def _date(value: object) -> datetime:
    said = _DATE.fullmatch(value.value) if isinstance(value, String) else None
    try:
        if said is None:
            raise ValueError("not a date (7.9.4)")
        plain = datetime.strptime(said[1].decode(), "%Y%m%d%H%M%S")
        return plain.replace(tzinfo=_zone(said)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Rejected("broken-seal", "a seal is dated (7.9.4)", found=value) from error


def _zone(said: re.Match[bytes]) -> timezone:
    if said[2] is None:
        return UTC
    off = timedelta(hours=int(said[3]), minutes=int(said[4]))
    return timezone(-off if said[2] == b"-" else off)
