"""The objects of a PDF (ISO 32000-1, 7.3), what may be read of them, and walks through them."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, NoReturn

from pledges.proof.verdict import Rejected

MAX_NODES: Final = 500_000
"""Numbers, names, strings, arrays and dictionaries in a file; the largest built-in pledge has
12,000."""
MAX_TOKENS: Final = 2_000_000
"""Operands and operators of all pages; a page full of text has 5,000."""
MAX_INFLATED: Final = 4 * 1024 * 1024
"""Bytes that all streams of a file that are read may have or inflate to: 150 pages of text."""


class Name(str):
    """A name, with its solidus."""

    __slots__ = ()


class Number(str):
    """A number as it is written; what is compared and written again is the text."""

    __slots__ = ()


class Reference(NamedTuple):
    """The name of an indirect object."""

    number: int
    generation: int


@dataclass(frozen=True)
class String:
    """A string's bytes; two spellings of the same bytes are equal."""

    value: bytes


@dataclass(frozen=True)
class Stream:
    """A stream: its dictionary, and the bytes as they stand in the file."""

    entries: Mapping[str, Any]
    data: bytes


@dataclass
class Budget:
    """What may still be read of a file."""

    nodes: int = MAX_NODES
    inflated: int = MAX_INFLATED
    tokens: int = MAX_TOKENS

    def take_token(self) -> None:
        self.tokens -= 1
        if self.tokens < 0:
            raise Rejected("too-large", "a pledge has few pages", expected=MAX_TOKENS)

    def take_node(self) -> None:
        self.nodes -= 1
        if self.nodes < 0:
            raise Rejected("too-large", "a pledge has few objects", expected=MAX_NODES)

    def inflate(self, stream: Stream) -> bytes:
        """The content of a stream with no filter or FlateDecode alone (7.4.4), if it fits."""
        if "/DecodeParms" in stream.entries:
            refuse("streams have no predictors", found=stream.entries["/DecodeParms"])
        packing = stream.entries.get("/Filter")
        data = stream.data
        if packing == "/FlateDecode":
            return self._inflated(data)
        if packing is not None:
            refuse("streams are compressed by FlateDecode or not at all", found=packing)
        self._take_bytes(len(data))
        return data

    def _take_bytes(self, count: int) -> None:
        self.inflated -= count
        if self.inflated < 0:
            raise Rejected("too-large", "streams inflate to few bytes", expected=MAX_INFLATED)

    def _inflated(self, data: bytes) -> bytes:
        packed = zlib.decompressobj()
        try:
            found = packed.decompress(data, self.inflated + 1)
        except zlib.error as error:
            raise Rejected("unreadable", "streams inflate", found=str(error)) from error
        self._take_bytes(len(found))
        if not packed.eof or packed.unused_data:
            refuse("a stream's data end where its compression ends (7.3.8)")
        return found


def refuse(rule: str, *, expected: object = "", found: object = "", where: str = "") -> NoReturn:
    """Raise `Rejected`: the structure of the file is not that of a pledge."""
    raise Rejected("unreadable", rule, expected=expected, found=found, where=where)


def integer(value: object) -> int:
    """The whole number that `value` is; raises `Rejected` for anything else."""
    if not isinstance(value, Number) or not value.removeprefix("-").isdigit():
        refuse("a whole number stands here", found=value)
    return int(value)


def real(value: object) -> float:
    """The number that `value` is; raises `Rejected` for anything else."""
    if not isinstance(value, Number):
        refuse("a number stands here", found=value)
    return float(value)


def numbers(value: object, count: int) -> list[float]:
    """The `count` numbers that the array `value` has; raises `Rejected` for anything else."""
    if not isinstance(value, list) or len(value) != count:
        refuse(f"{count} numbers stand here", found=value)
    return [real(each) for each in value]


def dictionaries(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every dictionary within one object, a stream's too; references are not followed."""
    if isinstance(value, Stream):
        value = value.entries
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from dictionaries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from dictionaries(inner)


def references(value: Any) -> Iterator[Reference]:
    """Every reference within one object."""
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Stream):
        yield from references(value.entries)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)
