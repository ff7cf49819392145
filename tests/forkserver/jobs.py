"""A fork server whose jobs misbehave in every way that limits are for: `… jobs SOCKET SECONDS`."""

import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pledges.forkserver import framing, sockets
from pledges.forkserver.child import MAX_ANSWER
from pledges.forkserver.limits import MEGABYTE, Limits
from pledges.forkserver.server import Server

LIMITS = Limits(cpu=1, memory=64 * MEGABYTE, wall=6.0)
AT_A_TIME = 2


def spin() -> None:
    while True:
        pass


def eat() -> None:
    kept = []
    while True:
        kept.append(bytearray(MEGABYTE))


def eat_little_by_little() -> None:
    kept = [0]
    while True:
        kept.append(len(kept))


def recurse() -> None:
    recurse()


def sleep() -> None:
    time.sleep(3600)


def spin_through_signals() -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    spin()


def sleep_through_signals() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    sleep()


def see_the_end_of_time() -> bytes:
    def end(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGXCPU, end)
    return _refused(spin)


def see_the_end_of_memory() -> bytes:
    try:
        return b"allowed" if bytearray(LIMITS.memory + MEGABYTE) else b""
    except MemoryError:
        return b"MemoryError"


def fail() -> None:
    raise ValueError("of a library")


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(1)


def say_too_much() -> bytes:
    return bytes(MAX_ANSWER + 1)


def _refused(attempt: Callable[[], object]) -> bytes:
    try:
        attempt()
    except (OSError, RuntimeError) as error:
        return type(error).__name__.encode()
    return b"allowed"


def open_file() -> bytes:
    return _refused(lambda: Path(__file__).read_bytes())


def write_file() -> bytes:
    return _refused(lambda: Path("/tmp/of-a-limited-child").write_bytes(b"x"))


def write_what_is_open() -> bytes:
    (request,) = _open_descriptors()
    return _refused(lambda: os.pwrite(request, b"x", 0))


def connect() -> bytes:
    return _refused(socket.socket)


def connect_in_place_of_an_open_one() -> bytes:
    os.close(0)
    return _refused(socket.socket)


def fork() -> bytes:
    return _refused(os.fork)


def begin_thread() -> bytes:
    return _refused(threading.Thread(target=print).start)


def lift_limits() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _open_descriptors() -> list[int]:
    return [n for n in range(3, 256) if _refused(lambda n=n: os.fstat(n)) == b"allowed"]


def open_descriptors() -> bytes:
    return str(len(_open_descriptors())).encode()


def who() -> bytes:
    return str(os.geteuid()).encode()


def answer(data: bytes) -> bytes:
    header, parts = framing.unpack(data)
    if header["job"] == "echo":
        return b"".join(parts)
    return globals()[header["job"]]() or b""


if __name__ == "__main__":
    path, wall = sys.argv[1:]
    limits = replace(LIMITS, wall=float(wall))
    Server(sockets.listen(Path(path)), answer, limits, AT_A_TIME).serve()
