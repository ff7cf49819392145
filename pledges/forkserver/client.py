"""Asking a fork server on this machine: one connection for each job."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pledges.forkserver import Busy, Died, TooCostly, Unanswered, Unavailable, sockets
from pledges.forkserver.framing import ASK, BUSY, DIED, DONE, HEAD, PING, READY, TOO_COSTLY

UNANSWERED: Final[dict[int, type[Unanswered]]] = {BUSY: Busy, TOO_COSTLY: TooCostly, DIED: Died}
AT_ONCE: Final = 2.0
"""Seconds within which a server says that it is there."""


def ask(path: Path, request: Sequence[bytes], *, within: float) -> bytes:
    """The answer to `request`, its pieces one after the other; raises Unanswered.

    The bytes go over in memory that the server's child maps, never in the server itself. `within`
    must be longer than a job may take there.
    """
    with sockets.connect(path, within) as connection:
        memory = os.memfd_create("request", os.MFD_CLOEXEC)
        try:
            with open(memory, "wb", closefd=False) as file:
                file.writelines(request)
            return _exchange(connection, ASK, memory)
        finally:
            os.close(memory)


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
