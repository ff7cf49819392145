"""Entries compared with each other and with the people who are known."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from pledges.core.rosters import faults, values
from pledges.core.rosters.columns import Field
from pledges.core.rosters.entries import Entry
from pledges.core.rosters.people import Change, Fate, PersonNow, as_cell, changes_between

# By which fact of a person each field is kept.
FACTS: Final[Mapping[Field, str]] = {
    Field.NAME: "name",
    Field.USERNAME: "username",
    Field.EMAIL: "email",
    Field.POSITION: "position",
    Field.CONTACT: "contact",
    Field.LANGUAGE: "language",
    Field.ENTERED: "entered_on",
    Field.LEFT: "left_on",
}
FIELDS: Final = {fact: field for field, fact in FACTS.items()}
# With these somebody would take over an account that may do more than theirs, or pass for it.
_IDENTIFYING: Final = ("name", "username", "email")
_DAYS: Final = frozenset({"entered_on", "left_on"})


def find_lost_zeros(entries: Iterable[Entry], by_key: Mapping[str, PersonNow]) -> None:
    """A number that nobody has, where zeros in front of it would make it somebody's.

    A spreadsheet program drops them when it takes a number for one. It is a fault, and the number
    that it would be is offered: a new person under half a number would sign as somebody else.
    """
    padded: dict[str, list[str]] = {}
    listed = [entry.text(Field.NUMBER) for entry in entries]
    for number in [*(person.number for person in by_key.values()), *listed]:
        if number.startswith("0") and number.isdecimal() and number.strip("0"):
            padded.setdefault(number.lstrip("0"), []).append(number)
    lengths = {len(number) for each in padded.values() for number in each}
    for entry in entries:
        number = entry.text(Field.NUMBER)
        if not number.isdecimal() or number.startswith("0") or entry.key in by_key:
            continue
        known = sorted(set(padded.get(number, ())))
        if len(known) == 1:
            entry.add(faults.ZEROS_LOST, Field.NUMBER, known[0], known[0])
        elif entry.numeric and len(lengths) == 1 and len(number) < min(lengths):
            full = number.zfill(min(lengths))
            entry.add(faults.ZEROS_LOST, Field.NUMBER, full, full)


def find_twice(entries: Iterable[Entry]) -> None:
    """The same person in two rows, the same address or user name for two."""
    for field in (Field.NUMBER, Field.EMAIL, Field.USERNAME):
        first: dict[str, int] = {}
        for entry in entries:
            said = entry.text(field).casefold()
            if said and first.setdefault(said, entry.row) != entry.row:
                entry.add(faults.TWICE, field, str(first[said]))


def find_taken(
    entries: Iterable[Entry], people: Sequence[PersonNow], by_key: Mapping[str, PersonNow]
) -> None:
    """An address or a user name by which somebody else is known, as either."""
    owners: dict[str, set[int]] = {}
    for person in people:
        for name in (person.username, person.email):
            if name:
                owners.setdefault(name.casefold(), set()).add(person.id)
    for entry in entries:
        own = by_key.get(entry.key)
        said = {Field.EMAIL: entry.text(Field.EMAIL), Field.USERNAME: entry.text(Field.USERNAME)}
        if own is None and not said[Field.USERNAME]:
            said[Field.USERNAME] = values.username_of(entry.text(Field.NUMBER))
        for field, name in said.items():
            others = owners.get(name.casefold(), set()) - {own.id if own else None}
            if name and others:
                where = field if entry.text(field) else Field.NUMBER
                entry.add(faults.TAKEN, where, name)


def fate_of(
    entry: Entry, person: PersonNow | None, today: date, mapped: Collection[Field]
) -> tuple[Fate, tuple[Change, ...]]:
    """What becomes of one entry, whose faults are all known, and what of the person changes."""
    gone = _has_left(entry, today)
    if person is None:
        if entry.found:
            return Fate.FAULTY, ()
        # Somebody who left before anybody knew them gets no account.
        return (Fate.UNCHANGED, ()) if gone else (Fate.NEW, _as_new(entry))
    wanted = _wanted(entry, person, today, gone)
    _look_at_person(entry, person, wanted, gone)
    if entry.found:
        return Fate.FAULTY, ()
    changes = changes_between(person, wanted)
    if gone:
        fate = Fate.LEFT if person.is_active else Fate.CHANGED
        return (fate, changes) if changes else (Fate.UNCHANGED, ())
    if not person.is_active:
        return Fate.RETURNED, changes
    return (Fate.CHANGED, changes) if changes else (Fate.UNCHANGED, ())


def _has_left(entry: Entry, today: date) -> bool:
    left = entry.day(Field.LEFT)
    if left is not None:
        return left < today
    return entry.values.get(Field.STATUS) is True


def _wanted(entry: Entry, person: PersonNow, today: date, gone: bool) -> dict[str, Any]:
    """The facts as the entry would have them; a cell that says nothing leaves them."""
    wanted: dict[str, Any] = {}
    for field, fact in FACTS.items():
        value = entry.values.get(field)
        if value is not None:
            wanted[fact] = None if value == "" and fact in _DAYS else value
    if entry.department:
        wanted["department"] = entry.department
    if gone:
        wanted["is_active"] = False
        wanted["left_on"] = entry.day(Field.LEFT) or person.left_on or today
    elif not person.is_active:
        wanted["is_active"] = True
        wanted["left_on"] = entry.day(Field.LEFT)
    return wanted


def _look_at_person(entry: Entry, person: PersonNow, wanted: Mapping[str, Any], gone: bool) -> None:
    if person.is_active or gone:
        _look_for_another(entry, person)
    if not person.is_active and not gone:
        if person.name != entry.text(Field.NAME):
            entry.add(faults.ANOTHERS_NUMBER, Field.NUMBER, person.name)
        elif person.left_on is None and not person.offices:
            entry.add(faults.NEVER_LEFT)
        if person.offices:
            entry.add(faults.OFFICER_RETURNS, None, ",".join(sorted(person.offices)))
    for fact in _IDENTIFYING:
        if person.offices and wanted.get(fact, getattr(person, fact)) != getattr(person, fact):
            entry.add(faults.OFFICERS_ADDRESS, FIELDS[fact], getattr(person, fact))


def _look_for_another(entry: Entry, person: PersonNow) -> None:
    """Another name with another entry date is somebody else, until HR has said that it is not.

    A number that is given to the next one would turn the one into the other, with what they signed.
    """
    entered = entry.day(Field.ENTERED)
    renamed = entry.text(Field.NAME) not in ("", person.name)
    if entry.same_person or not renamed or entered in (None, person.entered_on):
        return
    entry.add(faults.ANOTHER_PERSON, Field.NUMBER, person.name)
    entry.add(faults.KNOWN_AS, Field.NAME, person.name)
    if person.entered_on:
        entry.add(faults.KNOWN_AS, Field.ENTERED, person.entered_on.isoformat())


def _as_new(entry: Entry) -> tuple[Change, ...]:
    facts: dict[str, Any] = {
        fact: entry.values.get(field) for field, fact in FACTS.items() if entry.values.get(field)
    }
    facts.setdefault("username", values.username_of(entry.text(Field.NUMBER)))
    facts["department"] = entry.department
    return tuple(Change(fact, None, as_cell(value)) for fact, value in facts.items())
