"""What a verdict costs: processor time and memory, for honest files of every kind and for bombs.

`python -m benchmarks.verify [-n 5] [--only WORD] [--json]`. Each file is judged in a fresh process,
by the function (whose imports are not counted), by the command (all of the process), and as for the
page, in a child process under limits (all of the child). A process that takes more than 30 s of the
processor, or 4 GB, is stopped there.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.pledge_files import Kept

LIMITED = Path(__file__).with_name("limited.py")
SECONDS, BYTES = 30, 4 * 1024**3
WITHOUT, WITH, IMPORTS = 0.1, 0.2, 0.5
"""The goals, in seconds of the processor: an honest file without timestamps and with them, and what
the command imports."""
MAX_RUN, MAX_PEAK = 2.0, 300.0
"""The goals for whatever is judged: seconds, and MiB."""


@dataclass(frozen=True)
class Cost:
    """Seconds of the processor, the highest resident memory in MiB, and what was said."""

    cpu: float
    peak: float
    said: str


@dataclass(frozen=True)
class Row:
    """One file, and what each way of judging it costs."""

    name: str
    honest: bool
    bytes: int
    costs: Mapping[str, Cost]


def verdict(kept: "Kept", rounds: int) -> Cost:
    """`judge` alone, after everything is imported; the mean of so many rounds."""
    command = [sys.executable, "-m", "benchmarks.verify", "--judge", "-n", str(rounds)]
    whole, told = _run([*command, *kept.options()])
    return Cost(**json.loads(told)) if told.startswith("{") else whole


def page(kept: "Kept", rounds: int) -> Cost:
    """A child of a process that has everything imported, as of the service behind the page."""
    command = [sys.executable, "-m", "benchmarks.verify", "--judge", "--limited"]
    whole, told = _run([*command, *kept.options()])
    return Cost(**json.loads(told)) if told.startswith("{") else whole


def command(kept: "Kept", rounds: int) -> Cost:
    """`python -m pledges.proof` from its start to its end."""
    done = [_run([sys.executable, "-m", "pledges.proof", "--json", *kept.options()])]
    while len(done) < rounds and not done[-1][0].said.startswith("killed"):
        done.append(_run([sys.executable, "-m", "pledges.proof", "--json", *kept.options()]))
    cpu = sum(whole.cpu for whole, _ in done) / len(done)
    whole, told = done[-1]
    return Cost(cpu, whole.peak, _outcome(json.loads(told)) if told.startswith("{") else whole.said)


WAYS: Mapping[str, Callable[["Kept", int], Cost]] = {
    "verdict": verdict,
    "command": command,
    "page": page,
}
"""The ways to a verdict that are measured."""


def _run(arguments: Sequence[str]) -> tuple[Cost, str]:
    """A process under limits: what it cost, and what it printed."""
    limited = [sys.executable, "-I", str(LIMITED), str(SECONDS), str(BYTES)]
    done = subprocess.run([*limited, *arguments], capture_output=True, text=True)
    found = json.loads(done.stderr.splitlines()[-1])
    code = found["code"]
    said = f"killed: {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
    return Cost(found["cpu"], found["peak"], said), done.stdout


def _judge(options: argparse.Namespace) -> None:
    """In the process of `verdict`."""
    from pledges.proof.judging import judge
    from pledges.proof.judging_service.limited import judge_limited
    from pledges.proof.keys.chains import from_pem
    from pledges.proof.keys.trust import Trust

    roots = tuple(from_pem(options.trust.read_bytes()))
    stamps = tuple(from_pem(options.tsa_trust.read_bytes())) if options.tsa_trust else ()
    trust, pdf, at = Trust(roots, (), stamps), options.judge_file.read_bytes(), datetime.now(UTC)
    if options.limited:
        found = judge_limited(pdf, trust=trust, at=at)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = used.ru_utime + used.ru_stime
    else:
        before = time.process_time()
        for _ in range(options.n):
            found = judge(pdf, trust=trust, at=at)
        cpu = (time.process_time() - before) / options.n
        used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / 1024
    failed = [{"passed": line.passed, "reason": line.reason} for line in found.lines]
    said = _outcome({"outcome": found.outcome, "lines": failed})
    print(json.dumps(asdict(Cost(cpu, peak, said))), flush=True)


def _outcome(found: Mapping[str, Any]) -> str:
    reasons = [line["reason"] for line in found["lines"] if line["passed"] is False]
    return ": ".join([str(found["outcome"]), *reasons])


def imports() -> Cost:
    """What the command costs before it looks at a file."""
    done = [_run([sys.executable, "-c", "import pledges.proof.__main__"])[0] for _ in range(5)]
    return Cost(min(each.cpu for each in done), done[0].peak, "")


def rows(folder: Path, rounds: int, only: str) -> Iterator[Row]:
    from benchmarks.pledge_files import honest_files, keep
    from tests.attacks.bombs import BOMBS
    from tests.attacks.honest import honest

    made = honest()
    for kept in honest_files(folder, made):
        if only in kept.name:
            yield _row(kept, True, rounds)
    for bomb in BOMBS:
        if only in bomb.name:
            by = made.stamped if bomb.base == "lta" else made.basic
            yield _row(keep(folder, bomb.name, bomb.make(made), by), False, 1)


def _row(kept: "Kept", honest: bool, rounds: int) -> Row:
    costs = {name: way(kept, rounds) for name, way in WAYS.items()}
    return Row(kept.name, honest, kept.file.stat().st_size, costs)


def line(row: Row) -> str:
    cells = "".join(f"{cost.cpu:>9.3f}{cost.peak:>8.0f}" for cost in row.costs.values())
    return f"{row.name:44}{row.bytes:>12,}{cells}  {row.costs['verdict'].said}"


def summary(all_rows: Sequence[Row], imported: Cost) -> str:
    """The goals, and what was reached."""
    honest = [row for row in all_rows if row.honest]
    stamped = [row.costs["verdict"].cpu for row in honest if "B-B" not in row.name]
    basic = [row.costs["verdict"].cpu for row in honest if "B-B" in row.name]
    every = [cost for row in all_rows for cost in row.costs.values()]
    found = [
        ("honest without timestamps, s", WITHOUT, max(basic, default=0)),
        ("honest with timestamps, s", WITH, max(stamped, default=0)),
        ("what the command imports, s", IMPORTS, imported.cpu),
        ("the worst of all, s", MAX_RUN, max((cost.cpu for cost in every), default=0)),
        ("the most memory, MiB", MAX_PEAK, max((cost.peak for cost in every), default=0)),
    ]
    return "\n".join(
        f"goal: {name} at most {goal}: {'reached' if took <= goal else 'MISSED'} ({took:.3f})"
        for name, goal, took in found
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-n", type=int, default=5, help="rounds for each honest file")
    parser.add_argument("--only", default="", help="files whose name has this word")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    # How a process of its own is told what to judge.
    parser.add_argument("--judge", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--limited", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("judge_file", nargs="?", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--trust", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--tsa-trust", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    options = _options()
    if options.judge:
        return _judge(options)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    imported, done = imports(), []
    if not options.json:
        print("".join(f"{name:>34}" for name in ("", *WAYS)), "(s, MiB)")
    with tempfile.TemporaryDirectory(prefix="shounuo-verify-") as folder:
        for row in rows(Path(folder), options.n, options.only):
            done.append(row)
            if not options.json:
                print(line(row), flush=True)
    if options.json:
        print(json.dumps({"imports": asdict(imported), "rows": [asdict(row) for row in done]}))
    else:
        print(summary(done, imported))


if __name__ == "__main__":
    main()
