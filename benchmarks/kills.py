"""`python -m benchmarks.kills`: background workers killed amid their work, and what is there then.

In a scratch installation of its own, two and then four workers import people, launch a task, claim
its first notices, send them, close a task and issue its report, over and over. Each time one of
them is killed with SIGKILL, at a moment by chance within the work or with a mail in hand that the
server has taken; another one is started. Everything is counted afterwards: whatever is missing or
there twice is printed, and makes the command fail. Mails that came again are counted apart.
"""

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.installation import load_average, scratch
from benchmarks.load.neighbours import mail_server

if TYPE_CHECKING:
    from tests.counted_jobs import Stage

HEADS = ("workers", "killed amid", "times", "in the middle", "wrong", "mails", "again", "seconds")
WIDTHS = (8, 17, 6, 14, 6, 7, 6, 8)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-w", "--workers", type=int, nargs="+", default=[2, 4])
    parser.add_argument("-n", "--times", type=int, default=10, help="of each")
    parser.add_argument("-p", "--people", type=int, default=300)
    options = parser.parse_args()
    with scratch() as var_dir:
        return _run(var_dir, options)


def _run(var_dir: Path, options: argparse.Namespace) -> int:
    from pledges import audit
    from tests import baseline
    from tests.counted_jobs import Stage

    logging.disable(logging.WARNING)
    baseline.wipe()
    baseline.load()
    stage = Stage(options.people)
    print(f"{options.people} people; {load_average()}")
    _print(*HEADS)
    wrong: list[str] = []
    for count in options.workers:
        wrong += _kill_among(count, stage, options.times, var_dir / "workers.log")
    wrong += [str(each) for each in audit.verify()]
    print(*wrong or ["Nothing is missing, nothing is there twice."], sep="\n")
    return int(bool(wrong))


def _kill_among(count: int, stage: "Stage", times: int, log: Path) -> list[str]:
    """One line for each job, and what was wrong in any of them."""
    from tests.counted_jobs import JOBS
    from tests.crews import Crew
    from tests.killing import Killing
    from tests.mail_servers import settings_for

    pools = {"RENDERING_SOCKET": "none", "SEALING_SOCKET": "none"}
    wrong = []
    with mail_server() as mail, Crew(count, log, **pools, **settings_for(mail.port)) as crew:
        killing = Killing(crew, mail)
        for job in JOBS:
            done = [killing.amid(job(stage)) for _time in range(times)]
            found = [f"{count} workers, {job.name}: {each}" for one in done for each in one.wrong]
            wrong += found
            _print(
                *(count, job.name, times, sum(each.amid for each in done), len(found)),
                *(sum(each.mails for each in done), sum(each.repeated for each in done)),
                f"{max(each.seconds for each in done):.1f}",
            )
    return wrong


def _print(*cells: object) -> None:
    line = zip(cells, WIDTHS, strict=True)
    print("".join(f"{cell!s:>{width}}" for cell, width in line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
