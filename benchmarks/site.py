"""The site as people use it, served by `manage.py serve` from a data folder and port of its own."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parent.parent
READY_WITHIN, STOPS_WITHIN = 180.0, 120.0  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Site:
    """One installation, prepared in `var_dir` already; `settings` stand in its environment."""

    def __init__(self, var_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self.var_dir, self.port = var_dir, free_port()
        self.address = f"http://localhost:{self.port}"
        self.log = var_dir / "served.log"
        own = {"VAR_DIR": str(var_dir), "PORT": str(self.port), "PUBLIC_URL": self.address}
        own["TRUSTED_PROXIES"] = "1"  # browsers say where they come from
        self.environment = {**os.environ, **own, **(settings or {})}
        self._serving: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and return when `/healthz` answers. Raises RuntimeError with what was said."""
        with self.log.open("ab") as log:
            self._serving = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--no-demo"],
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_WITHIN
        while self.health() is None:
            if self._serving.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the site did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self._serving is not None:
            with contextlib.suppress(ProcessLookupError):
                self._serving.send_signal(signal.SIGTERM)
            self._serving.wait(STOPS_WITHIN)
        self._serving = None

    def health(self) -> int | None:
        """The status of `/healthz`; None where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def processes(self) -> list[psutil.Process]:
        """All that serve, each once: the supervisor and what it started, PostgreSQL and its."""
        tops = [self._serving.pid if self._serving else 0, self._postmaster()]
        found: dict[int, psutil.Process] = {}
        for pid in filter(None, tops):
            with contextlib.suppress(psutil.NoSuchProcess):
                top = psutil.Process(pid)
                found.update({each.pid: each for each in (top, *top.children(recursive=True))})
        return list(found.values())

    def _postmaster(self) -> int:
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int((self.var_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        return 0

    def named(self, *words: str) -> list[psutil.Process]:
        """The processes whose command line has all of these words, the oldest first."""
        return sorted(
            (each for each in self.processes() if _says(each, words)),
            key=lambda each: (each.create_time(), each.pid),
        )

    def kill_database(self) -> None:
        """`kill -9` of PostgreSQL itself; whoever keeps it starts it again."""
        os.kill(self._postmaster(), signal.SIGKILL)

    def cpu_seconds(self) -> float:
        """What all of them have used of the processor, those included that ended meanwhile.

        A process that ended is counted by the one that waited for it.
        """
        return sum(_used(each) for each in self.processes())


def _says(process: psutil.Process, words: tuple[str, ...]) -> bool:
    with contextlib.suppress(psutil.Error):
        line = " ".join(process.cmdline())
        return all(word in line for word in words)
    return False


def _used(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


@contextlib.contextmanager
def served(var_dir: Path, settings: Mapping[str, str] | None = None) -> Iterator[Site]:
    """The site while it is being served."""
    site = Site(var_dir, settings)
    try:
        site.start()
        yield site
    finally:
        site.stop()
