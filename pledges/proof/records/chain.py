"""The ledger's entries of a task, each held against the list and against the one before it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pledges.proof.evidence import Malformed, ledger_entry, moment
from pledges.proof.judging import records as ledger_records
from pledges.proof.judging.records import Roots
from pledges.proof.records.completion import (
    CHAIN,
    LAUNCHED,
    REPORTED,
    subject_of,
)
from pledges.proof.records.trees import Tree
from pledges.proof.verdict import Rejected


class Listed(NamedTuple):
    """What follows from a report's list, computed once: it may be long."""

    digest: str
    members: Tree


def check(
    content: Mapping[str, Any], listed: Listed, roots: Roots, at: datetime
) -> tuple[list[int], int]:
    """The sequences of the entries that a report names, and the size of the checkpoint.

    Raises `Rejected` unless all of them are in the ledger and tell of this task and this list.
    """
    block = content["ledger"]
    checkpoint = ledger_records.signed_checkpoint(block, roots, at)
    entries = []
    for each in block["entries"]:
        ledger_records.check_included(each, checkpoint)
        entries.append(_read(each))
    for wrong in contradictions(content, listed, entries):
        rule = f"the ledger's entries tell of this list: {wrong}"
        raise Rejected("entries-contradict", rule, found=wrong, part=wrong)
    return [each["sequence"] for each in entries], checkpoint.size


def _read(block: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return ledger_entry(block)
    except Malformed as error:
        rule = "an entry is written in one way, and stands at its index"
        raise Rejected("entries-contradict", rule, found=str(error), part="entry") from error


def contradictions(
    content: Mapping[str, Any], listed: Listed, entries: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Where `entries` are not those of this report: in words for whoever looks into it."""
    try:
        yield from _of_the_task(content, entries)
        yield from broken_links(entries)
        yield from _of_the_list(content, listed, entries)
        yield from _of_the_report(content, listed, entries[-1]["facts"])
    except (KeyError, TypeError, IndexError, ValueError) as error:
        yield f"an entry that cannot be read ({type(error).__name__})"


def _of_the_task(content: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    subject = subject_of(content["task"]["id"])
    events = [each["event"] for each in entries]
    if len(entries) < 2 or events[0] != LAUNCHED or events[-1] != REPORTED:
        yield "they begin with the launch and end with this report"
    if any(each["subject"] != subject for each in entries):
        yield "they are entries of this task"


def broken_links(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Where entries of a task, in the order of the ledger, are no chain without a gap."""
    before, size = 0, 0
    for place, each in enumerate(entries):
        sequence, facts = each["sequence"], each["facts"]
        if each["event"] not in CHAIN or (each["event"] == LAUNCHED) != (place == 0):
            yield f"entry {sequence} has its place in the life of a task"
        if (facts.get("previous") or 0) != before:
            yield f"entry {sequence} names entry {before} as the one before it"
        grown = facts["size"] - size
        if grown < 0 or (each["event"] == REPORTED and grown):
            yield f"entry {sequence} counts the members so far"
        before, size = sequence, facts["size"]


def _of_the_list(
    content: Mapping[str, Any], listed: Listed, entries: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Each entry commits to the members who were there when it was written."""
    rows = content["members"]
    for each in entries:
        size = each["facts"]["size"]
        if not 0 < size <= len(rows) or listed.members.root(size).hex() != each["facts"]["root"]:
            yield f"entry {each['sequence']} commits to the first {size} members"
    if entries[-1]["facts"]["size"] != len(rows):
        yield "the last entry counts all members"


def _of_the_report(
    content: Mapping[str, Any], listed: Listed, facts: Mapping[str, Any]
) -> Iterator[str]:
    expected = {
        "task": content["task"]["id"],
        "standings": content["roots"]["standings"],
        "list": listed.digest,
        "as_of": content["as_of"],
        "counts": content["counts"],
    }
    yield from (name for name, value in expected.items() if facts[name] != value)


def reported_at(content: Mapping[str, Any]) -> datetime:
    """When the ledger took down the report; raises Malformed."""
    return moment(ledger_entry(content["ledger"]["entries"][-1]), "at")
