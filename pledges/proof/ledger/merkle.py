"""The hash tree of the ledger: RFC 9162, section 2.1, over SHA-256.

A node is named by its level and index: level 0 are the leaves, node (l, i) covers the leaves from
i·2^l up to (i+1)·2^l. Only perfect subtrees are nodes; a tree of any size is put together from a
few of them, so whoever can look nodes up answers every question in O(log n).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

LookUp = Callable[[int, int], bytes]
"""Gives the hash of the node at (level, index)."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_SIZE = hashlib.sha256().digest_size


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of an entry (2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two neighbours (2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed(sequence: int, leaf: bytes, left: LookUp) -> list[bytes]:
    """The hashes of the perfect subtrees that leaf number `sequence` (from 1) completes.

    From the smallest, of two leaves, upwards; none for an odd number. `leaf` is the leaf's hash.
    """
    hashes: list[bytes] = []
    current, level = leaf, 0
    while sequence % (1 << (level + 1)) == 0:
        current = node_hash(left(level, (sequence >> level) - 2), current)
        hashes.append(current)
        level += 1
    return hashes


def completed_by(first: int, leaves: Sequence[bytes], left: LookUp) -> list[list[bytes]]:
    """What each of several leaves completes that follow one another, `first` being the first's.

    Only nodes that there were before are looked up, so at most one for each level.
    """
    newest: dict[int, tuple[int, bytes]] = {}

    def look_up(level: int, index: int) -> bytes:
        made = newest.get(level)
        return made[1] if made and made[0] == index else left(level, index)

    found = []
    for sequence, leaf in enumerate(leaves, first):
        done = completed(sequence, leaf, look_up)
        for level, node in enumerate([leaf, *done]):
            newest[level] = (sequence >> level) - 1, node
        found.append(done)
    return found


class Growing:
    """A tree that leaves are appended to, in the memory of one hash a level."""

    def __init__(self) -> None:
        self.size = 0
        self._last: list[bytes] = []

    def append(self, leaf: bytes) -> list[bytes]:
        """Take the next leaf's hash; gives what `completed` gives."""
        self.size += 1
        done = completed(self.size, leaf, self._newest)
        nodes = [leaf, *done]
        self._last[: len(nodes)] = nodes
        return done

    def root(self) -> bytes:
        return root(self.size, self._newest)

    def _newest(self, level: int, index: int) -> bytes:
        # Of each level, only the newest node is ever asked for: the left neighbour of the one
        # being made, or the peak of that size.
        return self._last[level]


def home(level: int, index: int) -> tuple[int, int]:
    """Where a node is kept: the leaf (from 1) that completes it, and its place in `completed`.

    The place is -1 for a leaf's own hash.
    """
    return (index + 1) << level, level - 1


def root(size: int, look_up: LookUp) -> bytes:
    """The root of the tree over the first `size` leaves (2.1.1)."""
    return _span(0, size, look_up)


def inclusion(index: int, size: int, look_up: LookUp) -> list[bytes]:
    """The proof that leaf `index` (from 0) is in the tree of `size` leaves (2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return _path(index, 0, size, look_up)


def consistency(old: int, new: int, look_up: LookUp) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with that of `old` leaves (2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} is not the beginning of one of {new}")
    return _subproof(old, 0, new, look_up, whole=True)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether `proof` shows that the leaf hash `leaf` stands at `index` under `root` (2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    first, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            current = node_hash(sibling, current)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and current == root


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether `proof` shows that the tree under `new_root` begins with the old (2.1.4.2)."""
    if not 0 < old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not steps:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    older = newer = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


def _are_hashes(*given: bytes) -> bool:
    # Two empty strings are equal too, and a shorter one could be the half of a node.
    return all(len(each) == HASH_SIZE for each in given)


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _cover(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _span(start: int, end: int, look_up: LookUp) -> bytes:
    """The root over the leaves from `start` to `end`, where `start` allows a tree to begin."""
    if start == end:
        return EMPTY_ROOT
    hashes = [look_up(*node) for node in _cover(start, end)]
    current = hashes.pop()
    while hashes:
        current = node_hash(hashes.pop(), current)
    return current


def _path(index: int, start: int, end: int, look_up: LookUp) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, look_up), _span(middle, end, look_up)]
    return [*_path(index, middle, end, look_up), _span(start, middle, look_up)]


def _subproof(old: int, start: int, end: int, look_up: LookUp, *, whole: bool) -> list[bytes]:
    if old == end:
        return [] if whole else [_span(start, end, look_up)]
    middle = start + _split(end - start)
    if old <= middle:
        inner = _subproof(old, start, middle, look_up, whole=whole)
        return [*inner, _span(middle, end, look_up)]
    inner = _subproof(old, middle, end, look_up, whole=False)
    return [*inner, _span(start, middle, look_up)]
