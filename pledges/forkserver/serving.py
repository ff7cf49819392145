"""What the commands have in common that serve a socket: their environment, signals, the end."""

import os
import signal
import sys
from collections.abc import Set
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from pledges.forkserver import sockets
from pledges.forkserver.pool import Pool
from pledges.forkserver.worker import Task, WorkerLimits

HARMLESS: Final = frozenset(
    {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
)


def drop_environment(kept_too: Set[str] = frozenset()) -> None:
    """Begin anew without the environment, where secrets are: a child's /proc shows it as well."""
    harmless = HARMLESS | kept_too
    if set(os.environ) <= harmless:
        return
    kept = {name: value for name, value in os.environ.items() if name in harmless}
    os.execve(sys.executable, sys.orig_argv, kept)


def end_on_signals() -> None:
    """SIGTERM and SIGINT end this process by way of whatever it has to clear away."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)


def serve_pool(path: Path, task: Task, limits: WorkerLimits, *, size: int, keep: float) -> int:
    """Serve a pool at `path` until a signal; gives the exit code of whoever cannot."""
    end_on_signals()
    try:
        listener = sockets.listen(path)
    except (OSError, sockets.AlreadyRunning) as error:
        print(f"The pool cannot listen at {path}: {error}", file=sys.stderr)
        return 1
    with listener:
        Pool(listener, task, limits, size=size, keep=keep).serve()
    return 0


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(0)
