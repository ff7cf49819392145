"""A fork server whose jobs misbehave in every way that its limits are for: `… jobs SOCKET`."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
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


def ignore_the_alarm() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    spin()


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


def connect() -> bytes:
    return _refused(socket.socket)


def connect_in_place_of_an_open_one() -> bytes:
    os.close(0)
    return _refused(socket.socket)


def fork() -> bytes:
    return _refused(os.fork)


def begin_thread() -> bytes:
    return _refused(threading.Thread(target=print).start)


def lift_limits() -> bytes:
    import resource

    high = (64, 64)
    return _refused(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, high)).replace(
        b"ValueError", b"refused"
    )


def open_descriptors() -> bytes:
    found = [n for n in range(256) if _refused(lambda n=n: os.fstat(n)) == b"allowed"]
    return repr([n for n in found if n > 2]).encode()


def who() -> bytes:
    return str(os.geteuid()).encode()


def answer(data: bytes) -> bytes:
    header, parts = framing.unpack(data)
    if header["job"] == "echo":
        return b"".join(parts)
    return globals()[header["job"]]() or b""


if __name__ == "__main__":
    Server(sockets.listen(Path(sys.argv[1])), answer, LIMITS, AT_A_TIME).serve()
