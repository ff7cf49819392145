"""One worker of a pool: a forked process that does one job after the other, under limits."""

import contextlib
import logging
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn

from pledges.forkserver import memory
from pledges.forkserver.framing import DIED, DONE, TOO_COSTLY
from pledges.forkserver.limits import MEGABYTE, data_size, limit

BEGIN: Final = b"b"
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerLimits:
    """For each job `wall` seconds; `memory` in bytes on top of what a worker begins with; after
    `jobs` of them a fresh worker takes its place. `nice` is how far it lets others go first."""

    wall: float = 30.0
    memory: int = 400 * MEGABYTE
    jobs: int = 1000
    nice: int = 5


@dataclass(frozen=True)
class Task:
    """What workers do: `prepare` once, after the fork; `answer` for each request."""

    answer: Callable[[bytes], bytes]
    prepare: Callable[[], None] = lambda: None


class Worker:
    """As seen by the pool, which gives it requests and hears its answers."""

    def __init__(self, task: Task, limits: WorkerLimits) -> None:
        """Fork. Only for processes without threads: a lock that another one holds stays locked."""
        if len(os.listdir("/proc/self/task")) > 1:
            raise RuntimeError("a process with threads must not fork a worker")
        self._limits, self.jobs_done, self.deadline = limits, 0, float("inf")
        # Messages keep their boundaries, and the end of either side is heard by the other.
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Until the child has its own handlers back, a signal would run the parent's in it.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _live(task, limits, theirs)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        theirs.close()

    def fileno(self) -> int:
        """Readable as soon as it has an answer, or has ended."""
        return self._line.fileno()

    @property
    def is_worn(self) -> bool:
        """Whether it has done as many jobs as one may."""
        return self.jobs_done >= self._limits.jobs

    def begin(self, request: int) -> None:
        """Give it a request. If it has just ended, `answer` tells."""
        self.deadline = time.monotonic() + self._limits.wall
        with contextlib.suppress(OSError):
            socket.send_fds(self._line, [BEGIN], [request])

    def answer(self) -> tuple[int | None, int | None]:
        """A status and the descriptor of what the job gave; no status: the worker has ended."""
        self.deadline = float("inf")
        try:
            said, descriptors, _, _ = socket.recv_fds(self._line, 1, 1)
        except OSError:
            said, descriptors = b"", []
        self.jobs_done += 1
        return (said[0] if said else None), (descriptors[0] if descriptors else None)

    def kill(self) -> None:
        """End it now, whatever it does, and wait for its end."""
        self._line.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _live(task: Task, limits: WorkerLimits, line: socket.socket) -> NoReturn:
    try:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        _close_others(line.fileno())
        os.nice(limits.nice)
        limit(resource.RLIMIT_CORE, 0)  # a core holds what people promised, and keys
        limit(resource.RLIMIT_DATA, data_size() + limits.memory)
        task.prepare()
        while _do_one(task, line):
            pass
    except Exception:
        logger.exception("A worker cannot go on")
    finally:
        # Nothing of the parent's may run here: no handler, no flush of what it had buffered.
        os._exit(0)


def _do_one(task: Task, line: socket.socket) -> bool:
    """Do the next job; gives whether there may be more."""
    said, descriptors, _, _ = socket.recv_fds(line, 1, 1)
    if not said:
        return False  # the pool is gone
    (request,) = descriptors
    answers: list[int] = []
    try:
        answers = [memory.hold([task.answer(memory.read(request))], "answer")]
        status = DONE
    except (MemoryError, RecursionError):
        status = TOO_COSTLY
    except Exception:
        logger.exception("A job failed")
        status = DIED
    with contextlib.suppress(BrokenPipeError):  # the next look tells that the pool is gone
        socket.send_fds(line, [bytes([status])], answers)
    for descriptor in (request, *answers):
        os.close(descriptor)
    return status != TOO_COSTLY  # what it holds by now nobody knows


def _close_others(line: int) -> None:
    """The pool's connections, and what it reads from: clients must hear when the pool ends."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.closerange(3, line)
    os.closerange(line + 1, os.sysconf("SC_OPEN_MAX"))
