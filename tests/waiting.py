"""Waiting for what other processes do, as long as a slow machine may need for it."""

import time
from collections.abc import Callable

SLOW_MACHINE = 240.0  # seconds
PAUSE = 0.05


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether it comes to pass."""
    deadline = time.monotonic() + SLOW_MACHINE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(PAUSE)
    return False
