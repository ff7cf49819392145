"""Inputs that make a regular expression work: what its repeats take, over and over, and then not.

Run as a script it reads a pattern and such inputs, matches the one against the others at two sizes,
and prints what that cost; a process of its own, because a match that never ends holds every thread.
"""

import json
import pickle
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from re import _constants as op
from re import _parser as parser
from typing import Any

SIZE, LARGER = 8_000, 8
"""Characters of the smaller input, and how many times as many the larger one has."""
MAX_TIMES = 16
"""What the larger may cost of the smaller: a search that is linear costs 8 times as much."""
FLOOR = 0.005  # seconds of CPU: clocks tick as slowly as that
TRIES = 5
SECONDS = 5
"""Of CPU for one pattern altogether; all of the good ones take less than that together."""
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
CATEGORIES = {op.CATEGORY_DIGIT: "1", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "a"}
GENERIC = ("\0", " ", "1", "11 ", "1 1", "a", "<", "[", "/", "\n", "\r\n", ">>", "=", ".")
Input = tuple[str, str, str]
"""What it begins with, what is repeated, what it ends with."""


@dataclass(frozen=True)
class Slow:
    """An input that costs too much: how many times as much where it is eight times as long."""

    method: str
    given: Input
    times: float = float("inf")

    def __str__(self) -> str:
        begin, body, end = self.given
        return f"{self.method} of {begin!r} + n * {body!r} + {end!r}: {self.times:.0f} times"


def slow(
    pattern: str | bytes, flags: int, methods: Sequence[str], seconds: int = SECONDS
) -> Slow | None:
    """The first input on which `pattern` is not linear, measured in a process of its own."""
    given = pickle.dumps((pattern, flags, sorted(methods), inputs(pattern, flags)))
    command = [sys.executable, "-I", __file__, str(seconds)]
    done = subprocess.run(command, input=given, capture_output=True)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode < 0:  # in the midst of the one that it had begun with
        return Slow(*said[-1])
    return Slow(*said[-1]) if said[-1] else None


def inputs(pattern: str | bytes, flags: int) -> list[Input]:
    """For every repeat: what stands before it, then its body again and again, then a mismatch."""
    items = parser.parse(pattern, flags)
    found: set[Input] = set()
    # A lookahead that fails is quick; one that finds what it looks for may be the slow one.
    ends = ["", "\0", "!", *_ahead(items)]
    for often in (0, 1, 2):
        whole = _sample(items, often)
        for before, body in _repeats(items, "", often):
            for end in ends:
                found |= {(before, body, end), ("", before + body, end), ("", before, end)}
        found |= {("", whole, "\0"), ("", whole[:-1], "\0"), (whole[:-1], whole[-1:], "\0")}
    found |= {("", each, end) for each in GENERIC for end in ("", "\0")}
    return sorted(each for each in found if each[1])


def _repeats(items: Sequence[Any], before: str, often: int) -> Iterator[tuple[str, str]]:
    """Each repeat of a pattern: what must stand before it, and what its body takes."""
    for kind, value in items:
        if kind in REPEATS:
            yield before, _sample(value[2], often)
            yield before, _sample(value[2], 1)
            yield from _repeats(value[2], before, often)
        for part in _parts(kind, value):
            yield from _repeats(part, before, often)
        before += _sample([(kind, value)], often)


def _ahead(items: Sequence[Any]) -> Iterator[str]:
    """What each lookahead looks for."""
    for kind, value in items:
        if kind in (op.ASSERT, op.ASSERT_NOT):
            yield _sample(value[1], 0)
        for part in [value[2]] if kind in REPEATS else _parts(kind, value):
            yield from _ahead(part)


def _parts(kind: Any, value: Any) -> list[Any]:
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind is op.ATOMIC_GROUP:
        return [value]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [value[1]]
    return list(value[1]) if kind is op.BRANCH else []


def _sample(items: Sequence[Any], often: int) -> str:
    """Something that matches, with every repeat `often` times, as far as it may be."""
    return "".join(_sample_of(kind, value, often) for kind, value in items)


def _sample_of(kind: Any, value: Any, often: int) -> str:
    if kind in REPEATS:
        least, most, body = value
        return _sample(body, often) * min(max(least, often), most)
    if kind in (op.ASSERT, op.ASSERT_NOT, op.AT):
        return ""
    if parts := _parts(kind, value):
        return _sample(parts[0], often)
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.RANGE:
        return chr(value[0])
    if kind is op.CATEGORY:
        return {op.CATEGORY_DIGIT: "1", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "a"}.get(
            value, "!"
        )
    if kind is op.IN and value[0][0] is not op.NEGATE:
        return _sample_of(*value[0], often)
    return "x"


# --- In the process that measures -----------------------------------------------------------------
def _find(pattern: Any, flags: int, methods: list[str], given: list[Input]) -> Slow | None:
    compiled = re.compile(pattern, flags)
    for each in given:
        for name in methods:
            print(json.dumps([name, each]), flush=True)
            smaller, larger = (
                _written(each, size, isinstance(pattern, bytes)) for size in (SIZE, SIZE * LARGER)
            )
            times = _times(getattr(compiled, name), smaller, larger)
            if times > MAX_TIMES:
                return Slow(name, each, times)
    return None


def _times(method: Any, smaller: Any, larger: Any) -> float:
    """How many times as much the larger costs: the best of a few tries, each enough where good."""
    best = float("inf")
    for _ in range(TRIES):
        took = _took(method, larger)
        best = min(
            best, took / FLOOR if took <= MAX_TIMES * FLOOR else took / _one(method, smaller)
        )
        if best <= MAX_TIMES:
            break
    return best


def _one(method: Any, text: Any) -> float:
    """What one call takes, from as many as the clock needs to tell."""
    calls, took = 1, _took(method, text)
    while took < 10 * FLOOR:
        calls *= 2
        took = _took(method, text, calls)
    return max(took / calls, FLOOR)


def _took(method: Any, text: Any, calls: int = 1) -> float:
    before = time.process_time()
    for _ in range(calls):
        method(text)
    return time.process_time() - before


def _written(given: Input, size: int, as_bytes: bool) -> Any:
    begin, body, end = given
    text = begin + body * (size // len(body)) + end
    return text.encode("latin-1", "replace") if as_bytes else text


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]),) * 2)
    found = _find(*pickle.load(sys.stdin.buffer))
    print(json.dumps([found.method, found.given, found.times] if found else None))
