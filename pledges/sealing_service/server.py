"""`python -m pledges.sealing_service.server SOCKET`: signs, seals and judges for this machine.

It has the site's settings, and opens the keys in its workers, never before they are forked: see
docs/decisions/rendering-and-sealing-apart.md. It opens no connection to the database.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django

from pledges.forkserver import pool
from pledges.forkserver.worker import Task, WorkerLimits


def main(arguments: Sequence[str] | None = None) -> int:
    """Listen, and do what is asked for, until a signal."""
    parser = argparse.ArgumentParser(
        prog="python -m pledges.sealing_service.server", description=__doc__
    )
    parser.add_argument("socket", metavar="SOCKET", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from pledges.sealing_service import jobs, limits

    task = Task(jobs.answer, prepare=open_keys)
    bounds = WorkerLimits(wall=limits.longest())
    return pool.serve(given.socket, task, bounds, size=given.workers, keep=0.0)


def open_keys() -> None:
    """Open the keys before the first request: that is slow on purpose."""
    from pledges import keyring
    from pledges.core.seal_refusals import KeysUnusable

    with contextlib.suppress(KeysUnusable):  # whoever asks is told
        keyring.store()


if __name__ == "__main__":
    sys.exit(main())
