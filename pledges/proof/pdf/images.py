"""Images of scanned pages: JPEGs in the one plain form that every reader shows alike.

A JPEG (ITU-T T.81) can carry profiles, thumbnails and colour transformations that some readers go
by and others do not. So it has none: a frame header, tables, comments, and the scans of
one baseline or progressive picture in grey or in YCbCr, as JFIF has it.
"""

import hashlib
from typing import Final, NoReturn

from pledges.proof.pdf.objects import Name, Stream, integer
from pledges.proof.verdict import Rejected

JPEG: Final = "/DCTDecode"
IMAGE: Final = frozenset(
    {"/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Interpolate",
     "/Filter", "/Length"}
)  # fmt: skip
COMPONENTS: Final = {"/DeviceGray": 1, "/DeviceRGB": 3}
MAX_SIDE: Final = 10_000  # pixels

_START, _END, _JFIF = 0xD8, 0xD9, 0xE0
_FRAMES: Final = (0xC0, 0xC1, 0xC2)
_BESIDE: Final = (0xC4, 0xDB, 0xDD, 0xFE)
"""Tables, the interval of restarts, and comments, which nobody shows."""
_SCAN: Final = 0xDA
_RESTARTS: Final = range(0xD0, 0xD8)


def is_image(value: object) -> bool:
    """Whether an object calls itself an image."""
    return isinstance(value, Stream) and value.entries.get("/Subtype") == "/Image"


def check(image: Stream) -> str:
    """The SHA-256 of the JPEG as it stands in the file; raises `Rejected` unless it is a plain one.

    Without masks, profiles and other decoders (ISO 32000-1, 8.9.5).
    """
    entries = image.entries
    if set(entries) - IMAGE or entries.get("/Filter") != JPEG:
        _refuse("an image is one JPEG, and nothing more")
    colours, depth = entries.get("/ColorSpace"), entries.get("/BitsPerComponent")
    if not isinstance(colours, Name) or colours not in COMPONENTS or depth != "8":
        _refuse("an image is grey or RGB, with eight bits")
    if entries.get("/Interpolate", False) is not False:
        _refuse("an image is not interpolated")
    size = integer(entries.get("/Width")), integer(entries.get("/Height"))
    if not all(0 < side <= MAX_SIDE for side in size):
        _refuse("an image has a size")
    if _frame(image.data) != (*size, COMPONENTS[colours]):
        _refuse("the JPEG has the size and colours that the image states")
    return hashlib.sha256(image.data).hexdigest()


def _frame(data: bytes) -> tuple[int, int, int]:
    """Width, height and components of the JPEG, which ends with its data."""
    if data[:2] != bytes((0xFF, _START)):
        _refuse("a JPEG begins as one")
    place, frame = 2, None
    while True:
        if data[place : place + 1] != b"\xff" or place + 2 > len(data):
            _refuse("the parts of a JPEG follow each other")
        marker = data[place + 1]
        if marker == _END:
            break
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        body = data[place + 4 : place + 2 + length]
        if len(body) != length - 2:
            _refuse("the parts of a JPEG have their length")
        if marker == _JFIF and frame is None:
            _check_jfif(body)
        elif marker in _FRAMES and frame is None:
            frame = _size(body)
        elif marker not in (*_BESIDE, _SCAN):
            _refuse(f"a JPEG has nothing but its picture (marker {marker:02X})")
        place += 2 + length
        if marker == _SCAN:
            place = _behind_scan(data, place)
    if place + 2 != len(data) or frame is None:
        _refuse("a JPEG ends with its picture")
    return frame


def _check_jfif(body: bytes) -> None:
    """Without a thumbnail."""
    if not body.startswith(b"JFIF\0") or len(body) != 14 or body[12:14] != b"\0\0":
        _refuse("a JPEG is one of JFIF, without a thumbnail")


def _size(body: bytes) -> tuple[int, int, int]:
    if len(body) < 6 or body[0] != 8:
        _refuse("a JPEG has eight bits a component")
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    return width, height, body[5]


def _behind_scan(data: bytes, place: int) -> int:
    """Where the coded data of a scan end: at the next marker that is no restart."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            _refuse("the data of a scan end with a marker")
        follows = data[place + 1]
        if follows != 0 and follows not in _RESTARTS:
            return place
        place += 2


def _refuse(rule: str) -> NoReturn:
    raise Rejected("active-content", rule, found="/Image", what="/Image")
