"""A whole list under one root: the hash tree of RFC 9162 (2.1) over leaves in memory."""

from collections.abc import Sequence

from pledges.proof.ledger import merkle


class Tree:
    """The tree over `leaves`, which are leaf hashes in their order."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels: list[list[bytes]] = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self._levels.append([merkle.node_hash(left, right) for left, right in pairs])

    def root(self, size: int | None = None) -> bytes:
        """The root over all leaves, or over the first `size` of them."""
        return merkle.root(len(self._levels[0]) if size is None else size, self._node)

    def inclusion(self, index: int) -> list[bytes]:
        """The proof that leaf `index` (from 0) stands there; raises ValueError without one."""
        return merkle.inclusion(index, len(self._levels[0]), self._node)

    def _node(self, level: int, index: int) -> bytes:
        return self._levels[level][index]
