"""One job in a forked child under limits, and what became of it."""

import contextlib
import mmap
import os
import select
import signal
import struct
import time
from collections.abc import Callable
from typing import Final, NoReturn

from pledges.forkserver import Died, TooCostly
from pledges.forkserver.limits import MEGABYTE, Limits

MAX_ANSWER: Final = 16 * MEGABYTE
LENGTH: Final = struct.Struct("!Q")
TOO_COSTLY, FAILED = 3, 4  # exit codes
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
COSTLY_SIGNALS: Final = frozenset({-signal.SIGXCPU, -signal.SIGALRM})

Job = Callable[[], bytes]


class Child:
    """A child at work. Its answer comes through memory shared with it, so it needs no pipe."""

    def __init__(self, job: Job, limits: Limits, *, keep: int | None = None) -> None:
        """Fork; the child keeps of all open descriptors none but `keep`.

        Only for processes without threads: a lock that another one holds is never let go there.
        """
        if len(os.listdir("/proc/self/task")) > 1:
            raise RuntimeError("a process with threads must not fork a limited child")
        self._shared = mmap.mmap(-1, LENGTH.size + MAX_ANSWER)
        self._limits, self._late = limits, False
        self.deadline = time.monotonic() + limits.wall
        # Until the child has its own handlers back, a signal would run the parent's in it.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            self._pid = os.fork()
            if self._pid == 0:
                _work(job, limits, keep, self._shared)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        self._descriptor = os.pidfd_open(self._pid)

    def fileno(self) -> int:
        """Readable as soon as the child has ended."""
        return self._descriptor

    def kill(self) -> None:
        """End it now; for whoever waits it was too costly."""
        self._late = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def answer(self) -> bytes:
        """What the job gave, once the child has ended; raises TooCostly or Died."""
        os.close(self._descriptor)
        _, status, used = os.wait4(self._pid, 0)
        code = os.waitstatus_to_exitcode(status)
        with self._shared as shared:
            if code == 0:
                (length,) = LENGTH.unpack(shared[: LENGTH.size])
                return shared[LENGTH.size : LENGTH.size + min(length, MAX_ANSWER)]
        # Who ignores the signal is killed by the kernel a second later, as by anybody else.
        spent = used.ru_utime + used.ru_stime >= self._limits.cpu
        if self._late or spent or code == TOO_COSTLY or code in COSTLY_SIGNALS:
            raise TooCostly(f"exit code {code}")
        raise Died(f"exit code {code}")


def run(job: Job, limits: Limits) -> bytes:
    """The answer of `job`, run in a limited child; raises TooCostly or Died."""
    child = Child(job, limits)
    try:
        if not select.select([child], [], [], limits.wall)[0]:
            child.kill()
    except BaseException:  # Ctrl-C, above all: leave no child behind
        child.kill()
        with contextlib.suppress(TooCostly, Died):
            child.answer()
        raise
    return child.answer()


def _work(job: Job, limits: Limits, keep: int | None, shared: mmap.mmap) -> NoReturn:
    code = FAILED
    try:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        _close_all_but(keep)
        limits.bind()
        answer = job()
        if len(answer) <= MAX_ANSWER:
            shared[LENGTH.size : LENGTH.size + len(answer)] = answer
            shared[: LENGTH.size] = LENGTH.pack(len(answer))
            code = 0
    except (MemoryError, RecursionError):
        code = TOO_COSTLY
    finally:
        # Nothing of the parent's may run here: no handler, no flush of what it had buffered.
        os._exit(code)


def _close_all_but(keep: int | None) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    highest = os.sysconf("SC_OPEN_MAX")
    if keep is None:
        os.closerange(3, highest)
    else:
        os.closerange(3, keep)
        os.closerange(keep + 1, highest)
