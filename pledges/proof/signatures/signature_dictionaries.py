"""What a signature dictionary says beside the signature itself (ISO 32000-1, 12.8.1)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any, Final, NoReturn

from pledges.proof.fileformat import (
    APPLICATION,
    FORMATS,
    RECORD_FORMATS,
    FileFormat,
    Level,
    RevisionKind,
)
from pledges.proof.pdf.objects import Name, Number, Reference, String
from pledges.proof.pdf.xref_precheck import Table
from pledges.proof.signatures import signed_ranges
from pledges.proof.verdict import Rejected

COMMON: Final = {"/Type": "/Sig", "/Filter": "/Adobe.PPKLite", "/SubFilter": "/ETSI.CAdES.detached"}
TIMESTAMP: Final = {
    "/Type": "/DocTimeStamp",
    "/Filter": "/Adobe.PPKLite",
    "/SubFilter": "/ETSI.RFC3161",
}
PLACES: Final = frozenset({"/Contents", "/ByteRange"})
DECLARED: Final = frozenset({"/M", "/Prop_Build", "/Reference"})
_PARAMETERS: Final = {"/Type": Name("/TransformParams"), "/V": Name("/1.2")}
CERTIFIES: Final = [
    {
        "/Type": Name("/SigRef"),
        "/TransformMethod": Name("/DocMDP"),
        "/TransformParams": {**_PARAMETERS, "/P": Number("2")},
    }
]
"""After the first signature fields may be filled, and nothing else (12.8.2.2)."""
LOCKS: Final = {"/Action": Name("/All"), **_PARAMETERS}
"""After the company's seal no field may change (12.8.2.4)."""

CERTIFYING: Final = (RevisionKind.MANAGER, RevisionKind.RECORD)
"""The kinds of a file's first signature."""
NAMED: Final = re.compile(rb"((shounuo-(?:pledge|record))/[0-9]{1,4}) [^ ]{1,20}")
PLEDGE, RECORD = "shounuo-pledge", "shounuo-record"
OTHER: Final = {PLEDGE: "is-a-pledge", RECORD: "is-a-record"}
"""Why a file of that family is refused where one of the other is asked for."""
_DATE: Final = re.compile(rb"D:([0-9]{14})(?:Z|([+-])([0-9]{2})'([0-9]{2})'?)")


@dataclass(frozen=True)
class Declaration:
    """What a signature says of itself: its file's format, its level, and when it was made."""

    file_format: FileFormat
    level: Level
    made_at: datetime


def read(entries: Mapping[str, Any], kind: RevisionKind) -> Declaration:
    """What the dictionary of a signature declares; raises `Rejected` unless it is ours."""
    _check_common(entries, COMMON, DECLARED)
    file_format, level = _declared(entries, kind)
    if kind in CERTIFYING:
        if entries.get("/Reference") != CERTIFIES:
            _refuse("not-certifying", "it allows the filling of fields (DocMDP, P 2)", entries)
    elif not _locks(entries.get("/Reference")):
        _refuse("not-locking", "it locks all fields (FieldMDP, All)", entries)
    return Declaration(file_format, level, _date(entries.get("/M")))


def check_timestamp(entries: Mapping[str, Any]) -> None:
    """Raise `Rejected` unless the dictionary is that of a document timestamp."""
    _check_common(entries, TIMESTAMP, frozenset())


def _check_common(
    entries: Mapping[str, Any], common: Mapping[str, str], more: frozenset[str]
) -> None:
    said = {key: entries.get(key) for key in common}
    if said != common or set(entries) - PLACES - set(common) - more:
        _refuse("broken-signature", f"it is {sorted(common.values())}", entries)


def _refuse(reason: str, rule: str, entries: Mapping[str, Any]) -> NoReturn:
    shown = {key: value for key, value in entries.items() if key not in PLACES}
    raise Rejected(reason, f"of a signature dictionary: {rule}", found=shown)


def format_of(
    pdf: bytes, tables: Sequence[Table], kind: RevisionKind = RevisionKind.MANAGER
) -> FileFormat:
    """The format that the first signature of `pdf`, of that kind, names; raises `Rejected`."""
    return read(_first(pdf, tables), kind).file_format


def format_in(pdf: bytes, tables: Sequence[Table]) -> FileFormat:
    """The same, whether `pdf` is a pledge or a record."""
    first = _first(pdf, tables)
    kind = RevisionKind.RECORD if _family(first) == RECORD else RevisionKind.MANAGER
    return read(first, kind).file_format


def is_record(pdf: bytes, tables: Sequence[Table]) -> bool:
    """Whether the first signature of `pdf` says that it is a record; raises `Rejected`."""
    return _family(_first(pdf, tables)) == RECORD


def _first(pdf: bytes, tables: Sequence[Table]) -> Mapping[str, Any]:
    # A revision without a signature is refused for what it brings, by the rules of that format.
    signed = next((pair for pair in pairwise(tables) if signed_ranges.is_signed(pdf, *pair)), ())
    [first] = signed_ranges.cut(pdf, signed or tables[:2])
    return first.entries


def declare(file_format: FileFormat, level: Level) -> dict[str, Any]:
    """The build properties by which a signature names format and level."""
    said = String(file_format.declaration(level).encode())
    return {"/App": {"/Name": Name(f"/{APPLICATION}"), "/REx": said}}


def _declared(entries: Mapping[str, Any], kind: RevisionKind) -> tuple[FileFormat, Level]:
    found = entries.get("/Prop_Build")
    records = kind is RevisionKind.RECORD
    known: Mapping[str, FileFormat] = RECORD_FORMATS if records else FORMATS
    for file_format in known.values():
        for level in Level:
            if found == declare(file_format, level):
                return file_format, level
    named = _named(found)
    family = named[2].decode() if named else ""
    if family == (PLEDGE if records else RECORD):
        rule = "a pledge is judged as a pledge, and a record as a record"
        raise Rejected(OTHER[family], rule, expected=sorted(known), found=found)
    if named and named[1].decode() not in known:
        rule = "the format is one that this verifier knows"
        raise Rejected("unknown-format", rule, expected=sorted(known), found=found)
    _refuse("level-unknown", "it declares format and level", entries)


def _family(entries: Mapping[str, Any]) -> str:
    named = _named(entries.get("/Prop_Build"))
    return named[2].decode() if named else ""


def _named(found: object) -> re.Match[bytes] | None:
    """What looks like the declaration of a number of one of our formats."""
    application = found.get("/App") if isinstance(found, dict) else None
    if not isinstance(application, dict) or application.get("/Name") != f"/{APPLICATION}":
        return None
    said = application.get("/REx")
    return NAMED.fullmatch(said.value) if isinstance(said, String) else None


def locks_of(catalog: Reference) -> list[dict[str, Any]]:
    """The signature reference by which the company's seal locks the form (12.8.2.4)."""
    return [
        {
            "/Type": Name("/SigRef"),
            "/TransformMethod": Name("/FieldMDP"),
            "/Data": catalog,
            "/TransformParams": LOCKS,
        }
    ]


def _locks(references: object) -> bool:
    if not isinstance(references, list) or len(references) != 1:
        return False
    data = references[0].get("/Data") if isinstance(references[0], dict) else None
    return isinstance(data, Reference) and references == locks_of(data)


def _date(value: object) -> datetime:
    said = _DATE.fullmatch(value.value) if isinstance(value, String) else None
    try:
        if said is None:
            raise ValueError("not a date (7.9.4)")
        plain = datetime.strptime(said[1].decode(), "%Y%m%d%H%M%S")
        return plain.replace(tzinfo=_zone(said)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Rejected("broken-signature", "a signature is dated (7.9.4)", found=value) from error


def _zone(said: re.Match[bytes]) -> timezone:
    if said[2] is None:
        return UTC
    off = timedelta(hours=int(said[3]), minutes=int(said[4]))
    return timezone(-off if said[2] == b"-" else off)
