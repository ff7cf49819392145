"""Asking a fork server or a pool on this machine: one connection for each job."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pledges.forkserver import (
    Busy,
    Died,
    TooCostly,
    Unanswered,
    Unavailable,
    Unfinished,
    memory,
    sockets,
)
from pledges.forkserver.framing import (
    ASK,
    ASK_LATER,
    BUSY,
    DIED,
    DONE,
    HEAD,
    PING,
    READY,
    TOO_COSTLY,
)

UNANSWERED: Final[dict[int, type[Unanswered]]] = {BUSY: Busy, TOO_COSTLY: TooCostly, DIED: Died}
AT_ONCE: Final = 2.0
"""Seconds within which a server says that it is there."""


def ask(path: Path, request: Sequence[bytes], *, within: float) -> bytes:
    """The answer to `request`, its pieces one after the other; raises Unanswered.

    The bytes go over in memory that the server's child maps, never in the server itself. `within`
    must be longer than a job may take there.
    """
    with sockets.connect(path, within) as connection:
        held = memory.hold(request)
        try:
            return _exchange(connection, ASK, held)
        finally:
            os.close(held)


def ask_pool(
    path: Path, request: Sequence[bytes], *, key: bytes, urgent: bool, within: float
) -> bytes:
    """The answer of the pool at `path`; raises Unanswered, Unfinished after `within` seconds.

    Who asks again with the same `key` finds the work that was begun, if the pool keeps answers.
    """
    with sockets.connect(path, within) as connection:
        held = memory.hold(request)
        descriptors: list[int] = []
        try:
            word = ASK if urgent else ASK_LATER
            socket.send_fds(connection, [word + key], [held])
            head, descriptors, _, _ = socket.recv_fds(connection, HEAD.size, 1)
            if len(head) < HEAD.size:
                raise Unavailable("the pool went away")
            status, _length = HEAD.unpack(head)
            if status != DONE or not descriptors:  # one side may have no descriptor left
                raise UNANSWERED.get(status, Died)(f"status {status}")
            return memory.read(descriptors[0])
        except TimeoutError as error:
            raise Unfinished(f"not within {within} s") from error
        except OSError as error:
            raise Unavailable(str(error)) from error
        finally:
            for descriptor in (held, *descriptors):
                os.close(descriptor)


def is_answering(path: Path) -> bool:
    """Whether a server is there; that it is busy does not matter."""
    try:
        with sockets.connect(path, AT_ONCE) as connection:
            _exchange(connection, PING)
    except Unanswered:
        return False
    return True


def _exchange(connection: socket.socket, word: bytes, *descriptors: int) -> bytes:
    try:
        socket.send_fds(connection, [word], descriptors)
        with connection.makefile("rb") as answers:
            head = answers.read(HEAD.size)
            if len(head) < HEAD.size:
                raise Unavailable("the server went away")
            status, length = HEAD.unpack(head)
            answer = answers.read(length)
    except OSError as error:  # a timeout too
        raise Unavailable(str(error)) from error
    if status not in (DONE, READY):
        raise UNANSWERED.get(status, Died)(f"status {status}")
    if len(answer) < length:
        raise Unavailable("the server went away")
    return answer
