"""What one pledge costs from its first page to its signature, in CPU seconds.

`python -m benchmarks.journey [-n 20] [--json]` has two parts, in a scratch installation of its own:

- **served**: so many managers walk through the pages of the served site, step by step. Counted is
  what all of its processes use of the processor, PostgreSQL included, less what they use idle.
- **acts**: prepare, sign and accept by themselves, in this process and PostgreSQL's for it, with
  the number of statements. The verdict on one's own file is a line of its own.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.acts import ANSWERS, SLUG, VERDICTS, Act, acts
from benchmarks.installation import load_average, scratch
from benchmarks.manager import Manager
from benchmarks.site import Site, served

SAVES = 7
GOALS = {"journey": 0.350, "prepare": 0.100, "sign": 0.050, "accept": 0.035, "verdict": 0.100}
"""CPU seconds."""
MAX_STATEMENTS = {"sign": 25}
IDLE_FOR = 10.0  # seconds
BACKGROUND = 0.3
"""Seconds in which a worker has done what one person's step leaves to it."""


@dataclass(frozen=True)
class Step:
    """CPU seconds of one person's step."""

    name: str
    cpu: float


# --- Served ---------------------------------------------------------------------------------------
def walk(site: Site, managers: Sequence[Manager]) -> list[Step]:
    """Each step by all managers, one after the other, before the next step."""
    from django.conf import settings

    idle = idle_rate(site)
    steps: list[Step] = []
    for name, take in STEPS:
        begun, before = time.monotonic(), site.cpu_seconds()
        for manager in managers:
            take(manager)
        # What a step leaves to the background belongs to it: mails, or a document rendered ahead.
        time.sleep(settings.RENDER_AHEAD + BACKGROUND * len(managers))
        spent = site.cpu_seconds() - before - idle * (time.monotonic() - begun)
        steps.append(Step(name, spent / len(managers)))
    return steps


def idle_rate(site: Site) -> float:
    """CPU seconds a second while nobody comes."""
    before = site.cpu_seconds()
    time.sleep(IDLE_FOR)
    return (site.cpu_seconds() - before) / IDLE_FOR


def fill(manager: Manager) -> None:
    """Blank by blank, saved after each."""
    typed = dict.fromkeys(ANSWERS, "")
    for code, answer in list(ANSWERS.items())[:SAVES]:
        typed[code] = answer
        manager.save(typed)


STEPS: tuple[tuple[str, Callable[[Manager], None]], ...] = (
    ("open", lambda manager: manager.open(SLUG)),
    (f"{SAVES} autosaves", fill),
    ("prepare", lambda manager: manager.prepare(ANSWERS)),
    ("read", lambda manager: manager.read()),
    ("sign", lambda manager: manager.sign()),
    ("the page after it", lambda manager: manager.look_at_signed()),
)


# --- Told -----------------------------------------------------------------------------------------
def table(steps: Sequence[Step], found: Sequence[Act]) -> str:
    """CPU milliseconds by step and by act, and the goals."""
    lines = [f"{'served':24}{'cpu ms':>9}"]
    lines += [f"{step.name:24}{step.cpu * 1000:>9.1f}" for step in steps]
    lines.append(f"{'acts':24}{'cpu ms':>9}{'database':>10}{'statements':>12}")
    lines += [
        f"{act.name:24}{act.cpu * 1000:>9.1f}{act.database * 1000:>10.1f}{act.statements:>12.1f}"
        for act in found
    ]
    return "\n".join((*lines, *verdicts(steps, found)))


def verdicts(steps: Sequence[Step], found: Sequence[Act]) -> Iterator[str]:
    """Each goal, and what was reached."""
    by_name = {act.name: act for act in found}
    judged = {name: by_name[verdict].cpu for name, verdict in VERDICTS.items()}
    reached = {
        "journey": sum(step.cpu for step in steps),
        "prepare": by_name["prepare"].cpu,
        **{name: by_name[name].cpu - judged[name] for name in judged},
        "verdict": max(judged.values()),
    }
    for name, took in reached.items():
        apart = " without the verdict" if name in VERDICTS else ""
        goal = GOALS[name]
        met = "reached" if took <= goal else "MISSED"
        yield f"goal: {name}{apart} at most {goal * 1000:.0f} ms: {met} ({took * 1000:.1f})"
    for name, most in MAX_STATEMENTS.items():
        met = "reached" if by_name[name].statements <= most else "MISSED"
        yield f"goal: {name} at most {most} statements: {met} ({by_name[name].statements:.1f})"
    yield load_average()


def walk_served(var_dir: Path, count: int) -> list[Step]:
    from benchmarks import population
    from benchmarks.export import PASSWORD

    people = population.managers(count + 2, prefix="walk")
    with served(var_dir) as site:
        walking = [
            Manager(person.username, person.name, site.port, seed=seed)
            for seed, person in enumerate(people)
        ]
        for manager in walking:
            manager.sign_in(PASSWORD)
            manager.add_passkey(PASSWORD)
        for manager in walking[:2]:
            for _, take in STEPS:
                take(manager)
        return walk(site, walking[2:])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-n", type=int, default=20, help="people, and rounds of each act")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    with scratch() as var_dir:
        found = acts(options.n)
        steps = walk_served(var_dir, options.n)
    if options.json:
        print(json.dumps({"steps": [*map(asdict, steps)], "acts": [*map(asdict, found)]}))
    else:
        print(table(steps, found))


if __name__ == "__main__":
    main()
