"""People as they are known, what a roster is a list of, and the fates of its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final


class Fate(StrEnum):
    """What becomes of a row, or of somebody whom no row names."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    RETURNED = "returned"
    LEFT = "left"
    FAULTY = "faulty"
    OMITTED = "omitted"
    """Left out by name: neither this row nor its person is touched."""


class Reach(StrEnum):
    """What a roster says that it is a list of: only within that is anybody missing."""

    EVERYBODY = "everybody"
    DEPARTMENTS = "departments"
    ADDITIONS = "additions"


@dataclass(frozen=True)
class Scope:
    """What a roster is a list of; `departments` by name, each with what is below it."""

    reach: Reach
    departments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PersonNow:
    """Somebody as they are known, with what an import may change."""

    id: int
    number: str
    name: str
    username: str
    email: str
    department: str
    position: str
    contact: str
    language: str
    entered_on: date | None
    left_on: date | None
    is_active: bool
    offices: frozenset[str] = frozenset()
    """Roles that open the back office, held or kept for a return."""
    is_administrator: bool = False

    @property
    def key(self) -> str:
        return self.number.casefold()


FACTS: Final = (
    *("name", "username", "email", "department", "position", "contact", "language"),
    *("entered_on", "left_on", "is_active"),
)

Cell = str | bool | None


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of a person, before and after; days as ISO 8601."""

    fact: str
    before: Cell
    after: Cell

    def to_json(self) -> list[Any]:
        return [self.fact, self.before, self.after]


def as_cell(value: Any) -> Cell:
    """A fact as it stands in a plan."""
    return value.isoformat() if isinstance(value, date) else value


def changes_between(now: PersonNow, wanted: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs, in the order of the facts."""
    return tuple(
        Change(fact, as_cell(getattr(now, fact)), as_cell(wanted[fact]))
        for fact in FACTS
        if fact in wanted and getattr(now, fact) != wanted[fact]
    )
