"""A pool: a process without threads that hands jobs to workers, which live on from job to job.

For work that we ask for ourselves; what strangers wrote is for `server`, where each job has a
process of its own. A pool passes descriptors on and never reads what they hold. Who may ask is
settled by the socket's folder.
"""

import contextlib
import gc
import os
import selectors
import socket
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pledges.forkserver import serving, sockets
from pledges.forkserver.framing import (
    ASK,
    ASK_LATER,
    BUSY,
    DIED,
    DONE,
    HEAD,
    KEY_SIZE,
    PING,
    READY,
    TOO_COSTLY,
)
from pledges.forkserver.queueing import Full, Job, Queue
from pledges.forkserver.worker import Task, Worker, WorkerLimits

LISTENS_FOR: Final = 5.0
"""Seconds that a client has for its question."""
MAX_CLIENTS: Final = 128
LOOK_EVERY: Final = 5.0
"""Seconds between two looks at what nobody fetched."""
REST: Final = 1.0
"""Seconds before a worker is replaced that ended without having done a job."""


@dataclass(eq=False)
class _Client:
    connection: socket.socket
    deadline: float
    job: Job | None = None


class Pool:
    """Runs `task` in `size` workers; `keep`: see `queueing.Queue`."""

    def __init__(
        self,
        listener: socket.socket,
        task: Task,
        limits: WorkerLimits,
        *,
        size: int,
        keep: float = 0.0,
    ) -> None:
        self._listener, self._task, self._limits = listener, task, limits
        self._queue = Queue(keep)
        self._clients: set[_Client] = set()
        self._workers: dict[Worker, Job | None] = {}
        self._missing = [0.0] * size
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ, self._accept)

    def serve(self) -> None:
        """Serve until an exception; then end every worker."""
        gc.collect()
        gc.freeze()  # what every worker would otherwise copy to look through it
        try:
            while True:
                self._fill_up()
                self._hand_out()
                for key, _ in self._selector.select(self._patience()):
                    key.data()
                self._end_what_is_late()
        finally:
            for worker in self._workers:
                worker.kill()

    # --- Workers --------------------------------------------------------------------------------
    def _fill_up(self) -> None:
        for due in [each for each in self._missing if each <= time.monotonic()]:
            self._missing.remove(due)
            try:
                worker = Worker(self._task, self._limits)
            except OSError:  # the machine has nothing left just now
                self._missing.append(time.monotonic() + REST)
                return
            self._workers[worker] = None
            self._selector.register(worker, selectors.EVENT_READ, partial(self._hear, worker))

    def _hand_out(self) -> None:
        idle = [worker for worker, job in self._workers.items() if job is None]
        while idle:
            # Where there are several, the last one stays free for what is urgent.
            keep_free = len(idle) == 1 and len(self._workers) > 1
            job = self._queue.next(urgent_only=keep_free)
            if job is None:
                return
            worker = idle.pop()
            self._workers[worker] = job
            worker.begin(job.request)

    def _hear(self, worker: Worker) -> None:
        status, answer = worker.answer()
        job, self._workers[worker] = self._workers[worker], None
        if status is None or worker.is_worn:
            self._replace(worker, rest=REST if job is None else 0.0)
        if job is not None:
            self._finish(job, DIED if status is None else status, answer)

    def _replace(self, worker: Worker, *, rest: float = 0.0) -> None:
        del self._workers[worker]
        self._selector.unregister(worker)
        worker.kill()
        self._missing.append(time.monotonic() + rest)

    def _finish(self, job: Job, status: int, answer: int | None) -> None:
        clients: set[object] = set(job.clients)
        for client in [each for each in self._clients if each in clients]:
            self._answer(client, status, answer)
        if answer is not None and not clients:
            self._queue.keep(job, answer, time.monotonic())
            return
        job.answer = answer
        self._queue.forget(job)

    # --- Clients --------------------------------------------------------------------------------
    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # it went away meanwhile
            return
        if len(self._clients) >= MAX_CLIENTS:
            connection.close()
            return
        connection.setblocking(False)
        client = _Client(connection, time.monotonic() + LISTENS_FOR)
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, partial(self._listen, client))

    def _listen(self, client: _Client) -> None:
        if client not in self._clients:  # it left as its answer came: both heard in one look
            return
        try:
            said, descriptors, _, _ = socket.recv_fds(client.connection, 1 + KEY_SIZE, 1)
        except BlockingIOError:
            return
        except OSError:
            said, descriptors = b"", []
        try:
            word, key = said[:1], said[1:]
            known = word in (ASK, ASK_LATER) and len(key) == KEY_SIZE and len(descriptors) == 1
            if client.job is None and word == PING:
                self._answer(client, READY)
            elif client.job is None and known:
                self._take(client, key, descriptors[0], urgent=word == ASK)
            else:  # gone, or asking for something else
                self._drop(client)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _take(self, client: _Client, key: bytes, request: int, *, urgent: bool) -> None:
        try:
            job = self._queue.ask(key, request, urgent=urgent, now=time.monotonic())
        except (Full, OSError):
            self._answer(client, BUSY)
            return
        if job.answer is not None:
            self._answer(client, DONE, job.answer)
            self._queue.forget(job)
            return
        client.job, client.deadline = job, float("inf")
        job.clients.add(client)

    def _answer(self, client: _Client, status: int, answer: int | None = None) -> None:
        length = 0 if answer is None else os.fstat(answer).st_size
        # So few bytes always find room; who went away meanwhile misses nothing.
        with contextlib.suppress(OSError):
            sent = [] if answer is None else [answer]
            socket.send_fds(client.connection, [HEAD.pack(status, length)], sent)
        self._drop(client)

    def _drop(self, client: _Client) -> None:
        self._clients.discard(client)
        self._selector.unregister(client.connection)
        client.connection.close()
        if client.job is not None:
            self._queue.leave(client.job, client)

    # --- Time -----------------------------------------------------------------------------------
    def _patience(self) -> float:
        due = [worker.deadline for worker in self._workers] + self._missing
        due += [client.deadline for client in self._clients]
        return max(0.0, min([*due, time.monotonic() + LOOK_EVERY]) - time.monotonic())

    def _end_what_is_late(self) -> None:
        now = time.monotonic()
        for worker, job in list(self._workers.items()):
            if worker.deadline <= now and job is not None:
                self._replace(worker)
                self._finish(job, TOO_COSTLY, None)
        for client in [each for each in self._clients if each.deadline <= now]:
            self._drop(client)
        self._queue.clear_away(now)


def serve(path: Path, task: Task, limits: WorkerLimits, *, size: int, keep: float) -> int:
    """Serve a pool at `path` until a signal; gives the exit code of whoever cannot."""
    serving.end_on_signals()
    try:
        listener = sockets.listen(path)
    except (OSError, sockets.AlreadyRunning) as error:
        print(f"The pool cannot listen at {path}: {error}", file=sys.stderr)
        return 1
    with listener:
        Pool(listener, task, limits, size=size, keep=keep).serve()
    return 0
