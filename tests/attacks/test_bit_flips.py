"""One bit changed anywhere: the stored hash tells always, the verdict tells without it."""

import hashlib
import random
import re

import pytest
from asn1crypto import cms

from pledges.proof.verdict import Outcome
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


def regions(pdf: bytes) -> dict[str, list[tuple[int, int]]]:
    """Where the parts lie that a parser follows or that no seal covers."""
    tables = [int(number) for number in re.findall(rb"startxref\n(\d+)\n", pdf)]
    tails = [m.span() for m in re.finditer(rb"startxref\n\d+\n%%EOF\n", pdf)]
    return {
        "header": [(0, 16)],
        "tables": [(at, end) for at, (end, _) in zip(tables, tails, strict=True)],
        "seals": [m.span(1) for m in re.finditer(rb"/Contents <([0-9A-F]{512,})>", pdf)],
        "trailers": tails,
    }


def test_the_verdict_tells_in_every_part_that_matters():
    made, chance = honest(), random.Random(20261124)
    pdf = made.finished
    for name, spans in regions(pdf).items():
        assert len(spans) == {"header": 1, "seals": 2}.get(name, 3)
        chosen = [chance.randrange(begin * 8, end * 8) for begin, end in spans for _ in range(12)]
        missed = [
            bit
            for bit in chosen
            if made.judged("finished", flipped(pdf, bit)).outcome is not Outcome.REJECTED
        ]
        print(f"\nbit flips in {name}: {len(chosen) - len(missed)} of {len(chosen)} rejected")
        assert missed == []


def test_the_unsigned_frame_of_the_last_timestamp_is_held_bit_by_bit():
    made = honest()
    pdf = made.lta
    begin = regions(pdf)["seals"][-1][0]
    token = cms.ContentInfo.load(bytes.fromhex(pdf[begin : pdf.index(b">", begin)].decode()))
    found = token["content"]
    signer = found["signer_infos"].dump(), found["signer_infos"][0]["version"].dump()
    held = (found["version"].dump(), found["digest_algorithms"].dump(), signer[0][:11])
    assert signer[0][:11].endswith(signer[1])
    digits = [
        place
        for part in held
        for at in [pdf.index(part.hex().upper().encode(), begin)]
        for place in range(at, at + 2 * len(part))
    ]
    chosen = [place * 8 + bit for place in digits for bit in (0, 1)]
    passed = [
        bit for bit in chosen if made.judged("lta", flipped(pdf, bit)).outcome is Outcome.ACCEPTED
    ]
    assert passed == []
