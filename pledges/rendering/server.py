"""`python -m pledges.rendering.server SOCKET`: renders documents for this machine.

It has no settings, no keys and no database, and passes nothing of its environment on: see
docs/decisions/rendering-and-sealing-apart.md.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pledges import crash_points
from pledges.core.log_lines import EscapingFormatter
from pledges.forkserver import pool, serving
from pledges.forkserver.worker import Task, WorkerLimits

LIMITS: Final = WorkerLimits(wall=30.0)
KEEP: Final = 60.0
"""Seconds that a document waits for the page that will ask again."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Listen and render until a signal."""
    parser = argparse.ArgumentParser(prog="python -m pledges.rendering.server", description=__doc__)
    parser.add_argument("socket", metavar="SOCKET", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)
    serving.drop_environment({crash_points.VARIABLE})
    from pledges.rendering import jobs  # takes a second: once, for all workers

    _log_as_the_site_does()
    task = Task(jobs.answer, prepare=jobs.warm)
    return pool.serve(given.socket, task, LIMITS, size=given.workers, keep=KEEP)


def _log_as_the_site_does() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(EscapingFormatter("{asctime} {levelname} {name} {message}", style="{"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    for talkative in ("weasyprint", "fontTools"):
        logging.getLogger(talkative).setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
