"""What a child process may use, and how it binds itself to that."""

import os
import resource
import signal
from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1024 * 1024
NOBODY: Final = 65534
GRACE: Final = 5.0
"""Seconds after which a child ends itself if its parent, who should have ended it, is gone."""


@dataclass(frozen=True)
class Limits:
    """`memory` is in bytes, on top of what the child begins with; the times are in seconds."""

    cpu: int = 10
    memory: int = 300 * MEGABYTE
    wall: float = 20.0

    def bind(self) -> None:
        """Bind this process for the rest of its life. It opens, forks and writes nothing more.

        What it has open stays usable. A superuser could lift limits again, so it stops being one.
        """
        data = data_size() + self.memory
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        os.nice(5)  # whoever waits for a page comes first
        signal.setitimer(signal.ITIMER_REAL, self.wall + GRACE)
        limit(resource.RLIMIT_CPU, self.cpu, self.cpu + 1)  # at the first SIGXCPU ends it
        limit(resource.RLIMIT_DATA, data)
        for nothing in (
            resource.RLIMIT_FSIZE,
            resource.RLIMIT_CORE,
            resource.RLIMIT_NPROC,
            resource.RLIMIT_NOFILE,
        ):
            limit(nothing, 0)


def limit(what: int, soft: int, hard: int | None = None) -> None:
    """Limit this process, within what it is limited to already."""
    highest = resource.getrlimit(what)[1]
    wanted = (soft, soft if hard is None else hard)
    if highest != resource.RLIM_INFINITY:
        wanted = (min(wanted[0], highest), min(wanted[1], highest))
    resource.setrlimit(what, wanted)


def data_size() -> int:
    """What counts against RLIMIT_DATA of this process so far, in bytes."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        line = next(line for line in status if line.startswith("VmData:"))
    return int(line.split()[1]) * 1024
