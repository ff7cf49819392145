"""Mutations of bytes and of the tokens in them."""

import re
from collections.abc import Callable
from random import Random

Mutate = Callable[[bytes, Random], bytes]


class Unfit(Exception):
    """Raised by a mutation that finds nothing to change here."""


BYTES: dict[str, Mutate] = {}
"""Mutations of any bytes."""
TOKENS: dict[str, Mutate] = {}
"""Mutations of the text of PDF objects."""

_TOKEN = re.compile(
    rb"<<|>>|[\[\]]|/[^\0\t\n\f\r ()<>\[\]{}/%]*|\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]*>"
    rb"|\d+ \d+ R\b|-?\d+(?:\.\d+)?|[A-Za-z%*']+",
    re.DOTALL,
)
_NUMBER = re.compile(rb"-?\d{1,12}(?:\.\d{1,12})?")
_LENGTH = re.compile(
    rb"(?:/(?:Length|Size|Prev|N|First|Count|XRefStm) |startxref\n)(-?\d+)"
    rb"|/(?:W|Index|ByteRange|Rect|BBox|MediaBox) ?\[([^\]]*)\]"
)
_NAME = re.compile(rb"/[A-Za-z0-9.+-]+")
_INTERESTING = (
    b"-1", b"0", b"1", b"2", b"255", b"65535", b"65536", b"20000", b"2147483647", b"4294967295",
    b"999999999999", b"9999999999999", b"9" * 400, b"-0", b"007", b"1.", b".5", b"+1", b"1e9",
    b"0.0000000000001", b"--1", b"1-1",
)  # fmt: skip
_FRAGMENTS = (
    b"\n", b"\r", b"\0", b" ", b"%", b"%%EOF\n", b"startxref\n0\n%%EOF\n", b"endobj\n",
    b"endstream", b"1 0 obj\n", b"stream\n", b"<<", b">>", b"[" * 40, b"(" * 40, b"<" * 40,
    b"<<" * 40, b"/A " * 40,
    b"/#", b"/#00", b"/A#41", b"null ", b"1 0 R ", b"99999 0 R ", b"1 1 R ", b"\xff\xfe", b"\\",
    b"/JavaScript", b"/ByteRange [0 1 2 3]\n", b"xref\n0 1\n", b"trailer\n<<>>\n", b"true",
)  # fmt: skip


def _enter(table: dict[str, Mutate]) -> Callable[[Mutate], Mutate]:
    def enter(mutate: Mutate) -> Mutate:
        table[mutate.__name__.replace("_", "-")] = mutate
        return mutate

    return enter


def _span(data: bytes, chance: Random, most: int) -> tuple[int, int]:
    """A stretch of `data` that is not empty."""
    if not data:
        raise Unfit
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.randint(1, most))


@_enter(BYTES)
def bits_flipped(data: bytes, chance: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        changed[_span(data, chance, 1)[0]] ^= 1 << chance.randrange(8)
    return bytes(changed)


@_enter(BYTES)
def bytes_changed(data: bytes, chance: Random) -> bytes:
    start, stop = _span(data, chance, chance.choice((1, 4, 64)))
    filler = chance.choice((chance.randbytes, bytes, lambda size: b" " * size))
    return data[:start] + filler(stop - start) + data[stop:]


@_enter(BYTES)
def bytes_inserted(data: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    more = chance.choice((*_FRAGMENTS, chance.randbytes(chance.randint(1, 30))))
    return data[:place] + more + data[place:]


@_enter(BYTES)
def bytes_deleted(data: bytes, chance: Random) -> bytes:
    start, stop = _span(data, chance, chance.choice((1, 2, 16, 1000)))
    return data[:start] + data[stop:]


@_enter(BYTES)
def block_repeated(data: bytes, chance: Random) -> bytes:
    start, stop = _span(data, chance, chance.choice((4, 64, 2000)))
    return data[:stop] + data[start:stop] * chance.choice((1, 2, 50)) + data[stop:]


@_enter(BYTES)
def block_moved(data: bytes, chance: Random) -> bytes:
    start, stop = _span(data, chance, chance.choice((4, 64, 2000)))
    rest = data[:start] + data[stop:]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + data[start:stop] + rest[place:]


def _one(pattern: re.Pattern[bytes], data: bytes, chance: Random) -> re.Match[bytes]:
    found = list(pattern.finditer(data))
    if not found:
        raise Unfit
    return chance.choice(found)


def _put(data: bytes, found: re.Match[bytes], text: bytes) -> bytes:
    return data[: found.start()] + text + data[found.end() :]


@_enter(TOKENS)
def number_changed(data: bytes, chance: Random) -> bytes:
    found = _one(_NUMBER, data, chance)
    near = b"%d" % (int(float(found[0])) + chance.choice((-1, 1, 10, 256)))
    return _put(data, found, chance.choice((near, *_INTERESTING)))


@_enter(TOKENS)
def length_inflated(data: bytes, chance: Random) -> bytes:
    """Of what a parser counts, allocates or follows."""
    found = _one(_LENGTH, data, chance)
    group = 1 if found[1] is not None else 2
    start, stop = found.span(group)
    inner = number_changed(found[group], chance)
    return data[:start] + inner + data[stop:]


@_enter(TOKENS)
def name_escaped(data: bytes, chance: Random) -> bytes:
    found = _one(_NAME, data, chance)
    place = chance.randrange(1, len(found[0]))
    how = chance.choice((b"#%02x", b"#%02X", b"#%03X"))
    escaped = found[0][:place] + how % found[0][place] + found[0][place + 1 :]
    return _put(data, found, escaped)


@_enter(TOKENS)
def name_changed(data: bytes, chance: Random) -> bytes:
    found = _one(_NAME, data, chance)
    other = _one(_NAME, data, chance)[0]
    return _put(data, found, chance.choice((other, found[0] + b"X", found[0][:-1], b"/", b"/AA")))


@_enter(TOKENS)
def token_dropped(data: bytes, chance: Random) -> bytes:
    return _put(data, _one(_TOKEN, data, chance), b"")


@_enter(TOKENS)
def token_repeated(data: bytes, chance: Random) -> bytes:
    found = _one(_TOKEN, data, chance)
    return _put(data, found, b" ".join([found[0]] * chance.choice((2, 3, 300))))


@_enter(TOKENS)
def token_replaced(data: bytes, chance: Random) -> bytes:
    found = _one(_TOKEN, data, chance)
    return _put(data, found, _one(_TOKEN, data, chance)[0])


@_enter(TOKENS)
def tokens_cut_off(data: bytes, chance: Random) -> bytes:
    """Everything behind a token."""
    found = _one(_TOKEN, data, chance)
    return data[: chance.choice(found.span())]


@_enter(TOKENS)
def white_space_changed(data: bytes, chance: Random) -> bytes:
    found = _one(re.compile(rb"[ \n]"), data, chance)
    return _put(data, found, chance.choice((b"\r", b"\t", b"\0", b"  ", b"\n\n", b"", b"%x\n")))


@_enter(TOKENS)
def nested_deeply(data: bytes, chance: Random) -> bytes:
    found = _one(_TOKEN, data, chance)
    opens, closes = chance.choice(((b"[", b"]"), (b"<</A ", b">>"), (b"(", b")")))
    depth = chance.choice((33, 1_000, 100_000))
    return _put(data, found, opens * depth + found[0] + closes * depth)
