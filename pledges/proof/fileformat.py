"""What a pledge's file is made of: the names and sizes that writing and judging share."""

from enum import StrEnum
from typing import Final

MANAGER_FIELD: Final = "ManagerSignature"
COMPANY_FIELD: Final = "CompanySeal"
TIMESTAMP_FIELD: Final = "Timestamp"
"""The first part of the name of a document timestamp's field; the second is its number, from 1."""

EVIDENCE: Final = "evidence.json"
"""The name of the one file that a signed pledge has attached."""
EVIDENCE_DESCRIPTION: Final = "签署证据 / Evidence of signing"
"""What readers show beside its name."""
APPLICATION: Final = "Shounuo"
DIGEST: Final = "sha256"
DOCUMENT_URN: Final = "urn:shounuo:document:sha256:"
"""In a one-shot certificate, as alternative name of its subject: the document it is for."""

BOX: Final = (76 * 72 / 25.4, 40 * 72 / 25.4)
"""The size of a signature field's box in points: 76 by 40 mm."""


class Level(StrEnum):
    """What a seal carries to outlive its certificate (ETSI EN 319 142-1, 5.1).

    Written into the sealed part of the signature dictionary (Prop_Build, REx), so that a timestamp
    which somebody strips away is missed.
    """

    BASIC = "B-B"
    LONG_TERM = "B-LT"
    ARCHIVAL = "B-LTA"
