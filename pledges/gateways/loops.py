"""Running pyHanko's coroutines from code that knows no event loop."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class _NoSelector:
    """Waits for other threads, and for nothing else: there is no descriptor to be watched."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def wake(self) -> None:
        self._woken.set()

    def select(self, timeout: float | None) -> list[Any]:
        self._woken.wait(timeout)
        self._woken.clear()
        return []


class _Loop(asyncio.BaseEventLoop):
    """An event loop for coroutines that compute, or that wait for what a thread does.

    The usual one opens three descriptors, which a process that judges strangers' files may not.
    """

    def __init__(self) -> None:
        super().__init__()
        self._selector = _NoSelector()

    def _process_events(self, events: list[Any]) -> None:
        """Nothing is watched, so nothing happens to it."""

    def _write_to_self(self) -> None:
        self._selector.wake()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run `work` to its end, in a thread of its own where the caller's has a loop already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(work)
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_run, work).result()


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)
