"""What a signature dictionary says beside the signature itself (ISO 32000-1, 12.8.1)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any, Final, NoReturn

from pledges.proof.fileformat import APPLICATION, FORMATS, Format, Level, RevisionKind
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
"""After the manager's signature fields may be filled, and nothing else (12.8.2.2)."""
LOCKS: Final = {"/Action": Name("/All"), **_PARAMETERS}
"""After the company's seal no field may change (12.8.2.4)."""

OTHER_FORMAT: Final = re.compile(rb"(shounuo-pledge/[0-9]{1,4}) [^ ]{1,20}")
_DATE: Final = re.compile(rb"D:([0-9]{14})(?:Z|([+-])([0-9]{2})'([0-9]{2})'?)")


@dataclass(frozen=True)
class Declaration:
    """What a signature says of itself: its file's format, its level, and when it was made."""

    file_format: Format
    level: Level
    made_at: datetime


def read(entries: Mapping[str, Any], kind: RevisionKind) -> Declaration:
    """What the dictionary of a signature declares; raises `Rejected` unless it is ours."""
    _check_common(entries, COMMON, DECLARED)
    file_format, level = _declared(entries)
    if kind is RevisionKind.MANAGER:
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


def format_of(pdf: bytes, tables: Sequence[Table]) -> Format:
    """The format that the first signature of `pdf` names; raises `Rejected`."""
    # A revision without a signature is refused for what it brings, by the rules of that format.
    signed = next((pair for pair in pairwise(tables) if signed_ranges.is_signed(pdf, *pair)), ())
    [first] = signed_ranges.cut(pdf, signed or tables[:2])
    return read(first.entries, RevisionKind.MANAGER).file_format


def declare(file_format: Format, level: Level) -> dict[str, Any]:
    """The build properties by which a signature names format and level."""
    said = String(file_format.declaration(level).encode())
    return {"/App": {"/Name": Name(f"/{APPLICATION}"), "/REx": said}}


def _declared(entries: Mapping[str, Any]) -> tuple[Format, Level]:
    found = entries.get("/Prop_Build")
    for file_format in FORMATS.values():
        for level in Level:
            if found == declare(file_format, level):
                return file_format, level
    if _names_format(found):
        rule = "the format is one that this verifier knows"
        raise Rejected("unknown-format", rule, expected=sorted(FORMATS), found=found)
    _refuse("level-unknown", "it declares format and level", entries)


def _names_format(found: object) -> bool:
    """Whether it looks like the declaration of another number of our format."""
    application = found.get("/App") if isinstance(found, dict) else None
    if not isinstance(application, dict) or application.get("/Name") != f"/{APPLICATION}":
        return False
    said = application.get("/REx")
    named = OTHER_FORMAT.fullmatch(said.value) if isinstance(said, String) else None
    return named is not None and named[1].decode() not in FORMATS


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
