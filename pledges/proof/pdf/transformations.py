"""Transformations of what is drawn (ISO 32000-1, 8.3.4), and which of them mean the same to all.

A matrix that cannot be inverted is passed over by some readers, which then draw at another place
what others do not draw at all. Numbers far from one are rounded to nothing by some.
"""

from typing import Final, NamedTuple

MIN_AREA: Final = 1e-6
"""Of what a square of one unit becomes."""
MAX_STRETCH: Final = 10_000


class Linear(NamedTuple):
    """The part of a matrix that turns and stretches; where it moves things does not matter here."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1

    def within(self, outer: "Linear") -> "Linear":
        """This one, and then the `outer` one, within which it stands."""
        return Linear(
            self.a * outer.a + self.b * outer.c,
            self.a * outer.b + self.b * outer.d,
            self.c * outer.a + self.d * outer.c,
            self.c * outer.b + self.d * outer.d,
        )

    @property
    def is_plain(self) -> bool:
        """Whether every reader draws by it."""
        area = abs(self.a * self.d - self.b * self.c)
        return area >= MIN_AREA and max(map(abs, self)) <= MAX_STRETCH
