"""What the commands have in common that serve a socket: their environment, and their end."""

import os
import signal
import sys
from collections.abc import Set
from types import FrameType
from typing import Final, NoReturn

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


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(0)
