"""The entries of one signing task, sought in the whole ledger: a chain without a gap, or not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pledges.models import LedgerEntry
from pledges.proof.records.chain import broken_links
from pledges.proof.records.completion import CHAIN, subject_of

CHUNK = 5000  # rows fetched at a time


@dataclass(frozen=True)
class TaskChain:
    """A task's entries by their number, how many members the last counts, and what is wrong.

    The faults are in words for an auditor; without one, each entry names the one before it, and the
    ledger holds no other entry of this task.
    """

    sequences: tuple[int, ...]
    members: int
    faults: tuple[str, ...]


def task_chain(task: UUID) -> TaskChain:
    """The chain of `task`, from the text of every entry: columns and indexes could be changed.

    That the texts are those that were written is another question: `verify`.
    """
    found, strays = [], []
    for told in _told_of(str(task)):
        if told["subject"] == subject_of(task):
            found.append(told)
        else:
            strays.append(f"entry {told['sequence']} tells of this task under another subject")
    if not found:
        return TaskChain((), 0, ("there is no entry of this task", *strays))
    sequences = tuple(each["sequence"] for each in found)
    try:
        faults = tuple(broken_links(found))
        members = int(found[-1]["facts"]["size"])
    except (KeyError, TypeError, ValueError) as error:
        return TaskChain(sequences, 0, (f"an entry cannot be read: {error!r}", *strays))
    return TaskChain(sequences, members, (*(f"not so: {each}" for each in faults), *strays))


def left_out(chain: TaskChain, named: list[int]) -> tuple[int, ...]:
    """The entries of `chain` that a report which names the entries `named` should name and does
    not, or names and should not: all up to its own."""
    last = max(named, default=0)
    expected = {each for each in chain.sequences if each <= last}
    return tuple(sorted(expected ^ set(named)))


def _told_of(task: str) -> Iterator[dict[str, Any]]:
    """The entries of a task's life whose text tells of it, in their order."""
    rows = LedgerEntry.objects.order_by("sequence").values_list("leaf", flat=True)
    for leaf in rows.iterator(chunk_size=CHUNK):
        if task not in leaf:
            continue
        try:
            told = json.loads(leaf)
            own = task in (told["facts"].get("task"), str(told["subject"]).partition(":")[2])
            if own and told["event"] in CHAIN:
                yield told
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # `verify` tells of an entry that cannot be read
