"""One bit changed anywhere: the stored hash tells always, the verdict tells without it."""

import hashlib
import random
import re

import pytest

from pledges.core.verdict import Outcome
from tests.attacks.honest import honest

FLIPS = 1_000
JUDGED = {"finished": 150, "lta": 50}


def flipped(pdf: bytes, bit: int) -> bytes:
    place, mask = bit // 8, 1 << bit % 8
    return pdf[:place] + bytes([pdf[place] ^ mask]) + pdf[place + 1 :]


def bits(pdf: bytes, count: int) -> list[int]:
    return random.Random(20261123).sample(range(len(pdf) * 8), count)


def test_the_hash_tells_every_flip():
    pdf = honest().finished
    stored = hashlib.sha256(pdf).digest()
    found = sum(hashlib.sha256(flipped(pdf, bit)).digest() != stored for bit in bits(pdf, FLIPS))
    print(f"\nbit flips by hash: {found} of {FLIPS} detected")
    assert found == FLIPS


@pytest.mark.parametrize("name", JUDGED)
def test_the_verdict_tells_without_a_hash(name):
    made = honest()
    pdf = made.base(name)
    places = [0, 5, *(m.start() for m in re.finditer(rb"startxref|/ByteRange|/Contents", pdf))]
    # In the zeros after a seal, too: there a changed digit changes no signature.
    places += [m.end() - 40 for m in re.finditer(rb"0{64,}>", pdf)]
    chosen = [*bits(pdf, JUDGED[name]), *(place * 8 for place in places)]
    missed = [
        bit
        for bit in chosen
        if made.judged(name, flipped(pdf, bit)).outcome is not Outcome.REJECTED
    ]
    print(f"\nbit flips by verdict ({name}): {len(chosen) - len(missed)} of {len(chosen)} rejected")
    assert missed == []
