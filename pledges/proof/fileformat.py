"""The file format of a signed pledge, number by number: what signing writes and judging accepts.

For people it is described in docs/file-format.md. **A number is frozen**: a file that was accepted
under it is accepted by every later version, so nothing here is ever taken back or narrowed.
Whatever changes the fields, the revisions or the keys of the evidence becomes the next number,
with an entry of its own in `FORMATS`. A file names its number in its first signature, and is judged
by the rules of that number alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Final

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
    """What a revision after the first adds: a person's signature, the company's seal, a time."""

    MANAGER = "manager"
    COMPANY = "company"
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


@dataclass(frozen=True)
class Format:
    """One number of the format.

    `name` stands in each signature and in the evidence. `catalog`, `field` and `first_page` say
    what a revision may change of the document catalog (by kind), of the field that it fills, and,
    if it is a timestamp, of the first page; nothing else ever changes.
    """

    name: str
    manager_field: str
    company_field: str
    timestamp_field: str
    """The first part of the name of a document timestamp's field; its number follows, from 1."""
    evidence_file: str
    """The name of the one file that a signed pledge has attached."""
    evidence_description: str
    box: tuple[float, float]
    """Width and height of the box of either signature, in points."""
    min_window: timedelta
    """How long a document may be open for signing: at least, and at most."""
    max_window: timedelta
    max_file_bytes: int
    max_evidence_bytes: int
    max_timestamps: int
    catalog: Mapping[RevisionKind, Mapping[str, Rule]]
    field: Mapping[str, Rule]
    first_page: Mapping[str, Rule]

    def field_of(self, kind: RevisionKind, number: int = 0) -> str:
        """The name of the field that is filled of that kind; `number` counts the timestamps."""
        if kind is RevisionKind.TIMESTAMP:
            return f"{self.timestamp_field}{number}"
        return self.manager_field if kind is RevisionKind.MANAGER else self.company_field

    def declaration(self, level: Level) -> str:
        """What a signature of that level says of format and level."""
        return f"{self.name} {level}"


# Hints for validators prove nothing by themselves. Nothing among them is exchanged all the same:
# what is one of them may have been made something that is shown as well.
_SECURITY_STORE: Final[Rule] = {
    "/Type": Change.NEW,
    "/Certs": Change.HINTS,
    "/CRLs": Change.HINTS,
    "/OCSPs": Change.HINTS,
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
        RevisionKind.MANAGER: {
            "/AF": Change.NEW,
            "/Names": {"/EmbeddedFiles": Change.NEW},
            "/Perms": Change.NEW,
            "/Extensions": Change.NEW,
            "/DSS": _SECURITY_STORE,
            "/AcroForm": {"/SigFlags": Change.FREE},
        },
        RevisionKind.COMPANY: {"/DSS": _SECURITY_STORE},
        RevisionKind.TIMESTAMP: {"/DSS": _SECURITY_STORE, "/AcroForm": {"/Fields": Change.GROWS}},
    },
    field={"/V": Change.NEW, "/AP": Change.FREE},
    first_page={"/Annots": Change.GROWS},
)

FORMATS: Final[Mapping[str, Format]] = {each.name: each for each in (FORMAT_1,)}
"""Every number that this version judges, by name."""
CURRENT: Final = FORMAT_1
"""The number that is written now, when a document is rendered and signed."""
