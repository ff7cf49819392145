"""How long it takes to print the three built-in pledges, filled, beside the alternatives.

Run `python -m benchmarks.render [--json] [-n ROUNDS]`: warm, in one process and one run, in
milliseconds of the processor, which compare on a busy machine too. CHROMIUM names the browser.

- "plain write_pdf()" is WeasyPrint as its documentation shows it, twice: with equal subsetters,
  which says what our own work brings; and "pip alone", without the system's HarfBuzz subsetter, as
  `pip install` leaves it. There fontTools cuts the fonts, so slowly that it takes every tenth turn
  only.
- Typst is measured twice too: with one compiler that is kept warm, as a server would keep it, and
  with a new one for each pledge.
"""

import argparse
import contextlib
import json
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import django
import psutil

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from benchmarks import contenders, samples  # noqa: E402
from benchmarks.contenders import Printer  # noqa: E402
from benchmarks.installation import load_average  # noqa: E402

OURS = "this project"
PLAIN_HARFBUZZ = "plain write_pdf(), equal subsetter"
OURS_PIP, PLAIN = f"{OURS}, pip alone", "plain write_pdf(), pip alone"
CHROMIUM_LOAD = "Chromium page.pdf()"
CHROMIUM = "  the same, page loaded already"
TYPST, TYPST_COLD = "Typst, kept warm", "Typst, a new compiler each time"
LANGUAGE = "zh-hans"
GOALS = {CHROMIUM_LOAD: 1 / 3, PLAIN_HARFBUZZ: 1 / 2, PLAIN: 1 / 30}
MAX_FILE_BYTES = 110_000
"""Bytes; the goal for one file."""


@dataclass(frozen=True)
class Row:
    """One contender over all pledges: CPU seconds for one pledge, bytes of the largest file."""

    name: str
    rounds: int
    median: float
    p95: float
    bytes: int


@dataclass
class Contender:
    """One way of printing: a printer for each pledge, and how often it takes its turn."""

    name: str
    printers: Sequence[Printer]
    every: int = 1
    taken: list[float] = field(default_factory=list)
    largest: int = 0

    def warm_up(self) -> None:
        self.largest = max(len(printer()) for printer in self.printers)

    def take_turn(self) -> None:
        for printer in self.printers:
            theirs = _used_by_children()
            start = time.process_time()
            printer()
            own = time.process_time() - start
            self.taken.append(own + _used_by_children() - theirs)

    def row(self) -> Row:
        p95 = statistics.quantiles(self.taken, n=20, method="inclusive")[-1]
        median = statistics.median(self.taken)
        return Row(self.name, len(self.taken), median, p95, self.largest)


def _used_by_children() -> float:
    """CPU seconds of the browser, which prints in processes of its own."""
    used = 0.0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            times = child.cpu_times()
            used += times.user + times.system
    return used


def run(rounds: int) -> list[Row]:
    """All contenders in turn, round by round, so that a busy moment of the machine hits all alike;
    on the first core this process may use."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sheets = {slug: samples.sheet(slug, LANGUAGE) for slug in samples.SLUGS}
    ours = [contenders.this_project(slug, sheet) for slug, sheet in sheets.items()]
    plain = [contenders.plain_weasyprint(sheet) for sheet in sheets.values()]
    typst = [*map(contenders.typst(), sheets.values())]
    typst_cold = [contenders.typst_cold(sheet) for sheet in sheets.values()]
    with contenders.chromium() as printers:
        pairs = [printers(sheet) for sheet in sheets.values()]
        entered = [
            Contender(OURS, ours),
            Contender(CHROMIUM_LOAD, [both for _, both in pairs]),
            Contender(CHROMIUM, [only for only, _ in pairs]),
            Contender(TYPST, typst),
            Contender(TYPST_COLD, typst_cold),
            Contender(PLAIN_HARFBUZZ, plain),
            Contender(OURS_PIP, [contenders.without_harfbuzz(each) for each in ours]),
            Contender(PLAIN, [contenders.without_harfbuzz(each) for each in plain], every=10),
        ]
        for contender in entered:
            contender.warm_up()
        for turn in range(rounds):
            for contender in entered:
                if turn % contender.every == 0:
                    contender.take_turn()
    return [contender.row() for contender in entered]


def table(rows: Sequence[Row]) -> str:
    """The rows in aligned columns, then each goal with what was reached."""
    ours = rows[0]
    head = f"{'':35} {'prints':>6} {'cpu median':>10} {'p95':>10} {'bytes':>9} {'ours is':>9}"
    lines = [head]
    for row in rows:
        share = "" if row is ours else _share(ours.median / row.median)
        lines.append(
            f"{row.name:35} {row.rounds:6} {row.median * 1000:7.1f} ms {row.p95 * 1000:7.1f} ms"
            f" {row.bytes:9,} {share:>9}"
        )
    for name, goal in GOALS.items():
        reached = ours.median / next(row.median for row in rows if row.name == name)
        lines.append(
            f"goal: at most 1/{1 / goal:.0f} of {name}:"
            f" {'reached' if reached <= goal else 'MISSED'} (1/{1 / reached:.1f})"
        )
    met = "reached" if ours.bytes <= MAX_FILE_BYTES else "MISSED"
    lines.append(f"goal: at most {MAX_FILE_BYTES:,} bytes a file: {met} ({ours.bytes:,})")
    lines.append(load_average())
    return "\n".join(lines)


def _share(ratio: float) -> str:
    """Ours in terms of theirs."""
    return f"{ratio:.1f} ×" if ratio >= 1 else f"1/{1 / ratio:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=20, help="rounds (default 20)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    rows = run(max(1, options.n))
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        print(table(rows))


if __name__ == "__main__":
    main()
