"""How much memory the served site takes: by process, idle and after so many signed pledges.

`python -m benchmarks.memory [-n 70] [--json]` serves an installation of its own. Counted is the
proportional set size (PSS): what a process has for itself, and its share of what it has in common
with others. PostgreSQL is a line of its own, and in no sum.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.installation import load_average, scratch
from benchmarks.journey import STEPS
from benchmarks.manager import Manager
from benchmarks.site import Site, served

MEBIBYTE = 1024 * 1024
SETTLES_WITHIN = 20.0
"""Seconds after which a started or a busy site does nothing any more."""
POSTGRESQL = "PostgreSQL"
PARTS = {
    "config.supervisor": "supervisor",
    "config.webserver": "web",
    "pledges.proof.judging_service": "judging service",
    "pledges.rendering.server": "rendering pool",
    "pledges.sealing_service": "sealing pool",
    "run_worker": "background worker",
    "publish_checkpoints": "checkpoint publisher",
    "config.keeper": "keeper of PostgreSQL",
}
GOALS = {"supervisor": 30.0, "web worker": 70.0, "idle in all": 630.0}
"""MiB: of one process each, and of all without PostgreSQL."""


@dataclass(frozen=True)
class Process:
    """MiB of one process: `idle`, and `busy` after the pledges."""

    name: str
    pid: int
    idle: float
    busy: float


def measure(site: Site) -> dict[int, tuple[str, float]]:
    """Name and MiB of each process that serves."""
    found = {}
    for process in site.processes():
        try:
            found[process.pid] = (name_of(process), pss(process.pid))
        except (psutil.Error, OSError):
            continue  # it has just ended
    return found


def name_of(process: psutil.Process) -> str:
    """What it is; what another one of the same kind forked is its worker."""
    line = " ".join(process.cmdline())
    if "bin/postgres" in line or line.startswith("postgres:"):
        return POSTGRESQL
    kind = next((name for word, name in PARTS.items() if word in line), line[:40])
    parent = process.parent()
    forked = parent is not None and parent.cmdline() == process.cmdline()
    return f"{kind.removesuffix(' pool')} worker" if forked else kind


def pss(pid: int) -> float:
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        line = next(line for line in file if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024 / MEBIBYTE


def walk(var_dir: Path, count: int) -> list[Process]:
    """So many managers sign a pledge each; what every process takes before and after."""
    from benchmarks import population
    from benchmarks.export import PASSWORD

    people = population.managers(count, prefix="walk")
    with served(var_dir) as site:
        time.sleep(SETTLES_WITHIN)
        idle = measure(site)
        for person in people:
            manager = Manager(person.username, person.name, site.port)
            manager.sign_in(PASSWORD)
            manager.add_passkey(PASSWORD)
            for _, take in STEPS:
                take(manager)
        time.sleep(SETTLES_WITHIN)
        busy = measure(site)
    return [
        Process(name, pid, idle[pid][1], mebibytes)
        for pid, (name, mebibytes) in busy.items()
        if pid in idle
    ]


def table(processes: Sequence[Process], count: int) -> str:
    lines = [f"{'MiB (PSS)':24}{'pid':>8}{'idle':>9}{f'after {count}':>12}"]
    ours = [each for each in processes if each.name != POSTGRESQL]
    for each in sorted(ours, key=lambda each: (each.name, each.pid)):
        lines.append(f"{each.name:24}{each.pid:>8}{each.idle:>9.1f}{each.busy:>12.1f}")
    for name, chosen in (("in all", ours), (POSTGRESQL, [*set(processes) - set(ours)])):
        idle, busy = (sum(getattr(each, when) for each in chosen) for when in ("idle", "busy"))
        lines.append(f"{name:32}{idle:>9.1f}{busy:>12.1f}")
    return "\n".join((*lines, *verdicts(ours), load_average()))


def verdicts(ours: Sequence[Process]) -> Iterator[str]:
    """Each goal, and what was reached."""
    most = {
        name: max((each.busy for each in ours if each.name == name), default=0.0)
        for name in ("supervisor", "web worker")
    }
    reached = {**most, "idle in all": sum(each.idle for each in ours)}
    for name, goal in GOALS.items():
        met = "reached" if 0 < reached[name] <= goal else "MISSED"
        yield f"goal: {name} at most {goal:.0f} MiB: {met} ({reached[name]:.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-n", type=int, default=70, help="pledges")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    with scratch() as var_dir:
        found = walk(var_dir, options.n)
    print(json.dumps([*map(asdict, found)]) if options.json else table(found, options.n))


if __name__ == "__main__":
    main()
