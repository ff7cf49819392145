"""The cross-reference tables of a file, looked at before any parser is let at it.

A table of a few bytes can name billions of objects, inflate to gigabytes or lead in circles. What
is here follows the same chain as a parser would, at no cost, and knows only what our own files
have: cross-reference streams (ISO 32000-1, 7.5.8) in one simple form.
"""

import re
import zlib
from itertools import pairwise
from typing import Final

from pledges.core.verdict import Rejected

MOST_SECTIONS: Final = 64
"""More than a file whose timestamp is renewed every year for half a century has."""
MOST_OBJECTS: Final = 20_000
WIDEST: Final = 8  # bytes of a field in a table
LONGEST: Final = 2_000  # bytes of a table's dictionary

START = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n\Z")
HEAD = re.compile(rb"\d{1,6} 0 obj\n<<(.*?)>>\nstream\n", re.DOTALL)
KEYS = re.compile(rb"/(?:Type|W|Size|Index|Prev|Length|Filter|DecodeParms)\b")
WIDTHS = re.compile(rb"/W\s*\[\s*(\d) (\d) (\d)\s*\]")
NUMBER = {key: re.compile(rb"/%b (\d{1,10})(?![\d ]*R)" % key) for key in (b"Size", b"Prev")}
LENGTH = re.compile(rb"/Length (\d{1,7})\b")
INDEX = re.compile(rb"/Index\s*\[\s*((?:\d{1,7} \d{1,7}\s*)+)\]")


def check(pdf: bytes) -> None:
    """Raise `Rejected` unless every table is small, and each leads to one before it."""
    found = START.search(pdf, max(0, len(pdf) - 100))
    if found is None:
        raise Rejected("unreadable")
    place: int | None = int(found[1])
    for _section in range(MOST_SECTIONS):
        before = _previous(pdf, place or 0)
        if before is None:
            return
        if place is None or before >= place:
            raise Rejected("unreadable")
        place = before
    raise Rejected("unknown-shape")


def _previous(pdf: bytes, place: int) -> int | None:
    """Where the table at `place` says that the one before it stands; None for the first."""
    head = HEAD.match(pdf, place, min(len(pdf), place + LONGEST))
    if head is None:
        raise Rejected("unreadable")
    said = head[1]
    keys = KEYS.findall(said)
    packed = b"/Filter /FlateDecode" in said
    if len(keys) != len(set(keys)) or b"/DecodeParms" in keys or b"#" in said:
        raise Rejected("unreadable")
    if packed != (b"/Filter" in keys):
        raise Rejected("unreadable")
    _check_size(pdf, said, head.end(), packed=packed)
    previous = NUMBER[b"Prev"].search(said)
    if (b"/Prev" in keys) != (previous is not None):
        raise Rejected("unreadable")
    return int(previous[1]) if previous else None


def _check_size(pdf: bytes, said: bytes, start: int, *, packed: bool) -> None:
    widths, size = WIDTHS.search(said), NUMBER[b"Size"].search(said)
    index, length = INDEX.search(said), LENGTH.search(said)
    if not (widths and size and index and length):
        raise Rejected("unreadable")
    wide = [int(width) for width in widths.groups()]
    counts = [int(number) for number in index[1].split()][1::2]
    if max(wide) > WIDEST or int(size[1]) > MOST_OBJECTS or sum(counts) > MOST_OBJECTS:
        raise Rejected("too-large")
    if wide[0] != 1:
        raise Rejected("unreadable")
    expected = sum(wide) * sum(counts)
    data = pdf[start : start + int(length[1])]
    try:
        inflated = _inflated(data, expected) if packed else data
    except zlib.error as error:
        raise Rejected("unreadable") from error
    if len(inflated) != expected:
        raise Rejected("unreadable")
    _check_rows(inflated[:: sum(wide)], _numbers(index[1]))


def _inflated(data: bytes, expected: int) -> bytes:
    """At most one byte more than `expected`; nothing may stand behind it."""
    packed = zlib.decompressobj()
    found = packed.decompress(data, expected + 1)
    if not packed.eof or packed.unused_data:
        raise Rejected("unreadable")
    return found


def _numbers(index: bytes) -> list[int]:
    """The numbers of the objects that a table lists, in its order."""
    edges = [int(number) for number in index.split()]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [number for first, count in pairs for number in range(first, first + count)]


def _check_rows(kinds: bytes, numbers: list[int]) -> None:
    """Object 0 is free, and every other is in use (7.5.8.3); each is listed once.

    What some readers ignore and others take for damage makes them show different things.
    """
    if any(after <= before for before, after in pairwise(numbers)):
        raise Rejected("unreadable")
    if any(
        kind not in ((1, 2) if number else (0,))
        for kind, number in zip(kinds, numbers, strict=True)
    ):
        raise Rejected("unreadable")
