"""How long it takes to print the three built-in pledges, filled, beside the alternatives.

Run `python -m benchmarks.render [--json] [-n ROUNDS]`: warm, on one core, in one process and one
run. "pip alone" is WeasyPrint without the system's HarfBuzz subsetter, as a plain `pip install`
leaves it: it cuts fonts with fontTools, so slowly that the full fonts get a tenth of the rounds.
CHROMIUM names the browser.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from benchmarks import contenders, samples  # noqa: E402
from benchmarks.contenders import Printer  # noqa: E402

OURS = "this project"
PLAIN_HARFBUZZ = "plain write_pdf(), full fonts"
OURS_PIP, PLAIN = f"{OURS}, pip alone", "plain write_pdf(), pip alone"
CHROMIUM, CHROMIUM_LOAD = "Chromium page.pdf()", "Chromium load + page.pdf()"
TYPST = "Typst, same text and fonts"
LANGUAGE = "zh-hans"
GOALS = {CHROMIUM: 1 / 3, PLAIN: 1 / 30}
LARGEST = 110_000
"""Bytes; the goal for one file."""


@dataclass(frozen=True)
class Row:
    """One contender over all pledges: seconds for one pledge, bytes of the largest file."""

    name: str
    rounds: int
    median: float
    p95: float
    bytes: int


def measure(name: str, printers: Sequence[Printer], rounds: int) -> Row:
    """Print every pledge once to warm up, then `rounds` times each."""
    sizes = [len(printer()) for printer in printers]
    taken = []
    for _ in range(rounds):
        for printer in printers:
            start = time.perf_counter()
            printer()
            taken.append(time.perf_counter() - start)
    p95 = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
    return Row(name, rounds * len(printers), statistics.median(taken), p95, max(sizes))


def run(rounds: int) -> list[Row]:
    """All contenders, one after the other, on the first core this process may use."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sheets = {slug: samples.sheet(slug, LANGUAGE) for slug in samples.SLUGS}
    ours = [contenders.this_project(slug, sheet) for slug, sheet in sheets.items()]
    rows = [measure(OURS, ours, rounds)]
    with contenders.chromium() as printers:
        pairs = [printers(sheet) for sheet in sheets.values()]
        rows.append(measure(CHROMIUM, [only for only, _ in pairs], rounds))
        rows.append(measure(CHROMIUM_LOAD, [both for _, both in pairs], rounds))
    typst = [contenders.typst(sheet) for sheet in sheets.values()]
    rows.append(measure(TYPST, typst, rounds))
    plain = [contenders.plain_weasyprint(sheet) for sheet in sheets.values()]
    rows.append(measure(PLAIN_HARFBUZZ, plain, rounds))
    with contenders.without_harfbuzz():
        rows.append(measure(OURS_PIP, ours, rounds))
        rows.append(measure(PLAIN, plain, max(1, rounds // 10)))
    return rows


def table(rows: Sequence[Row]) -> str:
    """The rows in aligned columns, then each goal with what was reached."""
    ours = rows[0]
    head = f"{'':30} {'prints':>6} {'median':>10} {'p95':>10} {'bytes':>9} {'ours is':>9}"
    lines = [head]
    for row in rows:
        share = "" if row is ours else f"1/{row.median / ours.median:.1f}"
        lines.append(
            f"{row.name:30} {row.rounds:6} {row.median * 1000:7.1f} ms {row.p95 * 1000:7.1f} ms"
            f" {row.bytes:9,} {share:>9}"
        )
    for name, goal in GOALS.items():
        share = ours.median / next(row.median for row in rows if row.name == name)
        met = "reached" if share <= goal else "MISSED"
        lines.append(f"goal: at most 1/{1 / goal:.0f} of {name}: {met} (1/{1 / share:.1f})")
    met = "reached" if ours.bytes <= LARGEST else "MISSED"
    lines.append(f"goal: at most {LARGEST:,} bytes a file: {met} ({ours.bytes:,})")
    return "\n".join(lines)


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
