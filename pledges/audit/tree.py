"""The ledger's hash tree in the database: O(log n) rows answer every question about it."""

from collections.abc import Callable
from typing import TypeVar

from pledges.core.refusals import LedgerBroken
from pledges.models import LedgerEntry
from pledges.proof.ledger import merkle
from pledges.proof.ledger.merkle import LookUp

HEX = 64  # digits of one hash
T = TypeVar("T")


def size() -> int:
    """How many entries there are: the number of the last."""
    last = LedgerEntry.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    return last or 0


def root(size: int) -> bytes:
    """The root of the tree over the first `size` entries. Raises LedgerBroken."""
    return answer(lambda look_up: merkle.root(size, look_up))


def roots(*sizes: int) -> list[bytes]:
    """The roots over so many entries each, with one look at the database. Raises LedgerBroken."""
    return answer(lambda look_up: [merkle.root(size, look_up) for size in sizes])


def inclusion(sequence: int, size: int) -> list[bytes]:
    """The proof that entry `sequence` (from 1) is in the tree of `size`. Raises LedgerBroken."""
    return answer(lambda look_up: merkle.inclusion(sequence - 1, size, look_up))


def consistency(old: int, new: int) -> list[bytes]:
    """The proof that the tree of `new` entries begins with that of `old`. Raises LedgerBroken."""
    return answer(lambda look_up: merkle.consistency(old, new, look_up))


def answer(question: Callable[[LookUp], T]) -> T:
    """Ask twice: once to learn which nodes it takes, then with all of them, from one query.

    Which nodes are asked for never depends on their hashes.
    """
    wanted: list[tuple[int, int]] = []

    def note(level: int, index: int) -> bytes:
        wanted.append((level, index))
        return b""

    question(note)
    nodes = _nodes(wanted)
    return question(lambda level, index: nodes[level, index])


def _nodes(wanted: list[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    homes = {node: merkle.home(*node) for node in wanted}
    rows = {
        sequence: (leaf_hash, subtrees)
        for sequence, leaf_hash, subtrees in LedgerEntry.objects.filter(
            sequence__in={sequence for sequence, _place in homes.values()}
        ).values_list("sequence", "leaf_hash", "subtrees")
    }
    try:
        return {node: _hash(*rows[sequence], place) for node, (sequence, place) in homes.items()}
    except (KeyError, ValueError) as error:
        raise LedgerBroken("entries are missing or damaged") from error


def _hash(leaf_hash: str, subtrees: str, place: int) -> bytes:
    text = leaf_hash if place < 0 else subtrees[place * HEX : (place + 1) * HEX]
    if len(text) != HEX:
        raise ValueError("no hash")
    return bytes.fromhex(text)
