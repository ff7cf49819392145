"""`manage.py serve`, as people start and stop it, and as machines kill it."""

import csv
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks import memory
from tests.waiting import SLOW_MACHINE, eventually

# One site serves several tests, so they must run in one process.
pytestmark = pytest.mark.xdist_group("serve")

PROJECT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """One `manage.py serve` with a folder and a port of its own."""

    def __init__(self, var: Path, port: int) -> None:
        self.port = port
        environment = {**os.environ, "VAR_DIR": str(var), "PORT": str(port)}
        environment["WEB_CONCURRENCY"] = "1"
        for ours in ("DATABASE_URL", "JUDGING_SOCKET", "RENDERING_SOCKET", "SEALING_SOCKET"):
            environment.pop(ours, None)
        # A file: a pipe that nobody empties would stop the site once its log has filled it.
        self.complaints = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            text=True,
        )
        self.me = psutil.Process(self.process.pid)
        self.greeting = ""

    def wait_for_greeting(self) -> "Served":
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.greeting += line
            if "Ctrl-C" in line:
                return self
        raise AssertionError(self.finish()[1])

    def descendants(self) -> list[psutil.Process]:
        return self.me.children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        return next(one for one in self.me.children() if word in _command(one))

    def end(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        rest, said = self.finish()
        self.greeting += rest
        return self.process.returncode, said

    def finish(self) -> tuple[str, str]:
        """Wait for the end; gives what it printed since the last look, and its complaints."""
        out, _ = self.process.communicate(timeout=SLOW_MACHINE)
        self.complaints.seek(0)
        return out, self.complaints.read()


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def health(port: int) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    except OSError:
        return 0, {}
    finally:
        connection.close()


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the module's site."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def served(var: Path) -> Iterator[Served]:
    """One site for the module, because a start takes seconds; the last test to use it ends it."""
    running = Served(var, free_port()).wait_for_greeting()
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGINT)


def test_it_serves_and_tells_the_accounts(var: Path, served: Served) -> None:
    assert health(served.port) == (200, {"status": "ok"})
    with (var / "demo-accounts.csv").open(encoding="utf-8-sig") as file:
        accounts = list(csv.DictReader(file))
    assert accounts
    for account in accounts:
        assert account["username"] in served.greeting
        assert account["password"] in served.greeting
    assert f"http://localhost:{served.port}/" in served.greeting


def test_it_takes_little_memory(served: Served) -> None:
    """The supervisor holds nothing of what preparing took, and web processes share what they can.

    `python -m benchmarks.memory` measures the same, also after many pledges.
    """
    everything = [served.me, *served.descendants()]
    taken = [(memory.name_of(each), memory.pss(each.pid)) for each in everything]
    ours = [(name, size) for name, size in taken if name != memory.POSTGRESQL]
    largest = {name: max(size for kind, size in ours if kind == name) for name, _size in ours}
    for name in ("supervisor", "web worker"):
        assert largest[name] <= memory.GOALS[name], ours
    assert sum(size for _name, size in ours) <= memory.GOALS["idle in all"], ours


def test_secrets_are_closed_to_other_users(var: Path, served: Served) -> None:
    for name in ("secret-key", "demo-accounts.csv"):
        assert (var / name).stat().st_mode & 0o077 == 0


def test_a_second_one_on_the_same_folder_says_so(var: Path, served: Served) -> None:
    second = Served(var, free_port())
    out, said = second.finish()
    assert second.process.returncode == 1
    assert said.startswith(f"CommandError: Already being served from {var}")
    assert (said.count("\n"), out) == (1, "")
    assert health(served.port)[0] == 200


def test_a_busy_port_is_named(var: Path, served: Served, tmp_path: Path) -> None:
    refused = Served(tmp_path, served.port)
    _, said = refused.finish()
    assert refused.process.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{served.port}" in said
    assert said.count("\n") == 1


def test_it_publishes_checkpoints_of_its_ledger(var: Path, served: Served) -> None:
    assert served.child("publish_checkpoints").is_running()
    latest = var / "checkpoints" / "latest.note"
    assert eventually(latest.exists)
    assert latest.read_text("utf-8").splitlines()[0].endswith("/ledger")


def test_a_killed_background_worker_comes_back(served: Served) -> None:
    first = served.child("run_worker")
    first.kill()

    def is_back() -> bool:
        return any(
            "run_worker" in _command(one) and one.pid != first.pid for one in served.me.children()
        )

    assert eventually(is_back)


def test_a_killed_judging_service_comes_back(served: Served) -> None:
    first = served.child("pledges.proof.judging_service.server")
    first.kill()
    assert psutil.wait_procs([first], timeout=SLOW_MACHINE)[1] == []
    told = {"status": "ok", "warnings": {"judging": "the service does not answer"}}
    assert health(served.port) in ((200, told), (200, {"status": "ok"}))  # it may be quick
    assert eventually(lambda: health(served.port) == (200, {"status": "ok"}))
    assert served.child("pledges.proof.judging_service.server").pid != first.pid


def test_a_killed_database_comes_back_under_the_running_site(served: Served) -> None:
    def server() -> psutil.Process | None:
        found = [one for one in served.descendants() if "bin/postgres" in _command(one)]
        return found[0] if found else None

    killed = server()
    assert killed is not None
    killed.kill()
    assert eventually(lambda: server() not in (None, killed))
    assert eventually(lambda: health(served.port) == (200, {"status": "ok"}))


def test_ctrl_c_ends_all_of_it(served: Served) -> None:
    everything = served.descendants()
    assert len(everything) > 5
    code, _ = served.end(signal.SIGINT)
    assert (code, served.greeting.splitlines()[-1]) == (0, "Stopped.")
    assert psutil.wait_procs(everything, timeout=SLOW_MACHINE)[1] == []


def test_nothing_outlives_a_serve_that_was_killed_hard(tmp_path: Path) -> None:
    """In a folder of its own: the module's site may still be running when this one's turn comes."""
    served = Served(tmp_path / "var", free_port()).wait_for_greeting()
    everything = served.descendants()
    assert len(everything) > 5
    served.end(signal.SIGKILL)
    assert psutil.wait_procs(everything, timeout=SLOW_MACHINE)[1] == []
