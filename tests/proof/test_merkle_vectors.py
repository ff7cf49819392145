"""Proofs that must not verify: the cases of the public test vectors, under their names.

The vectors are those of transparency-dev/merkle (testdata/inclusion and testdata/consistency),
for the verification of RFC 9162, sections 2.1.3.2 and 2.1.4.2. They change one thing each in a
proof that verifies; the proofs that verify are those of `test_merkle`.
"""

import hashlib
from dataclasses import dataclass, replace

import pytest

from pledges.proof.ledger import merkle
from tests.proof.test_merkle import CONSISTENCY, INCLUSION, LEAVES, ROOTS

RANDOM = hashlib.sha256(b"random").digest()
GARBAGE = bytes(32)
DATA = hashlib.sha256(b"data").digest()


@dataclass(frozen=True)
class Inclusion:
    index: int
    size: int
    leaf: bytes
    root: bytes
    proof: tuple[bytes, ...]

    def verifies(self):
        return merkle.verify_inclusion(self.leaf, self.index, self.size, self.proof, self.root)


@dataclass(frozen=True)
class Consistency:
    old: int
    new: int
    older: bytes
    newer: bytes
    proof: tuple[bytes, ...]

    def verifies(self):
        return merkle.verify_consistency(self.old, self.new, self.proof, self.older, self.newer)


def path(proof):
    return tuple(bytes.fromhex(each) for each in proof)


def root(size):
    return bytes.fromhex(ROOTS[size - 1])


INCLUDED = [
    Inclusion(index, size, merkle.leaf_hash(LEAVES[index]), root(size), path(proof))
    for index, size, proof in INCLUSION
]
CONSISTENT = [
    Consistency(old, new, root(old), root(new), path(proof)) for old, new, proof in CONSISTENCY
]


def with_bit(proof, place, bit):
    changed = bytearray(proof[place])
    changed[0] ^= 1 << bit
    return (*proof[:place], bytes(changed), *proof[place + 1 :])


def around(proof, *, before=(), behind=()):
    return (*before, *proof, *behind)


INCLUSION_CASES = {
    "leafIdx-plus-@1": lambda made: replace(made, index=made.index + 1),
    "leafIdx-sub-@1": lambda made: replace(made, index=made.index - 1),
    "leafIdx-XOR-@2": lambda made: replace(made, index=made.index ^ 2),
    "treeSize-mul-@2": lambda made: replace(made, size=made.size * 2),
    "treeSize-div-@2": lambda made: replace(made, size=made.size // 2),
    "wrong-leaf": lambda made: replace(made, leaf=merkle.leaf_hash(b"wrong leaf")),
    "empty-leaf": lambda made: replace(made, leaf=b""),
    "empty-root": lambda made: replace(made, root=b""),
    "random-root": lambda made: replace(made, root=RANDOM),
    "trailing-garbage": lambda made: replace(made, proof=around(made.proof, behind=[GARBAGE])),
    "trailing-root": lambda made: replace(made, proof=around(made.proof, behind=[made.root])),
    "preceding-garbage": lambda made: replace(made, proof=around(made.proof, before=[GARBAGE])),
    "preceding-root": lambda made: replace(made, proof=around(made.proof, before=[made.root])),
    "inserted-component": lambda made: replace(
        made, proof=around(made.proof[1:], before=[*made.proof[:1], GARBAGE])
    ),
}
INCLUSION_CASES_WITH_A_PATH = {
    "removed-component": lambda made: replace(made, proof=made.proof[:-1]),
    "modified-proof[0]-bit-@3": lambda made: replace(made, proof=with_bit(made.proof, 0, 3)),
    "modified-proof[-1]-bit-@3": lambda made: replace(made, proof=with_bit(made.proof, -1, 3)),
    "component without its last byte": lambda made: replace(
        made, proof=(made.proof[0][:-1], *made.proof[1:])
    ),
}
CONSISTENCY_CASES = {
    "size1-plus-@1": lambda made: replace(made, old=made.old + 1),
    "size1-sub-@1": lambda made: replace(made, old=made.old - 1),
    "size1-XOR-@2": lambda made: replace(made, old=made.old ^ 2),
    "size2-mul-@2": lambda made: replace(made, new=made.new * 2),
    "size2-div-@2": lambda made: replace(made, new=made.new // 2),
    "wrong-root1": lambda made: replace(made, older=RANDOM),
    "wrong-root2": lambda made: replace(made, newer=RANDOM),
    "empty-root1": lambda made: replace(made, older=b""),
    "empty-root2": lambda made: replace(made, newer=b""),
    "empty-roots": lambda made: replace(made, older=b"", newer=b""),
    "trailing-garbage": lambda made: replace(made, proof=around(made.proof, behind=[GARBAGE])),
    "trailing-root1": lambda made: replace(made, proof=around(made.proof, behind=[made.older])),
    "trailing-root2": lambda made: replace(made, proof=around(made.proof, behind=[made.newer])),
    "preceding-garbage": lambda made: replace(made, proof=around(made.proof, before=[GARBAGE])),
    "preceding-root1": lambda made: replace(made, proof=around(made.proof, before=[made.older])),
    "preceding-root2": lambda made: replace(made, proof=around(made.proof, before=[made.newer])),
}
CONSISTENCY_CASES_WITH_A_PATH = {
    "swapped-roots": lambda made: replace(made, older=made.newer, newer=made.older),
    "empty-proof": lambda made: replace(made, proof=()),
    "truncated-proof": lambda made: replace(made, proof=made.proof[:-1]),
    "preceding-proof[0]": lambda made: replace(
        made, proof=around(made.proof, before=[made.proof[0]])
    ),
    "modified-proof[0]-bit-@4": lambda made: replace(made, proof=with_bit(made.proof, 0, 4)),
    "modified-proof[-1]-bit-@4": lambda made: replace(made, proof=with_bit(made.proof, -1, 4)),
    "component without its last byte": lambda made: replace(
        made, proof=(made.proof[0][:-1], *made.proof[1:])
    ),
}
SINGLE = {
    "single-entry/matching-root-and-leaf": (DATA, DATA, True),
    "single-entry/empty-leaf": (b"", DATA, False),
    "single-entry/empty-root": (DATA, b"", False),
    "single-entry/empty-root-and-leaf": (b"", b"", False),
    # The table's own: equal, but no hashes of SHA-256.
    "short root and leaf": (DATA[:31], DATA[:31], False),
    "long root and leaf": (DATA + b"\0", DATA + b"\0", False),
}
EMPTY = merkle.EMPTY_ROOT
ADDITIONAL = {
    "consistency-check-on-empty-tree-size1-is-zero-is-useless": (0, 1, EMPTY, EMPTY, [EMPTY]),
    "roots-do-not-match-and-sizes-are-zero": (0, 0, EMPTY, DATA, []),
    "roots-do-not-match-and-sizes-are-one": (1, 1, EMPTY, DATA, []),
    "size1-is-greater-than-size2": (1, 0, DATA, RANDOM, []),
    "size1-is-greater-than-size2-again": (2, 1, DATA, RANDOM, []),
    "size1-is-zero-and-does-not-equal-size2": (0, 1, DATA, RANDOM, []),
    "size1-is-zero-and-size2-is-not-zero": (0, 1, EMPTY, DATA, []),
    "sizes-are-equal-one-but-roots-are-not": (1, 1, DATA, RANDOM, []),
    "sizes-are-equal-zero-and-proof-is-empty": (0, 0, DATA, DATA, []),
    "sizes-are-equal-zero-but-roots-are-not": (0, 0, DATA, RANDOM, []),
    "sizes-do-not-match-and-proof-is-empty": (1, 2, DATA, RANDOM, []),
    "sizes-match-but-proof-is-not-empty-and-sizes-are-one": (1, 1, EMPTY, EMPTY, [EMPTY]),
    "sizes-match-but-proof-is-not-empty-and-sizes-are-zero": (0, 0, EMPTY, EMPTY, [EMPTY]),
    # The vector of this name is accepted there, with roots of 12 bytes: here hashes have 32.
    "sizes-are-equal-one-and-proof-is-empty, short": (1, 1, b"don't care 2", b"don't care 2", []),
}


def changed(cases, made):
    return [(name, one, change) for name, change in cases.items() for one in made]


@pytest.mark.parametrize(
    ("name", "made", "change"),
    changed(INCLUSION_CASES, INCLUDED)
    + changed(INCLUSION_CASES_WITH_A_PATH, [one for one in INCLUDED if one.proof])
    + changed(CONSISTENCY_CASES, CONSISTENT)
    + changed(CONSISTENCY_CASES_WITH_A_PATH, [one for one in CONSISTENT if one.proof]),
)
def test_a_proof_with_one_thing_changed_does_not_verify(name, made, change):
    assert made.verifies()
    assert not change(made).verifies()


@pytest.mark.parametrize(("leaf", "root", "verifies"), SINGLE.values(), ids=SINGLE)
def test_the_only_leaf_is_the_root(leaf, root, verifies):
    assert Inclusion(0, 1, leaf, root, ()).verifies() is verifies


@pytest.mark.parametrize("leaf", [b"", DATA])
@pytest.mark.parametrize("root", [b"", EMPTY])
@pytest.mark.parametrize(("index", "size"), [(0, 0), (0, 1), (1, 0), (2, 1)])
def test_nothing_is_in_an_empty_tree(index, size, leaf, root):
    """The vectors of inclusion/additional."""
    assert not Inclusion(index, size, leaf, root, ()).verifies()


@pytest.mark.parametrize(
    ("old", "new", "older", "newer", "proof"), ADDITIONAL.values(), ids=ADDITIONAL
)
def test_sizes_and_roots_that_do_not_fit_are_not_consistent(old, new, older, newer, proof):
    assert not Consistency(old, new, older, newer, tuple(proof)).verifies()
    assert Consistency(1, 1, DATA, DATA, ()).verifies()
