"""What the scan of a paper may be: its kinds, told by its bytes, and how much of it may be."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MEGABYTE: Final = 1024 * 1024
MAX_FILE: Final = 20 * MEGABYTE
"""Bytes of one upload."""
MAX_PAGES: Final = 40
MAX_PIXELS: Final = 40_000_000
"""Of one image: A4 at 600 dots per inch has 35 million."""
DPI: Final = 150
"""Dots per inch at which a page is drawn, as large as it is put on A4."""
SHORT, LONG = 1240, 1754
"""Pixels of A4's sides at that resolution."""
MAX_DRAWN: Final = 14 * MEGABYTE
"""Bytes of all images together: with what stands around them, a record stays below 20 MB."""

PDF_SEARCHED: Final = 1024
"""Bytes within which a PDF has to say that it is one, as readers of PDF have it."""


class Kind(StrEnum):
    """What may be uploaded."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"


class Fault(StrEnum):
    """Why no images were made of an upload."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    NOT_A_SCAN = "not-a-scan"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_MANY_PAGES = "too-many-pages"
    TOO_MANY_PIXELS = "too-many-pixels"
    BLANK = "blank"
    TOO_COSTLY = "too-costly"


LIMITS: Final[dict[Fault, int]] = {
    Fault.TOO_LARGE: MAX_FILE // MEGABYTE,
    Fault.TOO_MANY_PAGES: MAX_PAGES,
    Fault.TOO_MANY_PIXELS: MAX_PIXELS // 1_000_000,
}
"""What belongs into the sentence about a fault: megabytes, pages, millions of pixels."""


@dataclass(frozen=True)
class DrawnPage:
    """One page as a JPEG of our own making, and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def kind_of(data: bytes) -> Kind | None:
    """What these bytes are, whatever their name says; none where they are nothing of that."""
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return Kind.TIFF
    return Kind.PDF if b"%PDF-" in data[:PDF_SEARCHED] else None


def marked(jpeg: bytes, mark: str) -> bytes:
    """The same image with `mark` (ASCII) as a comment in it.

    Files are kept by their digest: marked with whose it is, no image is shared by two papers, so
    that one can be removed without a thought of the other. It stands behind the head of JFIF, which
    comes first (ITU-T T.871, 10.1).
    """
    comment = mark.encode("ascii")
    length = (len(comment) + 2).to_bytes(2, "big")
    place = 4 + int.from_bytes(jpeg[4:6], "big") if jpeg[2:4] == b"\xff\xe0" else 2
    return jpeg[:place] + b"\xff\xfe" + length + comment + jpeg[place:]
