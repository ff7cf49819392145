"""Words fitted into a strip of a figure: on one line, or more where letters were too small."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

Measure = Callable[[str], float]
"""How long a text is, in em."""

LAST_LATIN = 0x2E7F
"""Behind it stand the scripts in which a line may end at any character."""
KEPT_BACK = "·•，。、；：！？）〉》」』】〕’”-"
"""What begins no line."""
MAX_LINES = 4


@dataclass(frozen=True)
class Strip:
    """The room that there is, in millimetres, and the sizes of letters in it.

    Letters are at most `largest`. More lines are taken only where they would be smaller than
    `enough`. `leading` is from line to line, in the size of the letters.
    """

    width: float
    height: float
    largest: float
    enough: float
    leading: float

    def fit(self, text: str, measure: Measure) -> tuple[float, list[str]]:
        """The size of the letters, and the lines: the fewest that are large enough, else those with
        the largest letters."""
        best: tuple[float, list[str]] = (0.0, [])
        for count in range(1, MAX_LINES + 1):
            lines = _split(text, count, measure)
            longest = max(map(measure, lines))
            size = min(
                self.largest,
                self.width / (longest or 1.0),
                self.height / (len(lines) * self.leading),
            )
            if size > best[0]:
                best = size, lines
            if size >= self.enough:
                break
        return round(best[0], 2), best[1]


def _split(text: str, count: int, measure: Measure) -> list[str]:
    """About equally long lines, ended between words, or anywhere where there are too few words."""
    if count == 1:
        return [text]
    # A mark stays with its letter.
    places = [place for place in range(1, len(text)) if not unicodedata.combining(text[place])]
    ends = [place for place in places if _may_end(text, place)]
    if len(ends) < count - 1:
        ends = places
    lines, start, whole = [], 0, measure(text)
    for line in range(1, count):
        left = [place for place in ends if place > start]
        if not left:
            break
        aim = whole * line / count
        end = min(left, key=lambda place: abs(measure(text[:place]) - aim))
        lines.append(text[start:end].strip(" "))
        start = end
    return [line for line in (*lines, text[start:].strip(" ")) if line]


def _may_end(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if after in KEPT_BACK:
        return False
    return before == " " or after == " " or min(ord(before), ord(after)) > LAST_LATIN
