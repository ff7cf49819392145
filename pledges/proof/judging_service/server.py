"""`python -m pledges.proof.judging_service.server SOCKET`: judges files for this machine.

It has no settings, no keys and no database, and passes nothing of its environment on: see
docs/decisions/judging-strangers-files.md.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pledges.forkserver import serving, sockets
from pledges.forkserver.server import Server

MAX_AT_A_TIME: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Listen and judge until a signal."""
    parser = argparse.ArgumentParser(
        prog="python -m pledges.proof.judging_service.server", description=__doc__
    )
    parser.add_argument("socket", metavar="SOCKET", type=Path)
    path = parser.parse_args(arguments).socket
    serving.drop_environment()
    from pledges.proof.judging_service import (
        limited,  # takes a second: once, in what the environment was left
    )

    # Files make libraries say many things: they belong into the verdict, not into a log.
    logging.disable(logging.CRITICAL)
    serving.end_on_signals()
    try:
        listener = sockets.listen(path)
    except (OSError, sockets.AlreadyRunning) as error:
        print(f"The judging service cannot listen at {path}: {error}", file=sys.stderr)
        return 1
    with listener:
        Server(listener, limited.answer, limited.LIMITS, MAX_AT_A_TIME).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
