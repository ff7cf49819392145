"""What was measured: how long answers took, and which attempts went wrong."""

import statistics
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.browser import Answer

GOALS = {"save": 0.2, "sign": 1.0}
"""Seconds that 95 of 100 answers may take."""
MAX_GOOD = 399
"""Higher statuses are no answer to what was asked."""


@dataclass(frozen=True)
class Row:
    """One kind of request: seconds of those that were answered, and what else came."""

    name: str
    count: int
    p50: float
    p95: float
    longest: float
    errors: dict[str, int]


class Figures:
    """Gathers from many threads, once it is `running`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: dict[str, list[float]] = {}
        self._errors: dict[str, Counter[str]] = {}
        self.running = False

    def heard(self, what: str, answer: Answer | None) -> None:
        """What a browser tells of each attempt."""
        if not self.running:
            return
        with self._lock:
            taken = self._taken.setdefault(what, [])
            if answer is not None and answer.status <= MAX_GOOD:
                taken.append(answer.seconds)
            else:
                met = str(answer.status) if answer else "no answer"
                self._errors.setdefault(what, Counter())[met] += 1

    def rows(self) -> Iterator[Row]:
        with self._lock:
            for name, taken in sorted(self._taken.items()):
                errors = dict(self._errors.get(name, Counter()))
                yield _row(name, taken, errors)


def _row(name: str, taken: Sequence[float], errors: dict[str, int]) -> Row:
    if len(taken) < 2:
        only = taken[0] if taken else 0.0
        return Row(name, len(taken), only, only, only, errors)
    p95 = statistics.quantiles(taken, n=20, method="inclusive")[-1]
    return Row(name, len(taken), statistics.median(taken), p95, max(taken), errors)


def table(rows: Sequence[Row]) -> str:
    """The rows in milliseconds, then each goal with what was reached."""
    lines = [f"{'':16}{'answers':>8}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}  errors"]
    for row in rows:
        cells = "".join(f"{each * 1000:>9.0f}" for each in (row.p50, row.p95, row.longest))
        errors = ", ".join(f"{count} × {met}" for met, count in row.errors.items()) or "0"
        lines.append(f"{row.name:16}{row.count:>8}{cells}  {errors}")
    for row in rows:
        if row.name in GOALS:
            goal = GOALS[row.name]
            met = "reached" if row.p95 <= goal else "MISSED"
            reached = f"{met} ({row.p95 * 1000:.0f})"
            lines.append(f"goal: p95 of {row.name} at most {goal * 1000:.0f} ms: {reached}")
    return "\n".join(lines)
