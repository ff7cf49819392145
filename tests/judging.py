"""The judging service of a test run: the real one, started as an installation starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from pledges.forkserver import sockets
from pledges.forkserver.client import is_answering
from pledges.forkserver.framing import ASK
from pledges.proof.judging_service import limited
from pledges.proof.keys.trust import Trust

ROOT = Path(__file__).parent.parent
SLOW_MACHINE = 60.0  # seconds


class Service:
    """A judging service at `path`, in a process of its own."""

    def __init__(
        self, path: Path, module: str = "pledges.proof.judging_service.server", **surroundings: str
    ) -> None:
        self.path = path
        command = [sys.executable, "-m", module, str(path)]
        environment = {**os.environ, **surroundings}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        self.wait_until(lambda: is_answering(path))

    @contextmanager
    def holding(self, pdf: bytes) -> Iterator[None]:
        """Within, `pdf` is being judged for somebody; it is let go at the end."""
        before = len(self.children())
        request = limited.request(pdf, trust=Trust(()), at=datetime.now(UTC), proof=None)
        memory = os.memfd_create("request")
        os.write(memory, b"".join(request))
        with sockets.connect(self.path, SLOW_MACHINE) as connection:
            socket.send_fds(connection, [ASK], [memory])
            os.close(memory)
            self.wait_until(lambda: len(self.children()) > before)
            yield
        self.wait_until(lambda: len(self.children()) == before)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SLOW_MACHINE
        while not condition():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the judging service does not do what was expected")
            time.sleep(0.02)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(SLOW_MACHINE)


@pytest.fixture(scope="session")
def judging_service() -> Iterator[Service]:
    """The service that the settings of this run name."""
    service = Service(settings.JUDGING_SOCKET)
    yield service
    service.end()
