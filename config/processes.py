"""Child processes that live and die together: started, watched, restarted, stopped as one."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType

LOOK_EVERY = 0.2  # seconds
MIN_REST = 1.0  # before the first restart; doubled at each further one
MAX_REST = 30.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)
SETTLED_AFTER = 60.0  # a child that lived this long starts its rests anew
STOPS_WITHIN = 40.0  # longer than the web server waits for its requests to end


class CannotStart(Exception):
    """A child that everything depends on ended before it was ready; `code` is its exit code."""

    def __init__(self, name: str, code: int) -> None:
        super().__init__(f"The {name} ended with code {code} before it was ready.")
        self.code = code


class Stopped(Exception):
    """Somebody asked for the end, by Ctrl-C or a signal."""


@dataclass
class Child:
    """One child process and how often it had to be started."""

    name: str
    arguments: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    rest: float = MIN_REST
    started_at: float = field(default=0.0)
    start_at: float = field(default=0.0)

    def start(self) -> None:
        # The kernel passes our own death on to the child, kill -9 included, where it can; and a
        # session of its own keeps Ctrl-C at the terminal from reaching it before we pass it on.
        wrapper = ["setpriv", "--pdeathsig=TERM", "--"] if shutil.which("setpriv") else []
        self.process = subprocess.Popen(
            [*wrapper, *self.arguments],
            # Else threads would each have a heap of their own, and give little of it back.
            env={"MALLOC_ARENA_MAX": "2", **os.environ},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started_at = time.monotonic()

    def exit_code(self) -> int | None:
        return self.process.poll() if self.process is not None else None

    def note_death(self, now: float) -> None:
        settled = now - self.started_at > SETTLED_AFTER
        self.rest = MIN_REST if settled else min(self.rest * 2, MAX_REST)
        self.start_at = now + self.rest
        self.process = None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def make_stop(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Within, SIGINT and SIGTERM raise Stopped, once; a second one does not disturb the ending."""

    def stop(number: int, frame: FrameType | None) -> None:
        for signal_number in SIGNALS:
            signal.signal(signal_number, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def start_until_ready(child: Child, is_ready: Callable[[], bool], within: float) -> None:
    """Start `child` and wait; raises CannotStart when it ends, or is not ready in time."""
    child.start()
    wait_until_ready(child, is_ready, within)


def wait_until_ready(child: Child, is_ready: Callable[[], bool], within: float) -> None:
    """Wait for a child that was started; raises CannotStart likewise."""
    deadline = time.monotonic() + within
    while not is_ready():
        code = child.exit_code()
        if code is not None or time.monotonic() > deadline:
            raise CannotStart(child.name, 1 if code is None else code)
        time.sleep(LOOK_EVERY / 2)


def watch(children: Sequence[Child], tell: Callable[[str], None]) -> None:
    """Restart whichever child dies, with growing rests between; returns only by an exception."""
    while True:
        now = time.monotonic()
        for child in children:
            code = child.exit_code()
            if code is not None:
                child.note_death(now)
                tell(f"The {child.name} ended with code {code}; again in {child.rest:.0f} s.")
            elif child.process is None and now >= child.start_at:
                child.start()
        time.sleep(LOOK_EVERY)


def stop(children: Sequence[Child]) -> None:
    """Ask every child to end, give them time for what they are doing, then insist."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + STOPS_WITHIN
    for child in children:
        child.make_stop(deadline)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
