"""Where a numbered line belongs under those above it, and whether its number is the next one."""

from collections.abc import Sequence
from dataclasses import dataclass

from pledges.core.template.clause_numbers import ARTICLE, Marker


@dataclass(frozen=True)
class Misplacement:
    """A number that is not the one expected: the kind of fault, and the number in its writing."""

    kind: str
    expected: str


@dataclass(frozen=True)
class Placement:
    """A numbered line's place: its depth (0 at the root), its reading, and what is wrong."""

    depth: int
    marker: Marker
    fault: Misplacement | None


class Nesting:
    """The numbers that are open at one point of the text, outermost first.

    A style is nested below all styles that appeared before it. So a line closes the open numbers
    of its own style and of styles that came later, and belongs to what is still open.
    """

    def __init__(self) -> None:
        self._open: list[Marker] = []
        self._ranks: dict[str, int] = {}
        self._last_root: Marker | None = None
        self._last_article = 0

    def close(self) -> None:
        """Ends the numbered clauses: the next paragraph belongs to the text as a whole."""
        self._open.clear()

    def place(self, readings: Sequence[Marker], following: Sequence[Marker]) -> Placement:
        """Places the next numbered line.

        `readings` are those of its number, at least one; `following` those of the next number in
        Latin letters of its size, because only it can tell (h)(i) from (h)(i)(ii).
        """
        marker = readings[0] if len(readings) == 1 else self._settled(readings, following)
        rank = self._ranks.setdefault(marker.style, len(self._ranks))
        previous: Marker | None = None
        while self._open and self._ranks[self._open[-1].style] >= rank:
            previous = self._open.pop()
        if not self._open:
            previous = self._last_root
            self._last_root = marker
        fault = self._fault(marker, previous, self._open[-1] if self._open else None)
        if marker.style == ARTICLE:
            self._last_article = marker.ordinal
        self._open.append(marker)
        return Placement(len(self._open) - 1, marker, fault)

    def _fault(
        self, marker: Marker, previous: Marker | None, parent: Marker | None
    ) -> Misplacement | None:
        if previous and previous.style != marker.style:
            return Misplacement("number-misplaced", previous.written(_next(previous)))
        if marker.is_dotted:
            claimed, due = marker.value[:-1], parent.value if parent else ()
            # One missing heading is one fault, not one for each number below it.
            if claimed != due and not (previous and previous.value[:-1] == claimed):
                in_line = previous and previous.value[:-1] == due
                ordinal = previous.ordinal + 1 if previous and in_line else 1
                return Misplacement("number-misplaced", marker.written((*due, ordinal)))
        expected = self._expected_ordinal(marker, previous)
        if marker.ordinal == expected:
            return None
        kind = "number-skipped" if marker.ordinal > expected else "number-repeated"
        return Misplacement(kind, marker.written((*marker.value[:-1], expected)))

    def _expected_ordinal(self, marker: Marker, previous: Marker | None) -> int:
        if previous:
            return previous.ordinal + 1
        # Articles of a law run on through its chapters; in contracts they may begin again.
        if marker.style == ARTICLE and marker.ordinal != 1:
            return self._last_article + 1
        return 1

    def _settled(self, readings: Sequence[Marker], following: Sequence[Marker]) -> Marker:
        """Letter or Roman: what continues an open list; else (i) begins a Roman one."""
        letter, roman = readings
        continued = {m.style for m in self._open if m.ordinal + 1 in _claimed(m.style, readings)}
        is_open = {m.style for m in self._open}
        if roman.style in continued:
            return roman
        if letter.style in continued:
            begins = roman.ordinal == 1 and any(m.style == letter.style for m in self._open[-1:])
            return roman if begins and _claimed(roman.style, following) == {2} else letter
        if roman.style in is_open:
            return roman
        return roman if roman.ordinal == 1 else letter


def _claimed(style: str, readings: Sequence[Marker]) -> set[int]:
    return {marker.ordinal for marker in readings if marker.style == style}


def _next(marker: Marker) -> tuple[int, ...]:
    return (*marker.value[:-1], marker.ordinal + 1)
