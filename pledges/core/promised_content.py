"""What a pledge promises, by whom and to whom, as one value with one digest."""

from collections.abc import Mapping
from typing import Any, Final

from pledges.core.digests import digest_of

PARTS: Final = (
    "answers", "consent", "language", "organisation", "person", "pledge", "template",
)  # fmt: skip
"""The parts of an evidence file that say what was promised."""


def content_digest(content: Mapping[str, Any]) -> str:
    """The digest of all that is promised: of those parts of `content`, whatever else it holds.

    Printed on the paper, and the permanent identifier of its file: who signs the bytes signs it.
    """
    return digest_of({part: content[part] for part in PARTS})
