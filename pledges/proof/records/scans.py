"""A paper pledge that was filed: images of its pages, set into a PDF of ours under the seal."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pledges.core.digests import digest_of
from pledges.proof.evidence import Malformed

TAG: Final = "shounuo-paper-scan/1"
SAID: Final = (
    "paper", "template", "signed_on", "ends_on", "pages", "upload", "commitment",
)  # fmt: skip
HASH: Final = re.compile(r"[0-9a-f]{64}")


def content_digest(content: Mapping[str, Any]) -> str:
    """The digest of what a scan says, which is its PDF's permanent identifier."""
    return digest_of({"format": TAG, **{key: content[key] for key in SAID}})


def check_rows(content: Mapping[str, Any]) -> None:
    """Raise Malformed unless all digests are digests."""
    if not content["pages"]:
        raise Malformed("pages")
    found = {
        "template.digest": content["template"]["digest"],
        "upload": content["upload"],
        "commitment": content["commitment"],
        **{f"pages.{number}": each for number, each in enumerate(content["pages"])},
    }
    for path, digest in found.items():
        if not isinstance(digest, str) or not HASH.fullmatch(digest):
            raise Malformed(path)
