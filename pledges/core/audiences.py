"""Whom a signing task is for: a rule as data of a closed vocabulary, read and checked.

`include` says who, `exclude` who of these is left out. Clauses are united, but for
`without-pledge`, which narrows what the others name; alone it narrows everybody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pledges.core.lifecycle import Role
from pledges.core.refusal import Refusal

MAX_CLAUSES: Final = 40  # of include and exclude together
MAX_VALUES: Final = 30_000  # of one clause: a list of employee numbers of a whole company
MAX_WORD_LENGTH: Final = 60  # characters of a position, and more than any employee number

RuleData = dict[str, list[dict[str, object]]]


class Kind(StrEnum):
    """By what a clause names people."""

    EVERYBODY = "everybody"
    DEPARTMENTS = "departments"
    POSTS = "posts"
    ROLES = "roles"
    NUMBERS = "numbers"
    WITHOUT_PLEDGE = "without-pledge"


VALUELESS: Final = frozenset({Kind.EVERYBODY, Kind.WITHOUT_PLEDGE})


class Fault(StrEnum):
    """What is wrong with the data of a rule."""

    NOT_A_RULE = "not-a-rule"
    UNKNOWN_KEY = "unknown-key"
    UNKNOWN_KIND = "unknown-kind"
    NO_VALUES = "no-values"
    WRONG_VALUE = "wrong-value"
    TOO_MUCH = "too-much"
    NOBODY_INCLUDED = "nobody-included"
    CANNOT_EXCLUDE = "cannot-exclude"


@dataclass(frozen=True)
class AudienceFault:
    """One fault: where (`include 2`: the second clause), and the key or value it is about."""

    fault: Fault
    where: str = ""
    what: str = ""


class FaultyAudience(Refusal):
    """The data is no rule of this vocabulary; `faults` says why, all of them."""

    kind = "faulty-audience"

    def __init__(self, *faults: AudienceFault) -> None:
        super().__init__(*faults)
        self.faults = faults


@dataclass(frozen=True)
class Clause:
    """People by one property; departments are keys, the others words; `below`: those below too."""

    kind: Kind
    values: tuple[int | str, ...] = ()
    below: bool = False

    def to_data(self) -> dict[str, object]:
        """As it is stored: only what the kind takes."""
        data: dict[str, object] = {"kind": self.kind.value}
        if self.kind not in VALUELESS:
            data["values"] = list(self.values)
        if self.kind is Kind.DEPARTMENTS:
            data["below"] = self.below
        return data


@dataclass(frozen=True)
class AudienceRule:
    """Whom a task is for: what `include` names, without what `exclude` names."""

    include: tuple[Clause, ...]
    exclude: tuple[Clause, ...] = ()

    @classmethod
    def from_data(cls, data: object) -> "AudienceRule":
        """The rule that `data` holds. Raises `FaultyAudience` with everything that is wrong."""
        if not isinstance(data, Mapping):
            raise FaultyAudience(AudienceFault(Fault.NOT_A_RULE))
        faults = [
            AudienceFault(Fault.UNKNOWN_KEY, "", str(key))
            for key in data
            if key not in ("include", "exclude")
        ]
        include = tuple(_clauses(data.get("include", []), "include", faults))
        exclude = tuple(_clauses(data.get("exclude", []), "exclude", faults))
        if not faults and not include:
            faults.append(AudienceFault(Fault.NOBODY_INCLUDED))
        if len(include) + len(exclude) > MAX_CLAUSES:
            faults.append(AudienceFault(Fault.TOO_MUCH))
        if faults:
            raise FaultyAudience(*faults)
        return cls(include, exclude)

    def to_data(self) -> RuleData:
        """As it is stored; `from_data` reads the same rule back."""
        data = {"include": [clause.to_data() for clause in self.include]}
        if self.exclude:
            data["exclude"] = [clause.to_data() for clause in self.exclude]
        return data

    @property
    def only_without_pledge(self) -> bool:
        """Whether people whose pledge is valid are left out."""
        return any(clause.kind is Kind.WITHOUT_PLEDGE for clause in self.include)

    @property
    def named(self) -> tuple[Clause, ...]:
        """The clauses that name people; the others narrow them."""
        named = tuple(each for each in self.include if each.kind is not Kind.WITHOUT_PLEDGE)
        return named or (Clause(Kind.EVERYBODY),)

    def numbers(self) -> tuple[str, ...]:
        """Every employee number that the rule names, in their order, each once."""
        clauses = (each for each in self.include + self.exclude if each.kind is Kind.NUMBERS)
        return tuple(dict.fromkeys(str(value) for each in clauses for value in each.values))

    def departments(self) -> tuple[int, ...]:
        """The key of every department that the rule names, each once."""
        clauses = (each for each in self.include + self.exclude if each.kind is Kind.DEPARTMENTS)
        return tuple(dict.fromkeys(int(value) for each in clauses for value in each.values))


def _clauses(data: object, side: str, faults: list[AudienceFault]) -> Iterator[Clause]:
    if not isinstance(data, list | tuple):
        faults.append(AudienceFault(Fault.NOT_A_RULE, side))
        return
    for number, each in enumerate(data, 1):
        where, before = f"{side} {number}", len(faults)
        clause = _clause(each, where, faults)
        if clause and side == "exclude" and clause.kind is Kind.WITHOUT_PLEDGE:
            faults.append(AudienceFault(Fault.CANNOT_EXCLUDE, where, clause.kind.value))
        if clause and len(faults) == before:
            yield clause


def _clause(data: object, where: str, faults: list[AudienceFault]) -> Clause | None:
    if not isinstance(data, Mapping):
        faults.append(AudienceFault(Fault.NOT_A_RULE, where))
        return None
    try:
        kind = Kind(data.get("kind", ""))
    except ValueError:
        faults.append(AudienceFault(Fault.UNKNOWN_KIND, where, str(data.get("kind", ""))))
        return None
    known = {"kind"} | (set() if kind in VALUELESS else {"values"})
    known |= {"below"} if kind is Kind.DEPARTMENTS else set()
    faults += [
        AudienceFault(Fault.UNKNOWN_KEY, where, str(key)) for key in data if key not in known
    ]
    below = data.get("below", False)
    if not isinstance(below, bool):
        faults.append(AudienceFault(Fault.WRONG_VALUE, where, "below"))
        below = False
    return Clause(kind, tuple(_values(kind, data.get("values"), where, faults)), below)


def _values(
    kind: Kind, given: object, where: str, faults: list[AudienceFault]
) -> Iterator[int | str]:
    if kind in VALUELESS:
        return
    if not isinstance(given, list | tuple) or not given:
        faults.append(AudienceFault(Fault.NO_VALUES, where, kind.value))
        return
    if len(given) > MAX_VALUES:
        faults.append(AudienceFault(Fault.TOO_MUCH, where, kind.value))
        return
    for value in dict.fromkeys(map(_stripped, given)):
        if isinstance(value, int | str) and _fits(kind, value):
            yield value
        else:
            faults.append(AudienceFault(Fault.WRONG_VALUE, where, str(value)))


def _stripped(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    return value if isinstance(value, int) else str(value)


def _fits(kind: Kind, value: object) -> bool:
    if kind is Kind.DEPARTMENTS:
        return isinstance(value, int) and not isinstance(value, bool) and value > 0
    if not isinstance(value, str) or not 0 < len(value) <= MAX_WORD_LENGTH:
        return False
    return kind is not Kind.ROLES or value in {role.value for role in Role}
