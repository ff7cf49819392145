"""The clause tree that a pledge text becomes, and how its clauses are found and cited."""

from collections.abc import Iterator
from dataclasses import dataclass, field

FIELD = "field"
"""Style of a head line «label：{{code}}»."""
PARAGRAPH = ""
"""Style of an unnumbered line."""


@dataclass(frozen=True)
class Text:
    """A stretch of fixed text."""

    text: str


@dataclass(frozen=True)
class Slot:
    """The place of the blank with this code."""

    code: str


Run = Text | Slot


@dataclass(frozen=True)
class Clause:
    """One line of a pledge with everything that belongs under it.

    `number` is as typed ("一、", "（1）", "1.1.1"), empty for a paragraph. `style` names the
    numbering style, is empty for a paragraph and "field" for a head line. `key` is made of the
    places of the numbered ancestors among their siblings ("1.2.3"); a paragraph has its parent's
    key and "p1", "p2"... `line` is where it stood in the source, from 1.
    """

    number: str
    style: str
    runs: tuple[Run, ...]
    children: tuple["Clause", ...] = ()
    key: str = ""
    line: int = field(default=0, compare=False)

    @property
    def text(self) -> str:
        """The line as its source has it, without the number."""
        return "".join(
            run.text if isinstance(run, Text) else "{{" + run.code + "}}" for run in self.runs
        )

    @property
    def is_numbered(self) -> bool:
        return bool(self.number)

    @property
    def is_dotted(self) -> bool:
        """Whether its number repeats its parent's, as 4.2.1 does."""
        return self.style.startswith("dotted-")


@dataclass(frozen=True)
class Place:
    """Where a clause without a number stands that belongs to no numbered one.

    `closes`: after the numbered clauses, not before them. `number` counts the paragraphs there,
    from 1; `alone`: there is but one.
    """

    clause: Clause
    closes: bool
    number: int
    alone: bool


@dataclass(frozen=True)
class Outline:
    """A whole pledge text as a tree."""

    clauses: tuple[Clause, ...]

    def walk(self) -> Iterator[tuple[int, Clause]]:
        """Every clause with its depth (0 at the root), in reading order."""
        for trail in self._trails():
            yield len(trail) - 1, trail[-1]

    def leaves(self) -> tuple[Clause, ...]:
        """The numbered clauses without numbered children: what is undertaken one by one."""
        return tuple(
            clause
            for _, clause in self.walk()
            if clause.is_numbered and not any(child.is_numbered for child in clause.children)
        )

    def slots(self) -> tuple[str, ...]:
        """The codes of the blanks in order of appearance, a repeated one each time."""
        return tuple(
            run.code for _, clause in self.walk() for run in clause.runs if isinstance(run, Slot)
        )

    def find(self, key: str) -> Clause | None:
        """The clause with this key, or None."""
        return next((clause for _, clause in self.walk() if clause.key == key), None)

    def citation(self, key: str) -> str:
        """How people cite the clause: "一、2.（1）", or "4.2.1" where the number says it all.

        A paragraph is cited as the clause it belongs to; "" for an unknown key and at the root,
        where `place` tells of it.
        """
        for trail in self._trails():
            if trail[-1].key == key:
                return _cite(trail)
        return ""

    def place(self, key: str) -> Place | None:
        """Where the unnumbered clause with this key stands at the root; None for any other."""
        numbered = [index for index, clause in enumerate(self.clauses) if clause.is_numbered]
        first = numbered[0] if numbered else len(self.clauses)
        for index, clause in enumerate(self.clauses):
            if clause.key == key and not clause.is_numbered:
                beside = self.clauses[:first] if index < first else self.clauses[first:]
                others = [one for one in beside if one.style == PARAGRAPH and not one.is_numbered]
                number = others.index(clause) + 1 if clause in others else 0
                return Place(clause, index > first, number, len(others) == 1)
        return None

    def _trails(self) -> Iterator[tuple[Clause, ...]]:
        pending: list[tuple[Clause, ...]] = [(clause,) for clause in reversed(self.clauses)]
        while pending:
            trail = pending.pop()
            yield trail
            pending.extend((*trail, child) for child in reversed(trail[-1].children))


def _cite(trail: tuple[Clause, ...]) -> str:
    cited = ""
    for clause in trail:
        cited = clause.number if clause.is_dotted else cited + clause.number
    return cited
