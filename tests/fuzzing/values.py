"""Mutations of one parsed object, and of the content of its stream."""

import zlib
from collections.abc import Callable
from random import Random
from typing import Any

from pledges.proof.pdf.objects import (
    Budget,
    Name,
    Number,
    Reference,
    Stream,
    String,
)
from tests.fuzzing.text import BYTES, TOKENS, Unfit

Change = Callable[[Any, Random], Any]
VALUES: dict[str, Change] = {}
"""Mutations of a value: what comes back takes its place."""

MIB = 1024 * 1024
_KEYS = (
    "/AA", "/OpenAction", "/A", "/Names", "/JS", "/Contents", "/Annots", "/AP", "/Kids", "/Parent",
    "/Type", "/Subtype", "/Filter", "/DecodeParms", "/Length", "/V", "/Lock", "/Perms", "/AcroForm",
    "/XFA", "/OC", "/Resources", "/Font", "/XObject", "/Rect", "/F", "/Extends", "/Encrypt",
    "/XRefStm", "/Metadata", "/DSS", "/AF", "/StructTreeRoot", "/Extensions", "/Version",
    "/Group", "/SMask", "/Rotate", "/UserUnit", "/CropBox", "/", "/N",
    "/TU", "/Ff", "/MK", "/StructParent", "/PieceInfo",
)  # fmt: skip
_CONTENT = (
    b" q 0 0 1 rg 0 0 900 900 re f Q", b" BI /W 1 /H 1 ID x EI", b" /Fm0 Do", b" 3 Tr",
    b" (x) Tj", b" " + b"q " * 50_000, b" [" * 500, b" /GS gs", b" 1e999 w", b"\0\0", b" BT",
)  # fmt: skip


def _enter(change: Change) -> Change:
    VALUES[change.__name__.replace("_", "-")] = change
    return change


def _copy(value: Any) -> Any:
    if isinstance(value, Stream):
        return Stream(_copy(value.entries), value.data)
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def _holders(value: Any) -> list[Any]:
    """Every dictionary and array within `value`, from the outermost on."""
    if isinstance(value, Stream):
        return _holders(value.entries)
    found = [value] if isinstance(value, dict | list) else []
    inner = value.values() if isinstance(value, dict) else value if found else ()
    return found + [each for one in inner for each in _holders(one)]


def _holder(value: Any, chance: Random, *, filled: bool = True) -> Any:
    found = [each for each in _holders(value) if each or not filled]
    if not found:
        raise Unfit
    return chance.choice(found)


def _keys(holder: Any) -> list[Any]:
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))


_VALUES: tuple[Any, ...] = (
    None, True, Number("0"), Number("-1"), Number("99999999999"), Number("1.5"),
    Name("/DeviceRGB"), Name("/Widget"), Name("/JavaScript"), Name("/\udcff"), String(b""),
    String(b"\xfe\xff\0x"), String(b"D:99999999999999Z"), [], {}, {"/S": Name("/URI")},
    Reference(1, 0), Reference(40, 0), Reference(999, 0), Reference(1, 1), [Number("1")] * 2_000,
)  # fmt: skip


def _any_value(chance: Random) -> Any:
    return _copy(chance.choice(_VALUES))


@_enter
def key_added(value: Any, chance: Random) -> Any:
    value = _copy(value)
    holder = _holder(value, chance, filled=False)
    if isinstance(holder, list):
        holder.insert(chance.randint(0, len(holder)), _any_value(chance))
    else:
        holder[chance.choice(_KEYS)] = _any_value(chance)
    return value


@_enter
def key_removed(value: Any, chance: Random) -> Any:
    value = _copy(value)
    holder = _holder(value, chance)
    del holder[chance.choice(_keys(holder))]
    return value


@_enter
def key_renamed(value: Any, chance: Random) -> Any:
    value = _copy(value)
    found = [each for each in _holders(value) if each and isinstance(each, dict)]
    if not found:
        raise Unfit
    holder = chance.choice(found)
    old, new = chance.choice(list(holder)), chance.choice((*_KEYS, *holder))
    entries = {new if key == old else key: inner for key, inner in holder.items()}
    holder.clear()
    holder.update(entries)
    return value


@_enter
def value_replaced(value: Any, chance: Random) -> Any:
    value = _copy(value)
    holder = _holder(value, chance)
    holder[chance.choice(_keys(holder))] = _any_value(chance)
    return value


@_enter
def values_exchanged(value: Any, chance: Random) -> Any:
    value = _copy(value)
    holder = _holder(value, chance)
    one, other = (chance.choice(_keys(holder)) for _ in range(2))
    holder[one], holder[other] = holder[other], holder[one]
    return value


@_enter
def reference_redirected(value: Any, chance: Random) -> Any:
    value = _copy(value)
    found = [
        (holder, key)
        for holder in _holders(value)
        for key in _keys(holder)
        if isinstance(holder[key], Reference)
    ]
    if not found:
        raise Unfit
    holder, key = chance.choice(found)
    near = holder[key].number + chance.choice((-1, 1, chance.randint(-60, 60), 10**6))
    holder[key] = Reference(abs(near), chance.choice((0, 0, 0, 1)))
    return value


@_enter
def whole_replaced(_value: Any, chance: Random) -> Any:
    return _any_value(chance)


def _stream(value: Any) -> tuple[Stream, bytes]:
    """The stream, and what it inflates to."""
    if not isinstance(value, Stream) or not value.data:
        raise Unfit
    return value, Budget().inflate(value)


def _packed(stream: Stream, content: bytes) -> Stream:
    data = zlib.compress(content) if "/Filter" in stream.entries else content
    return Stream(stream.entries, data)


@_enter
def stream_changed(value: Any, chance: Random) -> Any:
    """Its bytes as they stand, compressed or not."""
    stream, _ = _stream(value)
    return Stream(stream.entries, chance.choice(list(BYTES.values()))(stream.data, chance))


@_enter
def stream_content_changed(value: Any, chance: Random) -> Any:
    stream, content = _stream(value)
    change = chance.choice([*BYTES.values(), *TOKENS.values()])
    return _packed(stream, change(content, chance))


@_enter
def stream_content_added(value: Any, chance: Random) -> Any:
    stream, content = _stream(value)
    return _packed(stream, content + chance.choice(_CONTENT))


@_enter
def stream_made_a_bomb(value: Any, chance: Random) -> Any:
    stream, _ = _stream(value)
    filler = chance.choice((b"\0", b" ", b"[", b"<<", b"q\n", b"1 0 R ", b"/A ", b"0 "))
    size = chance.choice((1, 31, 33, 100)) * MIB
    data = zlib.compress(filler * (size // len(filler)), 1)
    entries = {**stream.entries, "/Filter": Name("/FlateDecode")}
    if chance.random() < 0.3:
        data = zlib.compress(data, 9)
        entries["/Filter"] = [Name("/FlateDecode"), Name("/FlateDecode")]
    return Stream(entries, data)


@_enter
def stream_filtered_otherwise(value: Any, chance: Random) -> Any:
    stream, _ = _stream(value)
    names = ("ASCIIHexDecode", "LZWDecode", "RunLengthDecode", "DCTDecode", "Crypt", "FlateDecode")
    chosen = [Name(f"/{chance.choice(names)}") for _ in range(chance.choice((1, 2, 300)))]
    said = chosen[0] if len(chosen) == 1 else chosen
    return Stream({**stream.entries, "/Filter": said}, stream.data)
