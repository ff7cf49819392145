"""What a completion report says, as plain data: nobody in it has a name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

FEWEST: Final = 5
"""People in a department that a report shows by itself; fewer could be told by who they are."""


@dataclass(frozen=True)
class ListedMember:
    """A member as a report lists them.

    `commitment` and `document` are hexadecimal digests under the member's salt
    (`proof.records.members`): who it is, and which file of theirs counts, if one does. `standing`
    is a code of `core.standings.Standing`.
    """

    commitment: str
    standing: str
    document: str | None = None


@dataclass(frozen=True)
class CountedVersion:
    """A version of the pledge that counts for a task, with the digest of its text."""

    number: int
    digest: str


@dataclass(frozen=True)
class DepartmentCounts:
    """Members of a department by the code of their standing; codes with nobody may be left out.

    `departments` is above one where several are shown together, and then they have no name.
    """

    name: str
    counts: Mapping[str, int]
    departments: int = 1

    @property
    def members(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class CompletionReport:
    """A signing task at one moment, for everybody who may see how far it came.

    `members` are all members of the task in the order in which they became members: those of the
    launch, then each who joined, as the ledger's entries commit to them. `as_of` is the moment of
    their standings, with the organisation's offset. `audience` says in words whom the task is for,
    `some_due_otherwise` that `due_on` is not the due date of every member; both stand on the pages
    alone, and must name nobody.
    """

    task_id: UUID
    title: str
    state: str
    template_slug: str
    template_title: str
    versions: tuple[CountedVersion, ...]
    due_on: date | None
    as_of: datetime
    language: str
    organisation: str
    members: tuple[ListedMember, ...]
    departments: tuple[DepartmentCounts, ...]
    audience: str = ""
    some_due_otherwise: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Members by the code of their standing, as far as there are any."""
        return dict(Counter(each.standing for each in self.members))


def grouped(departments: Sequence[DepartmentCounts]) -> tuple[DepartmentCounts, ...]:
    """The departments as they may be shown: those of fewer than `FEWEST` people together.

    If they are fewer than that together, too, the smallest of the others goes with them: else it
    could be reckoned from the total who they are. The largest come first, those together last.
    """
    ordered = sorted(departments, key=lambda each: each.name, reverse=True)
    ordered.sort(key=lambda each: each.members)
    together: list[DepartmentCounts] = []
    rest = list(ordered)
    while rest and (
        rest[0].members < FEWEST or 0 < sum(each.members for each in together) < FEWEST
    ):
        together.append(rest.pop(0))
    shown = tuple(reversed(rest))
    return (*shown, _together(together)) if together else shown


def _together(departments: Sequence[DepartmentCounts]) -> DepartmentCounts:
    counts: Counter[str] = Counter()
    for each in departments:
        counts.update(each.counts)
    if len(departments) == 1:
        return DepartmentCounts("", dict(counts))
    return DepartmentCounts("", dict(counts), sum(each.departments for each in departments))
