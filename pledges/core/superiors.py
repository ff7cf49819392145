"""Departments as a tree, read as data: who is above somebody, and what is below a department."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A department: the key of the one above it, and of the person who heads it, if there are."""

    parent: int | None = None
    head: int | None = None


Tree = Mapping[int, Node]
"""Departments by their keys."""


def upwards(department: int, tree: Tree) -> Iterator[int]:
    """`department` and all above it, the nearest first; a circle is walked once."""
    seen: set[int] = set()
    at: int | None = department
    while at is not None and at in tree and at not in seen:
        seen.add(at)
        yield at
        at = tree[at].parent


def superiors_of(person: int, department: int, tree: Tree) -> Iterator[int]:
    """The heads of `department` and of all above it but `person`, the nearest first."""
    heads = (tree[each].head for each in upwards(department, tree))
    return (head for head in heads if head is not None and head != person)


def superior_of(person: int, department: int, tree: Tree) -> int | None:
    """The head of `department`, or of the next one above that is headed by somebody else."""
    return next(superiors_of(person, department, tree), None)


def below(department: int, tree: Tree) -> frozenset[int]:
    """`department` and all that lies below it, at any depth."""
    return below_each(tree).get(department, frozenset())


def below_each(tree: Tree) -> dict[int, frozenset[int]]:
    """For each department, itself and all that lies below it."""
    found: dict[int, set[int]] = {key: set() for key in tree}
    for key in tree:
        for above in upwards(key, tree):
            found[above].add(key)
    return {key: frozenset(keys) for key, keys in found.items()}


def headed_by(person: int, tree: Tree) -> frozenset[int]:
    """Every department that `person` heads, with all that lies below."""
    below_them = below_each(tree)
    headed = (key for key, node in tree.items() if node.head == person)
    return frozenset().union(*(below_them[key] for key in headed))


def makes_circle(department: int, parent: int | None, tree: Tree) -> bool:
    """Whether `department` would stand above itself, were `parent` the one above it."""
    return parent is not None and department in upwards(parent, tree)


def in_order(tree: Tree, names: Mapping[int, str]) -> list[tuple[int, int]]:
    """Each department with its depth: one below the other, those of one level by their names.

    What stands in a circle that no action lets in is listed too, at the top.
    """
    children: dict[int | None, list[int]] = {}
    for key, node in tree.items():
        parent = node.parent if node.parent in tree else None
        children.setdefault(parent, []).append(key)
    found: dict[int, int] = {}

    def visit(top: int) -> None:
        # Not by calls within calls: a list may bring a chain of a thousand departments.
        waiting = [(top, 0)]
        while waiting:
            key, depth = waiting.pop()
            if key not in found:
                found[key] = depth
                last_first = sorted(children.get(key, ()), key=lambda each: names[each])[::-1]
                waiting += [(child, depth + 1) for child in last_first]

    for top in sorted(children.get(None, ()), key=lambda each: names[each]):
        visit(top)
    for lost in sorted(set(tree) - set(found), key=lambda each: names[each]):
        visit(lost)
    return list(found.items())
