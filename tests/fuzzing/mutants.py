"""Mutants of honest files, each made from a seed and an index alone: what is changed, and how far
the file is mended afterwards.

*In place*: nothing is mended. *Placed*: tables and byte ranges fit again, from the changed revision
on. *Stamped*: an authority's timestamp covers the last revision as it then is; anybody can get one,
so such a mutant passes all signatures.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives import serialization
from pyhanko.sign.timestamps import dummy_client

from pledges.proof.verdict import Rejected, Verdict
from tests.attacks.structures import CONTENTS, notarized
from tests.fuzzing import der_trees, revision_changes
from tests.fuzzing.anatomy import Part, copied, together
from tests.fuzzing.pool import Base, Pool
from tests.fuzzing.text import BYTES, TOKENS, Unfit
from tests.fuzzing.values import VALUES

MAX_ATTEMPTS = 1_000
_HEADS = re.compile(
    rb"\d+ 0 obj\n(?s:.{1,20000}?)(?=\nstream\n|\nendobj\n)|startxref\n\d+\n%%EOF\n"
)


_KEYS = SimpleNamespace(load_der_private_key=cache(serialization.load_der_private_key))
"""The library reads the authority's key, and tests its primes, for each timestamp: by far the most
of a mutant's cost."""


@dataclass(frozen=True)
class Mutant:
    """A mutated file. `signatures_first` as it is served; else the document is read before."""

    seed: int
    index: int
    kind: str
    base: Base
    pdf: bytes
    signatures_first: bool

    def judged(self) -> Verdict:
        return self.base.judged(self.pdf, signatures_first=self.signatures_first)


@dataclass(frozen=True)
class Bench:
    """What a mutation works with."""

    pool: Pool
    base: Base
    chance: Random

    @property
    def other(self) -> Base:
        return self.chance.choice(self.pool.bases)

    def stamped(self, pdf: bytes) -> bytes:
        """With its last timestamp made anew over it."""
        if not self.base.ends_with_timestamp or not CONTENTS.search(pdf):
            raise Unfit
        with patch.object(dummy_client, "serialization", _KEYS):
            return notarized(self.pool.honest, pdf)


Make = Callable[[Bench], bytes]
Text = Callable[[bytes, Random], bytes]


# --- In place -------------------------------------------------------------------------------------
def anywhere(change: Text, bench: Bench) -> bytes:
    return change(bench.base.pdf, bench.chance)


def in_a_head(change: Text, bench: Bench) -> bytes:
    """The text of one object, or where the file says that its table is."""
    pdf = bench.base.pdf
    start, stop = bench.chance.choice([found.span() for found in _HEADS.finditer(pdf)])
    return pdf[:start] + change(pdf[start:stop], bench.chance) + pdf[stop:]


def in_the_last_revision(change: Text, bench: Bench) -> bytes:
    """Its objects and its table, stamped."""
    pdf = bench.base.pdf
    begins = len(pdf) - len(bench.base.parts[-1].raw)
    spans = [found.span() for found in _HEADS.finditer(pdf, begins)]
    start, stop = bench.chance.choice(spans)
    return bench.stamped(pdf[:start] + change(pdf[start:stop], bench.chance) + pdf[stop:])


# --- Placed, stamped ------------------------------------------------------------------------------
def _a_part(bench: Bench, *, last: bool) -> tuple[list[Part], int]:
    parts = copied(bench.base.parts)
    return parts, len(parts) - 1 if last else bench.chance.randrange(len(parts))


def _finished(bench: Bench, parts: list[Part], index: int, *, last: bool) -> bytes:
    pdf = together(parts, index)
    return bench.stamped(pdf) if last else pdf


def text_of_an_object(change: Text, bench: Bench, *, last: bool) -> bytes:
    parts, index = _a_part(bench, last=last)
    objects = parts[index].objects
    number = bench.chance.choice(list(objects))
    if number == parts[index].holder:
        raise Unfit
    objects[number] = change(objects[number], bench.chance)
    return _finished(bench, parts, index, last=last)


def value_of_an_object(change: Callable[[Any, Random], Any], bench: Bench, *, last: bool) -> bytes:
    """Where it stands or, in the last revision, as a newer one of any object."""
    parts, index = _a_part(bench, last=last)
    source = bench.chance.choice(parts) if last else parts[index]
    number = bench.chance.choice(source.numbers)
    parts[index].put(number, change(source.value(number), bench.chance))
    return _finished(bench, parts, index, last=last)


def objects_of_a_revision(change: revision_changes.Change, bench: Bench, *, last: bool) -> bytes:
    parts, index = _a_part(bench, last=last)
    change(parts, index, bench.chance)
    return _finished(bench, parts, index, last=last)


# --- Signatures -----------------------------------------------------------------------------------
def signature(change: der_trees.Change, bench: Bench, *, stamped: bool) -> bytes:
    """The DER of one signature or timestamp, in its room; a later one is stamped again."""
    pdf = bench.base.pdf
    found = list(CONTENTS.finditer(pdf))
    place = bench.chance.choice(found[:-1] if stamped and len(found) > 1 else found)
    tree = _tree(place[1])
    spare = bench.chance.choice(_tree(_a_signature(bench)).all())
    change(bench.chance.choice(tree.all()), spare, bench.chance)
    shown = tree.encoded().hex().upper().encode()
    if len(shown) > len(place[1]):
        raise Unfit
    shown = shown.ljust(len(place[1]), b"0")
    pdf = pdf[: place.start(1)] + shown + pdf[place.end(1) :]
    return bench.stamped(pdf) if stamped else pdf


def _a_signature(bench: Bench) -> bytes:
    digits: bytes = bench.chance.choice(CONTENTS.findall(bench.other.pdf))
    return digits


def _tree(digits: bytes) -> der_trees.Node:
    return der_trees.tree(bytes.fromhex(digits.decode()))


# --- Whole files ----------------------------------------------------------------------------------
def whole(splice: revision_changes.Splice, bench: Bench) -> bytes:
    own, others = ([part.raw for part in each.parts] for each in (bench.base, bench.other))
    return splice(own, others, bench.chance)


def _kinds() -> dict[str, Make]:
    text = {**BYTES, **TOKENS}
    found: dict[str, Make] = {}
    for name, change in text.items():
        found[f"{name}, anywhere"] = partial(anywhere, change)
        found[f"{name}, in a head"] = partial(in_a_head, change)
        found[f"{name}, stamped in place"] = partial(in_the_last_revision, change)
        found[f"{name}, placed"] = partial(text_of_an_object, change, last=False)
        found[f"{name}, stamped"] = partial(text_of_an_object, change, last=True)
    for name, change in VALUES.items():
        found[f"{name}, placed"] = partial(value_of_an_object, change, last=False)
        found[f"{name}, stamped"] = partial(value_of_an_object, change, last=True)
    for name, change in revision_changes.OBJECTS.items():
        found[f"{name}, placed"] = partial(objects_of_a_revision, change, last=False)
        found[f"{name}, stamped"] = partial(objects_of_a_revision, change, last=True)
    for name, change in der_trees.TREES.items():
        found[f"DER {name}, in place"] = partial(signature, change, stamped=False)
        found[f"DER {name}, stamped"] = partial(signature, change, stamped=True)
    for name, change in revision_changes.FILES.items():
        found[name] = partial(whole, change)
    return found


KINDS = _kinds()
_NAMES = tuple(KINDS)


def mutant(pool: Pool, seed: int, index: int) -> Mutant:
    """The mutant of that index: kinds take turns, all else is chance."""
    kind = _NAMES[index % len(_NAMES)]
    chance = Random(f"{seed}:{index}")
    for _ in range(MAX_ATTEMPTS):
        base = chance.choice(pool.bases)
        try:
            pdf = KINDS[kind](Bench(pool, base, chance))
        except (Unfit, Rejected):  # nothing to change, or nothing that can be written
            continue
        if pdf != base.pdf:
            return Mutant(seed, index, kind, base, pdf, chance.random() < 0.5)
    raise RuntimeError(f"no file can be mutated by {kind!r}")
