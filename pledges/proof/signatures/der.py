"""DER (ITU-T X.690, 10): one length for each content, read and written element by element."""

from dataclasses import dataclass
from typing import Final

MAX_ELEMENTS: Final = 5_000
MAX_DEPTH: Final = 32

INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31
CONSTRUCTED: Final = 0x20


@dataclass(frozen=True)
class Element:
    """A tag, its content, and all of its bytes."""

    tag: int
    content: bytes
    encoded: bytes


def first(data: bytes, place: int = 0) -> Element:
    """The element at `place`, whatever follows it; raises ValueError unless it is DER."""
    if place + 2 > len(data):
        raise ValueError("an element has a tag and a length")
    tag, begins = data[place], place + 2
    if tag & 0x1F == 0x1F:
        raise ValueError("a tag takes one byte")
    length = data[place + 1]
    if length >= 0x80:
        wide = length - 0x80
        length = int.from_bytes(data[begins : begins + wide], "big")
        shortest = max(1, (length.bit_length() + 7) // 8)
        if not 1 <= wide <= 4 or length < 0x80 or wide != shortest:
            raise ValueError("a length is written in one way")
        begins += wide
    ends = begins + length
    if ends > len(data):
        raise ValueError("an element ends within its data")
    return Element(tag, data[begins:ends], data[place:ends])


def only(data: bytes, tag: int) -> Element:
    """The one element that `data` is, which has that tag; raises ValueError."""
    found = first(data)
    if found.tag != tag or len(found.encoded) != len(data):
        raise ValueError("one element of another kind was expected")
    return found


def children(element: Element) -> list[Element]:
    """The elements within a constructed one; raises ValueError."""
    found, place = [], 0
    if not element.tag & CONSTRUCTED:
        raise ValueError("the element has no elements in it")
    while place < len(element.content):
        found.append(first(element.content, place))
        place += len(found[-1].encoded)
    return found


def check(data: bytes) -> None:
    """Raise ValueError unless all of `data` is one element, and everything in it is DER."""
    _check(only(data, first(data).tag), [MAX_ELEMENTS], 0)


def _check(element: Element, left: list[int], depth: int) -> None:
    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        raise ValueError("there are too many elements")
    if element.tag & CONSTRUCTED:
        for child in children(element):
            _check(child, left, depth + 1)


def write(tag: int, *contents: bytes) -> bytes:
    """An element of these contents, one after the other."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(size)]) + size + content


def sequence(*contents: bytes) -> bytes:
    """SEQUENCE."""
    return write(SEQUENCE, *contents)


def set_of(*contents: bytes) -> bytes:
    """SET OF, in the order of DER (11.6)."""
    return write(SET, *sorted(contents))


def identifier(dotted: str) -> bytes:
    """OBJECT IDENTIFIER (8.19)."""
    one, two, *rest = (int(part) for part in dotted.split("."))
    content = b"".join(_base128(part) for part in (40 * one + two, *rest))
    return write(OBJECT_IDENTIFIER, content)


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))
