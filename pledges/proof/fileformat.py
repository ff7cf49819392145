"""The file formats of pledges and records, by number: what signing writes and judging accepts.

For people they are described in docs/file-format.md and docs/record-format.md. **A number is
frozen**: a file that was accepted under it is accepted by every later version, so nothing here is
ever taken back or narrowed. Whatever changes the fields, the revisions or the keys of the evidence
becomes the next number, with an entry of its own in `FORMATS` or `RECORD_FORMATS`. A file names its
number in its first signature, and is judged by the rules of that number alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum
from typing import ClassVar, Final

APPLICATION: Final = "Shounuo"
"""The name of the application in a signature's `/Prop_Build` (Adobe, Digital Signature Build
Dictionary Specification); its `/REx` names the format and the level."""
DIGEST: Final = "sha256"
DOCUMENT_URN: Final = "urn:shounuo:document:sha256:"
"""In a one-shot certificate, as alternative name of its subject: the document it is for."""


class Level(StrEnum):
    """What a signature carries to outlive its certificate (ETSI EN 319 142-1, 5.1).

    Written into the signed part of the signature dictionary, so that a timestamp which somebody
    strips away is missed.
    """

    BASIC = "B-B"
    LONG_TERM = "B-LT"
    ARCHIVAL = "B-LTA"


class RevisionKind(StrEnum):
    """What a revision after the first adds: a person's signature, the company's seal, a time.

    `RECORD` is the company's seal over a record, which nobody signs.
    """

    MANAGER = "manager"
    COMPANY = "company"
    RECORD = "record"
    TIMESTAMP = "timestamp"


class Change(Enum):
    """What a revision may do to a part of the document that stood there before."""

    NEW = "it may be added where it was not"
    FREE = "it may change"
    GROWS = "an array that may get one more item"
    HINTS = "an array of streams that may get new ones"


Rule = Change | Mapping[str, "Rule"]
"""How one entry may change, or which entries of a dictionary may change, and how."""

BOX_MM: Final = (76, 40)
"""Width and height of the box of either signature, in millimetres."""
POINTS_PER_MM: Final = 72 / 25.4


@dataclass(frozen=True, kw_only=True)
class FileFormat:
    """One number of a format: what pledges and records have in common.

    `name` stands in each signature and in the attached file. `signers` says of which kind the
    revisions after the first are, before the timestamps. `catalog`, `field` and `first_page` say
    what a revision may change of the document catalog (by kind), of the field that it fills, and,
    if it is a timestamp, of the first page; nothing else ever changes.
    """

    signers: ClassVar[tuple[RevisionKind, ...]]
    has_images: ClassVar[bool] = False
    """Whether pages may show images: those of scanned paper."""
    name: str
    company_field: str
    timestamp_field: str
    """The first part of the name of a document timestamp's field; its number follows, from 1."""
    evidence_file: str
    """The name of the one file that is attached."""
    evidence_description: str
    box: tuple[float, float]
    """Width and height of the box of a signature, in points."""
    max_file_bytes: int
    max_evidence_bytes: int
    max_timestamps: int
    catalog: Mapping[RevisionKind, Mapping[str, Rule]]
    field: Mapping[str, Rule]
    first_page: Mapping[str, Rule]

    def field_of(self, kind: RevisionKind, number: int = 0) -> str:
        """The name of the field that is filled of that kind; `number` counts the timestamps."""
        return f"{self.timestamp_field}{number}" if kind is STAMP else self.company_field

    def fields(self, timestamps: int) -> tuple[str, ...]:
        """The names of the form's fields of a file with so many timestamps, in their order."""
        stamps = (self.field_of(STAMP, number) for number in range(1, timestamps + 1))
        return (*(self.field_of(kind) for kind in self.signers), *stamps)

    def declaration(self, level: Level) -> str:
        """What a signature of that level says of format and level."""
        return f"{self.name} {level}"


STAMP: Final = RevisionKind.TIMESTAMP


@dataclass(frozen=True, kw_only=True)
class Format(FileFormat):
    """One number of the format of a signed pledge."""

    signers = (RevisionKind.MANAGER, RevisionKind.COMPANY)
    manager_field: str
    min_window: timedelta
    """How long a document may be open for signing: at least, and at most."""
    max_window: timedelta

    def field_of(self, kind: RevisionKind, number: int = 0) -> str:
        """As of every file; the manager's field is a pledge's own."""
        if kind is RevisionKind.MANAGER:
            return self.manager_field
        return super().field_of(kind, number)


@dataclass(frozen=True, kw_only=True)
class RecordFormat(FileFormat):
    """One number of the format of a record: a document that the company alone seals."""

    signers = (RevisionKind.RECORD,)
    has_images = True
    max_listed: int
    """Members that a completion report may list."""


# Hints for validators prove nothing by themselves. Nothing among them is exchanged all the same:
# what is one of them may have been made something that is shown as well.
_SECURITY_STORE: Final[Rule] = {
    "/Type": Change.NEW,
    "/Certs": Change.HINTS,
    "/CRLs": Change.HINTS,
    "/OCSPs": Change.HINTS,
}

_FIRST_SIGNATURE: Final[Mapping[str, Rule]] = {
    "/AF": Change.NEW,
    "/Names": {"/EmbeddedFiles": Change.NEW},
    "/Perms": Change.NEW,
    "/Extensions": Change.NEW,
    "/DSS": _SECURITY_STORE,
    "/AcroForm": {"/SigFlags": Change.FREE},
}
_TIMESTAMP: Final[Mapping[str, Rule]] = {
    "/DSS": _SECURITY_STORE,
    "/AcroForm": {"/Fields": Change.GROWS},
}

FORMAT_1: Final = Format(
    name="shounuo-pledge/1",
    manager_field="ManagerSignature",
    company_field="CompanySeal",
    timestamp_field="Timestamp",
    evidence_file="evidence.json",
    evidence_description="签署证据 / Evidence of signing",
    box=(BOX_MM[0] * POINTS_PER_MM, BOX_MM[1] * POINTS_PER_MM),
    min_window=timedelta(minutes=5),
    max_window=timedelta(minutes=60),
    max_file_bytes=20 * 1024 * 1024,
    max_evidence_bytes=1024 * 1024,
    # Renewed every other year, a file is then eighty years old.
    max_timestamps=40,
    catalog={
        RevisionKind.MANAGER: _FIRST_SIGNATURE,
        RevisionKind.COMPANY: {"/DSS": _SECURITY_STORE},
        RevisionKind.TIMESTAMP: _TIMESTAMP,
    },
    field={"/V": Change.NEW, "/AP": Change.FREE},
    first_page={"/Annots": Change.GROWS},
)

RECORD_1: Final = RecordFormat(
    name="shounuo-record/1",
    company_field="CompanySeal",
    timestamp_field="Timestamp",
    evidence_file="record.json",
    evidence_description="记录 / Record",
    box=(BOX_MM[0] * POINTS_PER_MM, BOX_MM[1] * POINTS_PER_MM),
    max_file_bytes=20 * 1024 * 1024,
    # A list of 50,000 members takes 9 MB, and as many entries of the ledger as joined by ones
    # and twos take the rest.
    max_evidence_bytes=16 * 1024 * 1024,
    max_timestamps=40,
    max_listed=50_000,
    catalog={RevisionKind.RECORD: _FIRST_SIGNATURE, RevisionKind.TIMESTAMP: _TIMESTAMP},
    field={"/V": Change.NEW, "/AP": Change.FREE},
    first_page={"/Annots": Change.GROWS},
)

FORMATS: Final[Mapping[str, Format]] = {each.name: each for each in (FORMAT_1,)}
"""Every number of a pledge's file that this version judges, by name."""
RECORD_FORMATS: Final[Mapping[str, RecordFormat]] = {each.name: each for each in (RECORD_1,)}
"""The same of records."""
CURRENT: Final = FORMAT_1
"""The number that is written now, when a document is rendered and signed."""
CURRENT_RECORD: Final = RECORD_1
"""The number that is written now, when a record is sealed."""
