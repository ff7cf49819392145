"""What a roster says of departments: which stand below which, and who heads them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pledges.core.rosters import faults, values
from pledges.core.rosters.columns import Field
from pledges.core.rosters.entries import Entry

MAX_NAMED: Final = 6
"""Departments of a circle that a fault names."""


@dataclass(frozen=True)
class DepartmentNow:
    """A department as it is known: the names of the one above, the number of its head."""

    name: str
    parent: str = ""
    head: str = ""


@dataclass(frozen=True)
class DepartmentChange:
    """A department that is new, or moves, or gets a head; None where nothing is said of it."""

    name: str
    is_new: bool = False
    parent: str | None = None
    head: str | None = None
    parent_before: str = ""
    head_before: str = ""


@dataclass
class Said:
    """What the rows say, each with the row and column that said it first."""

    named: dict[str, int] = field(default_factory=dict)
    parents: dict[str, tuple[str, Entry, Field]] = field(default_factory=dict)
    heads: dict[str, tuple[str, Entry, Field]] = field(default_factory=dict)


def gather(entries: Iterable[Entry], placed: Mapping[str, DepartmentNow]) -> Said:
    """What the entries say of departments; contradictions become faults of the later entry.

    `placed` are those that this list does not move: saying otherwise of one of them is a fault.
    """
    said = Said()
    told: set[tuple[str, str]] = set()
    for entry in entries:
        for name, parent, where in _steps(entry):
            said.named.setdefault(name, entry.row)
            if parent is None:
                continue
            if name not in placed:
                _say_parent(said, told, name, parent, entry, where)
            elif parent != placed[name].parent and (name, parent) not in told:
                told.add((name, parent))
                _tell_place(name, placed, entry, where)
        _say_heads(said, entry)
    return said


def _steps(entry: Entry) -> Iterable[tuple[str, str | None, Field]]:
    """Each department that an entry names, with the one above where it says so.

    A path says nothing of what stands above its first one: people write it from where they like.
    """
    path = values.path_of(entry.text(Field.PATH))
    own, above = entry.text(Field.DEPARTMENT), entry.text(Field.PARENT)
    if path:
        whole = path if not own or path[-1] == own else [*path, own]
        for parent, name in zip([None, *whole], whole, strict=False):
            yield name, parent, Field.PATH
    elif own:
        if above:
            yield above, None, Field.PARENT
        yield own, above or None, Field.PARENT


def _say_parent(
    said: Said, told: set[tuple[str, str]], name: str, parent: str, entry: Entry, where: Field
) -> None:
    known = said.parents.setdefault(name, (parent, entry, where))
    if known[0] != parent and (name, parent) not in told:
        told.add((name, parent))
        about = f"{name}|{known[0]}|{parent}|{known[1].row}"
        entry.add(faults.TWO_PARENTS, where, about)


def _tell_place(name: str, placed: Mapping[str, DepartmentNow], entry: Entry, where: Field) -> None:
    real = path_to(name, placed)
    written = values.path_of(entry.text(where))
    below = written[written.index(name) + 1 :] if name in written else []
    right = "/".join([*real, *below]) if where is Field.PATH else placed[name].parent
    entry.add(faults.ELSEWHERE, where, f"{name}|{'/'.join(real)}", right)


def path_to(name: str, now: Mapping[str, DepartmentNow]) -> list[str]:
    """The departments above this one, from the top, and itself."""
    found: list[str] = []
    while name and name not in found:
        found.append(name)
        name = now[name].parent if name in now else ""
    return found[::-1]


def _say_heads(said: Said, entry: Entry) -> None:
    if not entry.department:
        return
    claims: list[tuple[str, Field]] = []
    if entry.values.get(Field.IS_HEAD) is True and entry.key:
        claims.append((entry.key, Field.IS_HEAD))
    if number := entry.text(Field.HEAD_NUMBER):
        claims.append((number.casefold(), Field.HEAD_NUMBER))
    for head, where in claims:
        known = said.heads.setdefault(entry.department, (head, entry, where))
        if known[0] != head:
            entry.add(faults.TWO_HEADS, where, f"{entry.department}|{known[1].row}")


def find_cycles(said: Said, now: Mapping[str, DepartmentNow]) -> None:
    """Add a fault wherever a row places a department below itself, in whatever roundabout way."""
    above = {name: each.parent for name, each in now.items()}
    above |= {name: parent for name, (parent, _entry, _field) in said.parents.items()}
    settled: set[str] = set()
    for start in above:
        seen: dict[str, None] = {}
        name = start
        while name and name not in settled and name not in seen:
            seen[name] = None
            name = above.get(name, "")
        if name and name in seen:
            _tell_circle(said, list(seen)[list(seen).index(name) :])
        settled.update(seen)


def _tell_circle(said: Said, circle: list[str]) -> None:
    """The same few names at each of them: of thousands, nobody reads more than how it begins."""
    whole = [*circle, circle[0]]
    about = " → ".join(whole if len(whole) <= MAX_NAMED else [*whole[:MAX_NAMED], "…"])
    for each in circle:
        if each in said.parents:
            _parent, entry, where = said.parents[each]
            entry.add(faults.CYCLE, where, about)


def find_unknown_heads(said: Said, numbers: Iterable[str]) -> None:
    """Add a fault wherever somebody is said to head a department whom nobody knows."""
    known = set(numbers)
    for head, entry, where in said.heads.values():
        if head not in known:
            entry.add(faults.HEAD_UNKNOWN, where, entry.text(where))


def changes(said: Said, now: Mapping[str, DepartmentNow]) -> list[DepartmentChange]:
    """What is to change of departments, those above first."""
    found = {}
    for name in said.named:
        known = now.get(name)
        parent = said.parents[name][0] if name in said.parents else None
        head = said.heads[name][0] if name in said.heads else None
        if known is not None:
            parent = None if parent == known.parent else parent
            head = None if head == known.head else head
            if parent is None and head is None:
                continue
        before = known or DepartmentNow(name)
        found[name] = DepartmentChange(
            name, known is None, parent, head, before.parent, before.head
        )
    return _above_first(found)


def places(said: Said, now: Mapping[str, DepartmentNow]) -> list[str]:
    """Where the known ones among those that are named stand now."""
    return ["/".join(path_to(name, now)) for name in sorted(said.named) if name in now]


def _above_first(found: Mapping[str, DepartmentChange]) -> list[DepartmentChange]:
    ordered: dict[str, DepartmentChange] = {}
    for name in found:
        # Upwards to what is placed already, and not by calls within calls: a list may be deep.
        branch: dict[str, DepartmentChange] = {}
        at = name
        while at in found and at not in ordered and at not in branch:
            branch[at] = found[at]
            at = found[at].parent or ""
        ordered.update(reversed(branch.items()))
    return list(ordered.values())


def below(names: Iterable[str], now: Sequence[DepartmentNow]) -> set[str]:
    """These departments and all that stand below them."""
    children: dict[str, list[str]] = {}
    for each in now:
        children.setdefault(each.parent, []).append(each.name)
    inside: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in inside:
            inside.add(name)
            waiting += children.get(name, [])
    return inside
