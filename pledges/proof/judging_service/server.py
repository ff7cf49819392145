"""`python -m pledges.proof.judging_service.server SOCKET`: judges files for this machine.

It has no settings, no keys and no database, and passes nothing of its environment on: see
docs/decisions/judging-strangers-files.md.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from pledges.forkserver import sockets
from pledges.forkserver.server import Server

MAX_AT_A_TIME: Final = 2
HARMLESS: Final = frozenset(
    {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Listen and judge until a signal."""
    parser = argparse.ArgumentParser(
        prog="python -m pledges.proof.judging_service.server", description=__doc__
    )
    parser.add_argument("socket", metavar="SOCKET", type=Path)
    path = parser.parse_args(arguments).socket
    _drop_environment()
    from pledges.proof.judging_service import (
        limited,  # takes a second: once, in what the environment was left
    )

    # Files make libraries say many things: they belong into the verdict, not into a log.
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        listener = sockets.listen(path)
    except (OSError, sockets.AlreadyRunning) as error:
        print(f"The judging service cannot listen at {path}: {error}", file=sys.stderr)
        return 1
    with listener:
        Server(listener, limited.answer, limited.LIMITS, MAX_AT_A_TIME).serve()
    return 0


def _drop_environment() -> None:
    """Begin anew without the environment, where secrets are: a child's /proc shows it as well."""
    if set(os.environ) <= HARMLESS:
        return
    kept = {name: value for name, value in os.environ.items() if name in HARMLESS}
    os.execve(sys.executable, sys.orig_argv, kept)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
