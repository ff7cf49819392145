"""The server: a process without threads that forks a limited child for each job it is asked for.

It reads one byte and one descriptor from a client, and never what that descriptor holds; so neither
a slow client nor a hostile file can hold it up.
"""

import contextlib
import gc
import os
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pledges.forkserver import Died, TooCostly, memory
from pledges.forkserver.child import Child
from pledges.forkserver.framing import ASK, BUSY, DIED, DONE, HEAD, PING, READY, TOO_COSTLY
from pledges.forkserver.limits import Limits

LISTENS_FOR: Final = 5.0
"""Seconds that a client has for its question, and again for taking the answer."""
MAX_CLIENTS: Final = 64

Job = Callable[[bytes], bytes]


@dataclass(eq=False)
class _Client:
    """A connection: it asks, then waits for its child, then takes its answer."""

    connection: socket.socket
    deadline: float
    child: Child | None = None
    answer: memoryview = field(default_factory=lambda: memoryview(b""))


class Server:
    """Runs `job` on the bytes that clients send, at most `at_a_time` of them."""

    def __init__(self, listener: socket.socket, job: Job, limits: Limits, at_a_time: int) -> None:
        self._listener, self._job, self._limits = listener, job, limits
        self._at_a_time = at_a_time
        self._clients: set[_Client] = set()
        self._children: dict[Child, _Client] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ, self._accept)

    def serve(self) -> None:
        """Serve until an exception; then end every child."""
        gc.collect()
        gc.freeze()  # what every child would otherwise copy to look through it
        try:
            while True:
                for key, _ in self._selector.select(self._patience()):
                    key.data()
                self._end_what_is_late()
        finally:
            for child in self._children:
                child.kill()
                with contextlib.suppress(TooCostly, Died):
                    child.answer()

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
        try:
            word, descriptors, _, _ = socket.recv_fds(client.connection, 1, 1)
        except BlockingIOError:
            return
        except OSError:
            word, descriptors = b"", []
        try:
            if client.child is None and word == PING:
                self._answer(client, READY)
            elif client.child is None and word == ASK and len(descriptors) == 1:
                self._begin(client, descriptors[0])
            else:  # gone, or asking for something else
                self._drop(client)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _begin(self, client: _Client, request: int) -> None:
        if len(self._children) >= self._at_a_time:
            self._answer(client, BUSY)
        else:
            self._fork(client, request)

    def _fork(self, client: _Client, request: int) -> None:
        try:
            child = Child(partial(_do, self._job, request), self._limits, keep=request)
        except OSError:  # the machine has nothing left just now
            self._answer(client, BUSY)
            return
        client.child = child
        self._children[child] = client
        self._selector.register(child, selectors.EVENT_READ, partial(self._ended, child))

    def _ended(self, child: Child) -> None:
        self._selector.unregister(child)
        client = self._children.pop(child)
        try:
            status, answer = DONE, child.answer()
        except TooCostly:
            status, answer = TOO_COSTLY, b""
        except Died:
            status, answer = DIED, b""
        if client in self._clients:
            self._answer(client, status, answer)

    def _answer(self, client: _Client, status: int, answer: bytes = b"") -> None:
        client.deadline = time.monotonic() + LISTENS_FOR
        client.answer = memoryview(HEAD.pack(status, len(answer)) + answer)
        told = partial(self._tell, client)
        self._selector.modify(client.connection, selectors.EVENT_WRITE, told)

    def _tell(self, client: _Client) -> None:
        try:
            sent = client.connection.send(client.answer)
        except BlockingIOError:
            return
        except OSError:
            self._drop(client)
            return
        client.answer = client.answer[sent:]
        if not client.answer:
            self._drop(client)

    def _drop(self, client: _Client) -> None:
        """Forget a client; a child that works for nobody is ended."""
        self._clients.discard(client)
        self._selector.unregister(client.connection)
        client.connection.close()
        if client.child in self._children:
            client.child.kill()

    # --- Time -----------------------------------------------------------------------------------
    def _patience(self) -> float | None:
        waits = [client.deadline for client in self._clients if client.child not in self._children]
        deadlines = [*waits, *(child.deadline for child in self._children)]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _end_what_is_late(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.deadline <= now:
                child.kill()
        for client in [each for each in self._clients if each.child not in self._children]:
            if client.deadline <= now:
                self._drop(client)


def _do(job: Job, request: int) -> bytes:
    """In the child: read what was asked, and do it."""
    return job(memory.read(request))
