"""The plan of an import: what becomes of each row and of each person, before anything is written.

Pure: rows, people and departments go in, and the same ones give the same plan whoever asks, page,
command or task. Nothing is decided later than here.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Final

from pledges.core.rosters import comparing, departments, faults
from pledges.core.rosters.columns import Field
from pledges.core.rosters.departments import DepartmentChange, DepartmentNow
from pledges.core.rosters.entries import Entry
from pledges.core.rosters.faults import Fault
from pledges.core.rosters.people import Change, Fate, PersonNow, Reach, Scope, changes_between

MANY: Final = 20
"""More leavers than this ask for their number to be typed, and for a second person;"""
MANY_PERCENT: Final = 5
"""so do more of those within the scope than this percentage."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The fate of one row; of somebody who is missing from the list, without a row."""

    row: int | None
    fate: Fate
    number: str
    name: str
    person: int | None = None
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def key(self) -> str:
        """By which it is left out: "row:7", "person:31"."""
        return f"person:{self.person}" if self.row is None else f"row:{self.row}"


@dataclass(frozen=True)
class Plan:
    """All fates, first those of the rows in their order, then those of the missing."""

    people: tuple[Planned, ...]
    departments: tuple[DepartmentChange, ...]
    within: int
    """How many active people there are within the scope."""
    places: tuple[str, ...] = ()
    """Where the departments that the list names stand, as a path each."""

    @property
    def counts(self) -> Counter[str]:
        return Counter(each.fate.value for each in self.people)

    @property
    def leavers(self) -> int:
        return self.counts[Fate.LEFT]

    @property
    def digest(self) -> str:
        """By which a plan is known again: what it would do, to whom, and in which places."""
        done = [
            [each.row, each.fate, each.number, each.person, [c.to_json() for c in each.changes]]
            for each in self.people
        ]
        moved = [
            [d.name, d.is_new, d.parent, d.head, d.parent_before, d.head_before]
            for d in self.departments
        ]
        told = json.dumps([done, moved, self.within, self.places], ensure_ascii=False)
        return sha256(told.encode()).hexdigest()


def are_many(leavers: int, within: int) -> bool:
    """Whether so many of those within the scope ask for their number and a second person."""
    return leavers > MANY or leavers * 100 > within * MANY_PERCENT


@dataclass(frozen=True)
class Known:
    """What the plan is compared with: everybody, the departments, and who asks on which day."""

    people: Sequence[PersonNow]
    departments: Sequence[DepartmentNow]
    today: date
    actor: int | None = None

    @property
    def by_name(self) -> dict[str, DepartmentNow]:
        """The departments by their names."""
        return {each.name: each for each in self.departments}


def plan(
    entries: Sequence[Entry],
    known: Known,
    scope: Scope,
    *,
    mapped: Collection[Field],
    omitted: Collection[str] = frozenset(),
) -> Plan:
    """What becomes of each entry and of everybody within the scope.

    `entries` get the faults that only the whole shows; each is read anew for each plan. `omitted`
    are the keys of rows and people that are left out.
    """
    read = [entry for entry in entries if f"row:{entry.row}" not in omitted]
    by_key = {person.key: person for person in known.people}
    said = _look_at_whole(read, known, scope, by_key)
    planned = [
        comparing.fate_of(entry, by_key.get(entry.key), known.today, mapped) for entry in entries
    ]
    rows = [
        Planned(
            entry.row,
            Fate.OMITTED if f"row:{entry.row}" in omitted else fate,
            entry.text(Field.NUMBER),
            entry.text(Field.NAME),
            person.id if (person := by_key.get(entry.key)) else None,
            changes if not entry.found else (),
            tuple(entry.found),
        )
        for entry, (fate, changes) in zip(entries, planned, strict=True)
    ]
    inside = _within(known, scope)
    missing = [] if scope.reach is Reach.ADDITIONS else _missing(inside, rows, known)
    kept = _kept_by_all(known)
    guarded = [_guard(each, kept, omitted) for each in [*rows, *missing]]
    now = known.by_name
    moved, places = departments.changes(said, now), departments.places(said, now)
    return Plan(tuple(guarded), tuple(moved), len(inside), tuple(places))


def _look_at_whole(
    read: Sequence[Entry], known: Known, scope: Scope, by_key: Mapping[str, PersonNow]
) -> departments.Said:
    """Add the faults that no row has by itself; gives what is said of departments."""
    comparing.find_lost_zeros(read, by_key)
    comparing.find_twice(read)
    comparing.find_taken(read, known.people, by_key)
    now = known.by_name
    said = departments.gather(read, now if scope.reach is Reach.ADDITIONS else {})
    departments.find_cycles(said, now)
    active = (person.key for person in known.people if person.is_active)
    departments.find_unknown_heads(said, {*active, *(entry.key for entry in read)})
    if scope.reach is Reach.DEPARTMENTS:
        above = {name: parent for name, (parent, _entry, _field) in said.parents.items()}
        listed = [DepartmentNow(name, parent) for name, parent in above.items()]
        inside = departments.below(scope.departments, [*known.departments, *listed])
        for entry in read:
            if entry.department and entry.department not in inside:
                entry.add(faults.OUTSIDE, _place_of(entry), entry.department)
    return said


def _place_of(entry: Entry) -> Field:
    return Field.DEPARTMENT if entry.text(Field.DEPARTMENT) else Field.PATH


def _within(known: Known, scope: Scope) -> list[PersonNow]:
    active = [person for person in known.people if person.is_active]
    if scope.reach is not Reach.DEPARTMENTS:
        return active
    inside = departments.below(scope.departments, known.departments)
    return [person for person in active if person.department in inside]


def _missing(inside: Sequence[PersonNow], rows: Sequence[Planned], known: Known) -> list[Planned]:
    """Those within the scope whom no row names, not even a faulty one or one that is left out.

    Of a row without a number that can be read only the name is known: whoever has that name stays.
    """
    listed = {row.number.casefold() for row in rows if row.number}
    unsure = {row.name for row in rows if not row.number and row.name}
    gone = []
    for person in inside:
        if person.key in listed or person.name in unsure:
            continue
        wanted = {"is_active": False, "left_on": person.left_on or known.today}
        changes = changes_between(person, wanted)
        gone.append(Planned(None, Fate.LEFT, person.number, person.name, person.id, changes))
    return gone


def _kept_by_all(known: Known) -> dict[int, str]:
    """Those whose account this list does not end, and why.

    Administrators, whoever brings the list, and of a list of HR's all others who hold a role: with
    the account the role would end, and roles are for administrators.
    """
    bringing = {each.id for each in known.people if each.is_administrator} | {None}
    kept = {
        each.id: faults.ADMINISTRATOR_LEAVES if each.is_administrator else faults.OFFICER_LEAVES
        for each in known.people
        if each.is_administrator or (each.offices and known.actor not in bringing)
    }
    return kept if known.actor is None else {**kept, known.actor: faults.YOURSELF}


def _guard(each: Planned, kept: Mapping[int, str], omitted: Collection[str]) -> Planned:
    if each.row is None and each.key in omitted:
        return replace(each, fate=Fate.OMITTED, changes=())
    reason = kept.get(each.person or 0)
    if reason is None or not _ends(each, later=reason != faults.YOURSELF):
        return each
    fault = Fault(reason)
    return replace(each, fate=Fate.FAULTY, changes=(), faults=(*each.faults, fault))


def _ends(each: Planned, *, later: bool) -> bool:
    """Whether an account ends by this row; `later`: also by a day to come, which is carried out."""
    if each.fate is Fate.LEFT:
        return True
    return later and any(change.fact == "left_on" and change.after for change in each.changes)
