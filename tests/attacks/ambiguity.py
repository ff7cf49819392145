"""Whether a regular expression can take long: a look at the parsed pattern, which matches nothing.

Python's engine tries one way after the other. It is quick where, at each character, one way alone
can go on: so every repeat is held to that. What its body may begin with must not be what may stand
after the repeat, nor may two alternatives within it begin alike. Possessive repeats and atomic
groups never go back, and need the rule inside of themselves only.

The rule is simple and not complete: it refuses patterns that are harmless, and those can be written
otherwise. One exception is made, for a repeat of single characters after which only things of a
fixed width stand: however it overlaps with them, each place costs the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from re import _constants as op
from re import _parser as parser
from typing import Any

BYTES, CHARACTERS = 0x100, 0x110000
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)
ASSERTIONS = (op.ASSERT, op.ASSERT_NOT)
Node = tuple[Any, Any]
Characters = int
"""A set of characters: the bit at the place of each is set."""


@dataclass(frozen=True)
class Place:
    """Where an item of a pattern stands.

    `after`: the characters that may follow it; `repeated`: it is part of a repeat's body; `fixed`:
    everything behind it, up to where nothing goes back any more, has one width.
    """

    after: Characters = 0
    repeated: bool = False
    fixed: bool = True


def faults(pattern: str | bytes, flags: int = 0) -> list[str]:
    """What is ambiguous in `pattern`, in words; nothing where it is provably not."""
    parsed = parser.parse(pattern, flags)
    return list(_Look(parsed.state, isinstance(pattern, bytes)).sequence(parsed, Place()))


class _Look:
    def __init__(self, state: Any, is_bytes: bool) -> None:
        self.state, self.flags = state, state.flags
        self.size = BYTES if is_bytes else CHARACTERS

    # --- The rule ---------------------------------------------------------------------------------
    def sequence(self, items: Sequence[Node], place: Place) -> Iterator[str]:
        after, fixed = place.after, place.fixed
        for item in reversed(items):
            yield from self.item(item, Place(after, place.repeated, fixed))
            after = self.begins(item) | (after if self.may_be_empty(item) else 0)
            fixed = fixed and self.has_one_width(item)

    def item(self, item: Node, place: Place) -> Iterator[str]:
        kind, value = item
        if kind in REPEATS:
            yield from self.repeat(*value, place)
        elif kind is op.POSSESSIVE_REPEAT:
            yield from self.possessive(*value)
        elif kind is op.BRANCH:
            yield from self.branch(value[1], place)
        elif kind is op.SUBPATTERN:
            if value[1] or value[2]:
                yield "flags for a part of the pattern"
            yield from self.sequence(value[3], place)
        elif kind is op.ATOMIC_GROUP:
            yield from self.sequence(value, Place(repeated=place.repeated))
        elif kind in ASSERTIONS:
            yield from self.sequence(value[1], Place(repeated=place.repeated))
        elif kind in (op.GROUPREF, op.GROUPREF_EXISTS):
            yield "what a group matched decides"

    def repeat(self, least: int, most: Any, body: Any, place: Place) -> Iterator[str]:
        said = f"{{{least},{most}}}"
        begins, may_stop = self.begins_all(body), least != most
        if most != 1:
            inside = Place(begins | place.after, True, False)
            if self.all_may_be_empty(body):
                yield f"the body of {said} may be empty"
        else:
            inside = place
        last = place.fixed and not place.repeated and body.getwidth() == (1, 1)
        if may_stop and begins & place.after and not last:
            yield f"{said} may go on or stop at {self.shown(begins & place.after)}"
        yield from self.sequence(body, inside)

    def possessive(self, _least: int, most: Any, body: Any) -> Iterator[str]:
        if most != 1 and self.all_may_be_empty(body):
            yield "the body of a possessive repeat may be empty"
        # Each time round is final: what stands behind cannot make it go back.
        yield from self.sequence(body, Place(repeated=True, fixed=False))

    def branch(self, ways: Sequence[Any], place: Place) -> Iterator[str]:
        seen: Characters = 0
        for way in ways:
            begins = self.begins_all(way) | (place.after if self.all_may_be_empty(way) else 0)
            if place.repeated and begins & seen:
                yield f"two ways begin with {self.shown(begins & seen)}"
            seen |= begins
            yield from self.sequence(way, place)

    # --- What an item may begin with --------------------------------------------------------------
    def begins_all(self, items: Sequence[Node]) -> Characters:
        found: Characters = 0
        for item in items:
            found |= self.begins(item)
            if not self.may_be_empty(item):
                break
        return found

    def begins(self, item: Node) -> Characters:
        kind, value = item
        if kind in (*REPEATS, op.POSSESSIVE_REPEAT):
            return self.begins_all(value[2]) if value[1] else 0
        if kind is op.BRANCH:
            return reduce(or_, (self.begins_all(way) for way in value[1]), 0)
        if kind is op.SUBPATTERN:
            return self.begins_all(value[3])
        if kind is op.ATOMIC_GROUP:
            return self.begins_all(value)
        if kind in ASSERTIONS:
            # It reads ahead whenever what stands before it stops.
            return self.begins_all(value[1]) if value[0] > 0 else 0
        if kind is op.AT:
            return 0
        return self.characters(item)

    def characters(self, item: Node) -> Characters:
        kind, value = item
        everything = (1 << self.size) - 1
        if kind is op.LITERAL:
            return self.folded(1 << value)
        if kind is op.NOT_LITERAL:
            return everything & ~self.folded(1 << value)
        if kind is op.ANY:
            return everything if self.flags & re.DOTALL else everything & ~(1 << ord("\n"))
        if kind is op.RANGE:
            low, high = value
            return self.folded(((1 << (high - low + 1)) - 1) << low)
        if kind is op.CATEGORY:
            return _category(value, self.size, bool(self.flags & re.ASCII))
        if kind is op.IN:
            negated = value[0][0] is op.NEGATE
            found = reduce(or_, (self.characters(each) for each in value[negated:]), 0)
            return everything & ~found if negated else found
        return everything  # unknown to this module: anything

    def folded(self, found: Characters) -> Characters:
        if not self.flags & re.IGNORECASE:
            return found
        same = {other for each in _members(found) for other in _cases(each)}
        return found | reduce(or_, (1 << ord(each) for each in same if ord(each) < self.size), 0)

    # --- Widths -----------------------------------------------------------------------------------
    def all_may_be_empty(self, items: Sequence[Node]) -> bool:
        return all(self.may_be_empty(item) for item in items)

    def may_be_empty(self, item: Node) -> bool:
        return parser.SubPattern(self.state, [item]).getwidth()[0] == 0

    def has_one_width(self, item: Node) -> bool:
        if item[0] in ASSERTIONS:
            return item[1][1].getwidth()[0] == item[1][1].getwidth()[1]
        least, most = parser.SubPattern(self.state, [item]).getwidth()
        return bool(least == most)

    def shown(self, found: Characters) -> str:
        return repr("".join(each for each, _ in zip(_members(found), range(8), strict=False)))


def _members(found: Characters) -> Iterator[str]:
    while found:
        lowest = found & -found
        yield chr(lowest.bit_length() - 1)
        found ^= lowest


def _cases(character: str) -> set[str]:
    return {each for each in (character.lower(), character.upper()) if len(each) == 1}


@cache
def _category(category: Any, size: int, ascii_only: bool) -> Characters:
    """Asked of the engine itself, for each character there is."""
    letter = {
        op.CATEGORY_DIGIT: "d", op.CATEGORY_NOT_DIGIT: "D",
        op.CATEGORY_SPACE: "s", op.CATEGORY_NOT_SPACE: "S",
        op.CATEGORY_WORD: "w", op.CATEGORY_NOT_WORD: "W",
    }[category]  # fmt: skip
    if size == BYTES:
        matches = re.compile(rf"\{letter}".encode()).match
        return sum(1 << each for each in range(size) if matches(bytes([each])))
    every = "".join(map(chr, range(size)))
    found = re.finditer(rf"\{letter}", every, re.ASCII if ascii_only else 0)
    bits = bytearray(size // 8)
    for each in found:
        bits[each.start() // 8] |= 1 << each.start() % 8
    return int.from_bytes(bits, "little")
