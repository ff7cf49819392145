"""The hash tree against the reference vectors of Certificate Transparency, and by properties."""

import hashlib
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pledges.proof.ledger import merkle

# The inputs, roots and proofs that RFC 6962's reference implementation is tested with; RFC 9162
# defines the same tree.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
LEAVES_2_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
LEAVES_4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
LEAVES_6_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
LEAVES_4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
INCLUSION = [
    (0, 1, []),
    (0, 8, [LEAF_1, LEAVES_2_3, LEAVES_4_7]),
    (5, 8, [LEAF_4, LEAVES_6_7, ROOTS[3]]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], LEAVES_2_3, LEAF_4]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [LEAF_1, LEAVES_2_3, LEAVES_4_7]),
    (6, 8, [LEAVES_4_5, LEAVES_6_7, ROOTS[3]]),
    (2, 5, [LEAVES_2_3, LEAF_4]),
]


@dataclass
class Kept:
    """Leaves with the hashes that belong to each, as a database would keep them."""

    rows: list[tuple[bytes, list[bytes]]] = field(default_factory=list)

    @classmethod
    def of(cls, leaves: list[bytes]) -> "Kept":
        kept = cls()
        for number, leaf in enumerate(leaves, start=1):
            hashed = merkle.leaf_hash(leaf)
            kept.rows.append((hashed, merkle.completed(number, hashed, kept.node)))
        return kept

    def node(self, level: int, index: int) -> bytes:
        sequence, place = merkle.home(level, index)
        leaf, subtrees = self.rows[sequence - 1]
        return leaf if place < 0 else subtrees[place]


def defined(leaves: list[bytes]) -> bytes:
    """MTH, word for word as RFC 9162 section 2.1.1 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


def numbered(size: int) -> list[bytes]:
    return [str(number).encode() for number in range(size)]


def flipped(data: bytes, bit: int) -> bytes:
    bit %= len(data) * 8
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference(size):
    kept = Kept.of(LEAVES)
    expected = bytes.fromhex(ROOTS[size - 1]) if size else hashlib.sha256(b"").digest()
    assert merkle.root(size, kept.node) == expected


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_of_the_reference(index, size, proof):
    made = merkle.inclusion(index, size, Kept.of(LEAVES).node)
    assert [each.hex() for each in made] == proof
    leaf, root = merkle.leaf_hash(LEAVES[index]), bytes.fromhex(ROOTS[size - 1])
    assert merkle.verify_inclusion(leaf, index, size, made, root)


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_consistency_proofs_of_the_reference(old, new, proof):
    made = merkle.consistency(old, new, Kept.of(LEAVES).node)
    assert [each.hex() for each in made] == proof
    old_root, new_root = bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
    assert merkle.verify_consistency(old, new, made, old_root, new_root)


def test_every_root_is_the_defined_one_however_it_is_found():
    leaves = numbered(70)
    kept, growing = Kept.of(leaves), merkle.Growing()
    for size in range(1, 71):
        assert growing.append(kept.rows[size - 1][0]) == kept.rows[size - 1][1]
        expected = defined(leaves[:size])
        assert merkle.root(size, kept.node) == expected
        assert growing.root() == expected
    assert merkle.Growing().root() == defined([])


@given(st.integers(0, 70), st.lists(st.integers(0, 9), max_size=12))
def test_leaves_added_together_complete_what_they_complete_one_by_one(before, groups):
    kept = Kept.of(numbered(before + sum(groups)))
    at = before
    for size in groups:
        asked = []

        def look_up(level, index, held=at, asked=asked):
            assert (index + 1) << level <= held
            asked.append(level)
            return kept.node(level, index)

        leaves = [leaf for leaf, _subtrees in kept.rows[at : at + size]]
        expected = [subtrees for _leaf, subtrees in kept.rows[at : at + size]]
        assert merkle.completed_by(at + 1, leaves, look_up) == expected
        assert len(asked) == len(set(asked))
        at += size


def test_every_proof_of_small_trees_verifies_and_no_other_place_does():
    leaves = numbered(20)
    kept = Kept.of(leaves)
    for size in range(1, 21):
        root = merkle.root(size, kept.node)
        for index in range(size):
            leaf = merkle.leaf_hash(leaves[index])
            proof = merkle.inclusion(index, size, kept.node)
            fits = [
                (other, claimed)
                for claimed in range(22)
                for other in range(22)
                if merkle.verify_inclusion(leaf, other, claimed, proof, root)
            ]
            assert (index, size) in fits
            # The path alone does not tell every size apart; the leaf's place it does.
            assert {other for other, _ in fits if _ == size} == {index}
        for old in range(1, size + 1):
            proof = merkle.consistency(old, size, kept.node)
            older = merkle.root(old, kept.node)
            assert merkle.verify_consistency(old, size, proof, older, root)
            assert not merkle.verify_consistency(old, size, [*proof, root], older, root)


@settings(max_examples=200)
@given(st.data())
def test_a_changed_inclusion_proof_fails(data):
    size = data.draw(st.integers(2, 300))
    index = data.draw(st.integers(0, size - 1))
    kept = Kept.of(numbered(size))
    root, proof = merkle.root(size, kept.node), merkle.inclusion(index, size, kept.node)
    leaf = merkle.leaf_hash(str(index).encode())
    assert len(proof) <= size.bit_length()
    assert merkle.verify_inclusion(leaf, index, size, proof, root)
    place = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    altered = [*proof[:place], flipped(proof[place], bit), *proof[place + 1 :]]
    assert not merkle.verify_inclusion(leaf, index, size, altered, root)
    shorter = proof[:place] + proof[place + 1 :]
    assert not merkle.verify_inclusion(leaf, index, size, shorter, root)
    assert not merkle.verify_inclusion(leaf, index, size, [*proof, root], root)
    assert not merkle.verify_inclusion(flipped(leaf, bit), index, size, proof, root)
    assert not merkle.verify_inclusion(leaf, index, size, proof, flipped(root, bit))


@settings(max_examples=200)
@given(st.data())
def test_a_changed_consistency_proof_fails(data):
    new = data.draw(st.integers(2, 300))
    old = data.draw(st.integers(1, new - 1))
    kept = Kept.of(numbered(new))
    older, newer = merkle.root(old, kept.node), merkle.root(new, kept.node)
    proof = merkle.consistency(old, new, kept.node)
    assert merkle.verify_consistency(old, new, proof, older, newer)
    place = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    altered = [*proof[:place], flipped(proof[place], bit), *proof[place + 1 :]]
    assert not merkle.verify_consistency(old, new, altered, older, newer)
    shorter = proof[:place] + proof[place + 1 :]
    assert not merkle.verify_consistency(old, new, shorter, older, newer)
    assert not merkle.verify_consistency(old, new, proof, flipped(older, bit), newer)
    assert not merkle.verify_consistency(old, new, proof, older, flipped(newer, bit))


@settings(max_examples=100)
@given(st.data())
def test_a_tree_that_was_rewritten_is_not_consistent(data):
    new = data.draw(st.integers(2, 120))
    old = data.draw(st.integers(1, new))
    victim = data.draw(st.integers(0, old - 1))
    leaves = numbered(new)
    older = merkle.root(old, Kept.of(leaves).node)
    leaves[victim] += b"!"
    forged = Kept.of(leaves)
    proof = merkle.consistency(old, new, forged.node)
    assert not merkle.verify_consistency(old, new, proof, older, merkle.root(new, forged.node))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_has_no_proof(index, size):
    kept = Kept.of(numbered(4))
    with pytest.raises(ValueError):
        merkle.inclusion(index, size, kept.node)
    assert not merkle.verify_inclusion(b"", index, size, [], b"")


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 2)])
def test_a_tree_that_does_not_begin_the_other_has_no_proof(old, new):
    kept = Kept.of(numbered(4))
    with pytest.raises(ValueError):
        merkle.consistency(old, new, kept.node)
    assert not merkle.verify_consistency(old, new, [], b"", b"")
