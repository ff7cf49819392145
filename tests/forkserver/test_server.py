"""The fork server with real processes: what a job may do, what ends it, and whom it disturbs."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.forkserver import Busy, Died, TooCostly, Unavailable, framing, sockets
from pledges.forkserver.client import ask, is_answering
from pledges.forkserver.framing import ASK, PING
from pledges.forkserver.limits import NOBODY
from tests.forkserver.jobs import AT_A_TIME, LIMITS
from tests.waiting import SLOW_MACHINE, eventually

PROJECT = Path(__file__).parent.parent.parent


class Running:
    """A server of `tests.forkserver.jobs`."""

    def __init__(self, path: Path, wall: float = LIMITS.wall) -> None:
        self.path = path
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.forkserver.jobs", str(path), str(wall)], cwd=PROJECT
        )
        assert eventually(lambda: is_answering(path))

    def do(self, job: str, *parts: bytes) -> bytes:
        return ask(self.path, framing.pack({"job": job}, *parts), within=SLOW_MACHINE)

    def begin(self, job: str) -> socket.socket:
        """A connection over which `job` was asked for; nobody waits for the answer."""
        before = len(self.children())
        connection = sockets.connect(self.path, SLOW_MACHINE)
        memory = os.memfd_create("request")
        os.write(memory, b"".join(framing.pack({"job": job})))
        socket.send_fds(connection, [ASK], [memory])
        os.close(memory)
        assert eventually(lambda: len(self.children()) > before)
        return connection

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def end(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.wait(SLOW_MACHINE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("served") / "socket")
    yield running
    running.end()


def test_a_job_gets_what_was_sent_and_its_answer_comes_back(server: Running) -> None:
    parts = (os.urandom(5_000_000), b"", "承诺".encode())
    assert server.do("echo", *parts) == b"".join(parts)


@pytest.mark.parametrize(
    "job",
    [
        *("spin", "spin_through_signals", "sleep", "sleep_through_signals"),
        *("eat", "eat_little_by_little", "recurse"),
    ],
)
def test_what_exceeds_a_limit_is_too_costly(server: Running, job: str) -> None:
    with pytest.raises(TooCostly):
        server.do(job)
    assert server.do("echo", b"still there") == b"still there"


@pytest.mark.parametrize("job", ["fail", "crash", "leave", "say_too_much"])
def test_what_ends_in_another_way_has_died(server: Running, job: str) -> None:
    with pytest.raises(Died):
        server.do(job)
    assert server.do("echo", b"still there") == b"still there"


def test_a_job_that_somebody_else_kills_has_died(server: Running) -> None:
    with server.begin("sleep") as connection:
        (child,) = server.children()
        child.kill()
        status, _ = framing.HEAD.unpack(connection.recv(framing.HEAD.size, socket.MSG_WAITALL))
    assert status == framing.DIED


@pytest.mark.parametrize(
    ("attempt", "refused"),
    [
        ("open_file", b"OSError"),
        ("write_file", b"OSError"),
        ("write_what_is_open", b"OSError"),
        ("connect", b"OSError"),
        ("connect_in_place_of_an_open_one", b"OSError"),
        ("fork", b"BlockingIOError"),
        ("begin_thread", b"RuntimeError"),
        ("see_the_end_of_time", b"TimeoutError"),
        ("see_the_end_of_memory", b"MemoryError"),
    ],
)
def test_a_job_gets_no_file_socket_process_or_thread_and_not_all_it_wants(
    server: Running, attempt: str, refused: bytes
) -> None:
    assert server.do(attempt) == refused


def test_a_job_cannot_lift_its_limits(server: Running) -> None:
    with pytest.raises(Died):  # ValueError: not allowed to raise maximum limit
        server.do("lift_limits")


def test_a_job_has_no_descriptor_but_its_request(server: Running) -> None:
    assert server.do("open_descriptors") == b"1"


def test_a_job_is_no_superuser(server: Running) -> None:
    assert int(server.do("who")) == (os.geteuid() or NOBODY)


def test_no_more_than_so_many_at_a_time_and_a_place_that_is_left_is_free(tmp_path: Path) -> None:
    server = Running(tmp_path / "socket", wall=10 * SLOW_MACHINE)
    waiting = [server.begin("sleep") for _ in range(AT_A_TIME)]
    with pytest.raises(Busy):
        server.do("echo")
    assert is_answering(server.path)
    for connection in waiting:
        connection.close()
    assert eventually(lambda: server.children() == [])  # ended long before their time, and reaped
    assert server.do("echo", b"again") == b"again"
    server.end()


def test_silent_rude_and_odd_clients_disturb_nobody(server: Running) -> None:
    silent = [sockets.connect(server.path, 5) for _ in range(5)]
    gone = sockets.connect(server.path, 5)
    gone.close()
    reading, writing = os.pipe()
    for words, descriptors in ((b"GET /", []), (ASK, []), (ASK, [reading]), (PING * 9, [])):
        with sockets.connect(server.path, 5) as odd:
            socket.send_fds(odd, [words], descriptors)
            odd.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                odd.recv(1)
    os.close(reading)
    os.close(writing)
    assert server.do("echo", b"undisturbed") == b"undisturbed"
    for connection in silent:
        connection.close()


def test_nobody_there_is_said() -> None:
    with pytest.raises(Unavailable):
        ask(Path("/nowhere/at/all"), [b""], within=1)
    assert not is_answering(Path("/nowhere/at/all"))


# --- The socket -----------------------------------------------------------------------------------
@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Longer than a socket's address may be, and with a blank in it."""
    return tmp_path / ("a long name " * 15) / "in" / "socket"


@pytest.fixture
def own(path: Path) -> Iterator[Running]:
    running = Running(path)
    yield running
    if running.process.poll() is None:
        running.end()


def test_any_path_will_do_and_nobody_else_gets_in(own: Running) -> None:
    assert own.do("echo", b"there") == b"there"
    assert own.path.stat().st_mode & 0o777 == 0o600
    assert own.path.parent.stat().st_mode & 0o777 == 0o700


def test_there_is_one_server_at_a_path(own: Running) -> None:
    with pytest.raises(sockets.AlreadyRunning, match="another one runs already"):
        sockets.listen(own.path)
    assert own.do("echo", b"the first") == b"the first"


def test_another_takes_the_place_of_one_that_was_killed_at_work(own: Running) -> None:
    with own.begin("spin") as connection:
        (orphan,) = own.children()
        own.end(signal.SIGKILL)
        assert connection.recv(1) == b""
    successor = Running(own.path)
    assert successor.do("echo", b"the second") == b"the second"
    successor.end()
    assert eventually(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE)


# --- The layout of a request ----------------------------------------------------------------------
@given(st.lists(st.binary(max_size=50), max_size=5), st.text())
def test_what_was_packed_is_unpacked(parts: list[bytes], text: str) -> None:
    header, found = framing.unpack(b"".join(framing.pack({"text": text}, *parts)))
    assert (header, list(found)) == ({"text": text}, parts)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\2{}",
        b"\0\0\0\2[]",
        b"\0\0\0\1{",
        b"\xff\xff\xff\xff{}",
        b'\0\0\0\x0f{"lengths":[1]}',
        b'\0\0\0\x13{"lengths":[2,-2]}',
        b'\0\0\0\x11{"lengths":["a"]}',
        b"".join(framing.pack({}, b"a")) + b"b",
    ],
)
def test_another_layout_is_refused(data: bytes) -> None:
    with pytest.raises(framing.Malformed):
        framing.unpack(data)
