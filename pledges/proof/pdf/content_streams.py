"""The operators of a content stream (ISO 32000-1, 7.8.2), each with the operands that it takes.

Readers differ in what they make of an operator with too few operands, of a number that runs into a
word, of text outside a text object or of a path that is interrupted; and of numbers that are too
large for them, of what is stretched to nothing, or of dashes without a length. So none of that
passes: what is drawn is written as the renderer writes it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pledges.proof.pdf.objects import Budget
from pledges.proof.pdf.transformations import Linear

PAGE, PATH, CLOSED, CLIPPED, TEXT = "page", "path", "closed path", "clipped path", "text"

_SPACE: Final = rb"[\t\n\r ]"
_END: Final = rb"(?![^\t\n\r \[\]<>/])"
_TOKEN: Final = re.compile(
    _SPACE + rb"*+(?:"
    rb"(?P<n>-?(?:[0-9]{1,6}+(?:\.[0-9]{0,20}+)?+|\.[0-9]{1,20}+))(?=" + _SPACE + rb"|[<\]>])"
    rb"|(?P<word>[A-Za-z][A-Za-z*]{0,2}+)" + _END +
    rb"|(?P<name>/[A-Za-z0-9_.+-]{1,100}+)"
    rb"|(?P<open>\[|<<)|(?P<close>\]|>>)"
    rb"|(?P<x><(?:[0-9A-Fa-f]{4})*+>)"
    rb")"
)  # fmt: skip
"""A number does not run into a word, and is below a million; strings are numbers of glyphs, of two
bytes each."""


class Operator(NamedTuple):
    """The kinds of its operands, where it may stand, and where what follows stands.

    `n` a number, `/` a name, `x` a string, `a` an array of numbers, `s` one of numbers and strings,
    `d` the properties of marked content.
    """

    operands: str
    within: tuple[str, ...]
    then: str = ""
    """Where nothing is said, what follows stands where the operator stood."""


def _each(words: str, operands: str, *within: str, then: str = "") -> dict[bytes, Operator]:
    return {word.encode(): Operator(operands, within, then) for word in words.split()}


OPERATORS: Final = {
    **_each("q Q", "", PAGE),
    **_each("cm", "nnnnnn", PAGE),
    **_each("Do", "/", PAGE),
    **_each("rg RG", "nnn", PAGE, TEXT),
    **_each("g G w M J j Tc Tw TL Ts Tr", "n", PAGE, TEXT),
    **_each("d", "an", PAGE, TEXT),
    **_each("gs", "/", PAGE, TEXT),
    **_each("Tf", "/n", PAGE, TEXT),
    **_each("BMC", "/", PAGE, TEXT),
    **_each("BDC", "/d", PAGE, TEXT),
    **_each("EMC", "", PAGE, TEXT),
    **_each("m", "nn", PAGE, PATH, CLOSED, then=PATH),
    **_each("re", "nnnn", PAGE, PATH, CLOSED, then=CLOSED),
    **_each("l", "nn", PATH),
    **_each("c", "nnnnnn", PATH),
    **_each("v y", "nnnn", PATH),
    **_each("h", "", PATH, then=CLOSED),
    **_each("W W*", "", PATH, CLOSED, then=CLIPPED),
    **_each("n S s f f* B B* b b*", "", PATH, CLOSED, CLIPPED, then=PAGE),
    **_each("BT", "", PAGE, then=TEXT),
    **_each("ET", "", TEXT, then=PAGE),
    **_each("Tm", "nnnnnn", TEXT),
    **_each("Td TD", "nn", TEXT),
    **_each("T*", "", TEXT),
    **_each("Tj", "x", TEXT),
    **_each("TJ", "s", TEXT),
}
"""Without inline images, shadings, colour spaces and whatever hides or replaces (annex A). A line
or curve that goes on from a closed path is drawn by some readers from where that was begun, by
others not."""
MAX_OPERANDS: Final = max(len(operator.operands) for operator in OPERATORS.values())
SMALL: Final = frozenset({b"0", b"1", b"2"})
"""Of caps, joins and rendering modes; from 3 on text is not seen (9.3.6)."""
FONT_SIZES: Final = (0.1, 1_000)
"""At least, and at most."""
PROPERTIES: Final = frozenset({b"/MCID", b"/Type", b"/Subtype", b"/Attached"})
RESOURCES: Final = {b"Tf": "/Font", b"gs": "/ExtGState", b"Do": "/XObject"}
OPENING: Final = {b"q": b"Q", b"BMC": b"EMC", b"BDC": b"EMC"}


class Foreign(Exception):
    """A content stream is not written as ours are; the text is what stands there."""


@dataclass
class _Reader:
    """Where a content stream has come to."""

    state: str = PAGE
    kinds: str = ""
    values: list[bytes] = field(default_factory=list)
    opened: list[bytes] = field(default_factory=list)
    drawn_by: list[Linear] = field(default_factory=lambda: [Linear()])
    used: set[tuple[str, str]] = field(default_factory=set)

    def operate(self, word: bytes) -> bool:
        """Whether the operator may stand here, after these operands."""
        known = OPERATORS.get(word)
        if known is None or self.kinds != known.operands or self.state not in known.within:
            return False
        if not self._takes(word):
            return False
        if word in (b"BMC", b"BDC") and self.values[0] == b"/OC":
            return False  # optional content (8.11.3.2), which a reader may hide
        if word in RESOURCES:
            self.used.add((RESOURCES[word], self.values[0].decode()))
        if word in OPENING:
            self.opened.append(OPENING[word])
        elif word in (b"Q", b"EMC") and (not self.opened or self.opened.pop() != word):
            return False
        self.state = known.then or self.state
        self.kinds, self.values = "", []
        return True

    def _takes(self, word: bytes) -> bool:
        """Whether every reader makes the same of the operator with these operands."""
        if word in (b"J", b"j", b"Tr"):
            return self.values[0] in SMALL
        if word == b"w":
            return float(self.values[0]) >= 0
        if word == b"d":
            lengths = self.values[0].split()
            return not lengths or min(map(float, lengths)) >= 0 < max(map(float, lengths))
        if word == b"Tf":
            least, most = FONT_SIZES
            return least <= float(self.values[1]) <= most
        return self._transforms(word)

    def _transforms(self, word: bytes) -> bool:
        """Whether it leaves things drawn by a transformation that means the same to all."""
        if word == b"q":
            self.drawn_by.append(self.drawn_by[-1])
        elif word == b"Q" and len(self.drawn_by) > 1:
            self.drawn_by.pop()
        elif word in (b"cm", b"Tm"):
            found = Linear(*map(float, self.values[:4])).within(self.drawn_by[-1])
            if word == b"cm":
                self.drawn_by[-1] = found
            return found.is_plain
        return True


def used(content: bytes, budget: Budget) -> set[tuple[str, str]]:
    """The resources that `content` uses, kind and name of each; raises `Foreign`.

    All of it must be known operators with their operands, each where it may stand.
    """
    reader, place = _Reader(), 0
    tokens = _tokens(content, budget)
    for token in tokens:
        place = token.start()
        kind = token.lastgroup or ""
        if kind == "word":
            if not reader.operate(token["word"]):
                raise Foreign(_shown(content, place))
            continue
        value = token[0].lstrip()
        if kind == "open":
            kind, value = _array(tokens) if token["open"] == b"[" else (_properties(tokens), b"")
        if len(reader.kinds) == MAX_OPERANDS:
            raise Foreign(_shown(content, place))
        reader.kinds += {"name": "/"}.get(kind, kind)
        reader.values.append(value)
    if reader.kinds or reader.opened or reader.state != PAGE:
        raise Foreign(_shown(content, place))
    return reader.used


def _tokens(content: bytes, budget: Budget) -> Iterator[re.Match[bytes]]:
    place, end = 0, len(content.rstrip(b"\t\n\r "))
    while place < end:
        budget.take_token()
        token = _TOKEN.match(content, place)
        if token is None:
            raise Foreign(_shown(content, place))
        yield token
        place = token.end()


def _array(tokens: Iterator[re.Match[bytes]]) -> tuple[str, bytes]:
    """The kind of the array whose items are next, of numbers or of strings too; and the numbers."""
    kind = "a"
    numbers: list[bytes] = []
    for token in tokens:
        if token["close"] == b"]":
            return kind, b" ".join(numbers)
        if token.lastgroup == "n":
            numbers.append(token["n"])
        elif token.lastgroup == "x":
            kind = "s"
        else:
            break
    raise Foreign("[")


def _properties(tokens: Iterator[re.Match[bytes]]) -> str:
    """The kind of the dictionary whose entries are next, all of them names or numbers."""
    for key in tokens:
        if key["close"] == b">>":
            return "d"
        value = next(tokens, None)
        if key["name"] not in PROPERTIES or value is None or value.lastgroup not in ("n", "name"):
            break
    raise Foreign("<<")


def _shown(content: bytes, place: int) -> str:
    return content[place : place + 20].decode("latin-1").strip() or "the end"
