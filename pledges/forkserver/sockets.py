"""The Unix socket of a fork server: at any path, however long, and for this account alone."""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from pledges.forkserver import Unavailable

WAITING = 128
"""Connections that the kernel holds while the server looks elsewhere."""


class AlreadyRunning(Exception):
    """Another server listens at that path."""


def listen(path: Path) -> socket.socket:
    """A socket that listens at `path`, in a folder that nobody else can enter.

    What a server before it left there is replaced. Raises AlreadyRunning, or OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    _hold(path.with_name(f"{path.name}.lock"))
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short(path) as address:
        listener.bind(address)
    path.chmod(0o600)
    listener.listen(WAITING)
    listener.setblocking(False)
    return listener


def connect(path: Path, timeout: float) -> socket.socket:
    """A connection to whoever listens at `path`; raises Unavailable."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        with _short(path) as address:
            connection.connect(address)
    except OSError as error:
        connection.close()
        raise Unavailable(str(error)) from error
    return connection


def _hold(lock: Path) -> None:
    """Hold `lock` until this process ends, however it ends."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise AlreadyRunning(f"another one runs already, which holds {lock}") from error


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """Another name of `path`: a socket's address holds 107 bytes, a folder's descriptor names it.

    A working folder would do the same, but it belongs to all threads of a process.
    """
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
