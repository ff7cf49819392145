"""A pool whose jobs misbehave in many ways: `… pool_jobs SOCKET SIZE KEEP JOBS WALL`."""

import os
import signal
import sys
import time
from pathlib import Path

from pledges.forkserver import framing, pool
from pledges.forkserver.limits import MEGABYTE
from pledges.forkserver.worker import Task, WorkerLimits

MEMORY = 64 * MEGABYTE
_done = 0


def echo(*parts: bytes) -> bytes:
    return b"".join(parts)


def who() -> bytes:
    """This worker, and how many jobs it has done."""
    return f"{os.getpid()} {_done}".encode()


def pause(seconds: bytes) -> bytes:
    time.sleep(float(seconds))
    return who()


def touch(path: bytes) -> bytes:
    """A byte more in a file each time; then wait until the file `…go` is there."""
    with Path(path.decode()).open("ab") as file:
        file.write(b"x")
    while not Path(path.decode() + "go").exists():
        time.sleep(0.01)
    return b"done"


def note(path: bytes, name: bytes) -> None:
    with Path(path.decode()).open("ab") as file:
        file.write(name + b"\n")


def hang() -> None:
    time.sleep(3600)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    raise ValueError("of a library")


def eat() -> bytes:
    return bytes(MEMORY + MEGABYTE)


def nice() -> bytes:
    return str(os.nice(0)).encode()


def answer(request: bytes) -> bytes:
    global _done
    _done += 1
    header, parts = framing.unpack(request)
    return globals()[header["job"]](*parts) or b""


if __name__ == "__main__":
    path, size, keep, jobs, wall = sys.argv[1:]
    limits = WorkerLimits(wall=float(wall), memory=MEMORY, jobs=int(jobs))
    sys.exit(pool.serve(Path(path), Task(answer), limits, size=int(size), keep=float(keep)))
