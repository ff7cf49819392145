"""A pool with real processes: what becomes of jobs, of workers, and of those who wait."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from pledges.forkserver import (
    Busy,
    Died,
    TooCostly,
    Unavailable,
    Unfinished,
    framing,
    memory,
    sockets,
)
from pledges.forkserver.client import ask_pool, is_answering
from pledges.forkserver.queueing import MAX_WAITING
from tests.waiting import SLOW_MACHINE, eventually

PROJECT = Path(__file__).parent.parent.parent


class Running:
    """A pool of `tests.forkserver.pool_jobs`."""

    def __init__(
        self,
        path: Path,
        *,
        size: int = 2,
        keep: float = 0.0,
        jobs: int = 1000,
        wall: float = 2 * SLOW_MACHINE,
    ) -> None:
        self.path, self.size = path, size
        options = (path, size, keep, jobs, wall)
        command = (sys.executable, "-m", "tests.forkserver.pool_jobs", *options)
        self.process = subprocess.Popen([str(each) for each in command], cwd=PROJECT)
        assert eventually(lambda: is_answering(path) and len(self.workers()) == size)

    def do(
        self,
        job: str,
        *parts: bytes,
        key: bytes | None = None,
        urgent: bool = True,
        within: float = SLOW_MACHINE,
    ) -> bytes:
        request = framing.pack({"job": job}, *parts)
        key = key or os.urandom(framing.KEY_SIZE)
        return ask_pool(self.path, request, key=key, urgent=urgent, within=within)

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(SLOW_MACHINE)


@contextmanager
def running(folder: Path, **options: float) -> Iterator[Running]:
    pool = Running(folder / "socket", **options)
    try:
        yield pool
    finally:
        if pool.process.poll() is None:
            pool.end()


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("pool"), wall=4.0) as pool:
        yield pool


@pytest.fixture
def single(tmp_path: Path) -> Iterator[Running]:
    """One worker, which keeps answers."""
    with running(tmp_path, size=1, keep=60.0) as pool:
        yield pool


def pid(told: bytes) -> int:
    return int(told.split()[0])


def test_a_job_gets_what_was_sent_and_its_answer_comes_back(pool: Running) -> None:
    parts = (os.urandom(5_000_000), b"", "承诺".encode())
    assert pool.do("echo", *parts) == b"".join(parts)


def test_workers_live_on_and_there_are_no_more_than_were_asked_for(pool: Running) -> None:
    told = [pool.do("who").split() for _ in range(8)]
    known = {int(each) for each, _ in told}
    assert known <= {worker.pid for worker in pool.workers()} and len(pool.workers()) == pool.size
    assert max(int(done) for _, done in told) > 1


def test_a_worker_lets_web_processes_go_first(pool: Running) -> None:
    assert int(pool.do("nice")) > os.nice(0)


@pytest.mark.parametrize(
    ("job", "refused"), [("crash", Died), ("fail", Died), ("hang", TooCostly), ("eat", TooCostly)]
)
def test_a_job_that_ends_badly_is_told_and_disturbs_no_other(
    pool: Running, job: str, refused: type[Exception]
) -> None:
    with ThreadPoolExecutor(2) as threads:
        beside = threads.submit(pool.do, "pause", b"0.5")
        with pytest.raises(refused):
            pool.do(job)
        assert beside.result()
    assert eventually(lambda: len(pool.workers()) == pool.size)
    assert pool.do("echo", b"on") == b"on"


def test_a_worker_killed_while_idle_is_replaced(pool: Running) -> None:
    before = {worker.pid for worker in pool.workers()}
    for each in pool.workers():
        each.kill()
    assert eventually(lambda: len({worker.pid for worker in pool.workers()} - before) == pool.size)
    assert pool.do("echo", b"on") == b"on"


def test_a_worn_worker_makes_room_and_loses_nothing(tmp_path: Path) -> None:
    with running(tmp_path, size=1, jobs=3) as pool:
        workers = [pid(pool.do("who")) for _ in range(9)]
    assert [workers.count(each) for each in dict.fromkeys(workers)] == [3, 3, 3]


def test_a_full_queue_refuses_at_once(tmp_path: Path) -> None:
    too_many = 5
    asked = MAX_WAITING + too_many
    with running(tmp_path, size=1) as pool, ThreadPoolExecutor(asked + 1) as threads:
        held = threads.submit(pool.do, "touch", str(tmp_path / "held").encode())
        assert eventually((tmp_path / "held").exists)
        jobs = [threads.submit(pool.do, "echo", b"%d" % number) for number in range(asked)]
        assert eventually(lambda: sum(each.done() for each in jobs) == too_many)
        assert {type(each.exception()) for each in jobs if each.done()} == {Busy}
        (tmp_path / "heldgo").touch()
        assert held.result() == b"done"
        assert sum(each.exception() is None for each in jobs) == MAX_WAITING


def test_what_is_not_urgent_waits_until_nothing_else_does(single: Running, tmp_path: Path) -> None:
    order = tmp_path / "order"
    with ThreadPoolExecutor(4) as threads:
        held = threads.submit(single.do, "touch", str(tmp_path / "held").encode())
        assert eventually((tmp_path / "held").exists)
        asked = []
        for name in (b"later", b"now", b"now too"):
            urgent, noted = name != b"later", (str(order).encode(), name)
            asked.append(threads.submit(single.do, "note", *noted, urgent=urgent))
            time.sleep(0.3)  # they ask in this order
        (tmp_path / "heldgo").touch()
        for each in (held, *asked):
            each.result()
    assert order.read_text().splitlines() == ["now", "now too", "later"]


def test_who_asks_again_finds_what_was_begun(single: Running, tmp_path: Path) -> None:
    """It is done once, however often it is asked for, and kept for whoever comes back."""
    mark, key = tmp_path / "mark", os.urandom(framing.KEY_SIZE)
    for _ in range(2):
        with pytest.raises(Unfinished):
            single.do("touch", str(mark).encode(), key=key, within=0.3)
    (tmp_path / "markgo").touch()
    assert single.do("echo", b"after it") == b"after it"
    assert single.do("touch", str(mark).encode(), key=key) == b"done"
    assert mark.read_bytes() == b"x"


def test_two_who_ask_for_the_same_get_the_same_from_one_job(
    single: Running, tmp_path: Path
) -> None:
    mark, key = tmp_path / "mark", os.urandom(framing.KEY_SIZE)
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(single.do, "touch", str(mark).encode(), key=key) for _ in range(2)]
        assert eventually(mark.exists)
        time.sleep(0.2)
        (tmp_path / "markgo").touch()
        assert [each.result() for each in both] == [b"done", b"done"]
    assert mark.read_bytes() == b"x"


def test_a_pool_that_keeps_nothing_drops_what_nobody_waits_for(tmp_path: Path) -> None:
    with running(tmp_path, size=1) as pool, ThreadPoolExecutor(1) as threads:
        held = threads.submit(pool.do, "touch", str(tmp_path / "held").encode())
        assert eventually((tmp_path / "held").exists)
        with pytest.raises(Unfinished):
            pool.do("touch", str(tmp_path / "given-up").encode(), within=0.3)
        (tmp_path / "heldgo").touch()
        assert held.result() == b"done"
        assert pool.do("echo", b"on") == b"on"
        assert not (tmp_path / "given-up").exists()


def test_who_waits_hears_that_the_pool_is_gone_and_no_worker_outlives_it(tmp_path: Path) -> None:
    with running(tmp_path) as pool, ThreadPoolExecutor(1) as threads:
        workers = pool.workers()
        held = threads.submit(pool.do, "touch", str(tmp_path / "held").encode())
        assert eventually((tmp_path / "held").exists)
        pool.end(signal.SIGKILL)
        with pytest.raises(Unavailable):
            held.result()
        (tmp_path / "heldgo").touch()
        assert psutil.wait_procs(workers, timeout=SLOW_MACHINE)[1] == []


def test_an_answer_that_was_lost_on_its_way_is_none(tmp_path: Path) -> None:
    """The kernel drops a descriptor for which a process has no number left."""
    path = tmp_path / "socket"
    with sockets.listen(path) as listener, ThreadPoolExecutor(1) as threads:
        listener.setblocking(True)
        asked = threads.submit(
            ask_pool, path, [b"x"], key=bytes(32), urgent=True, within=SLOW_MACHINE
        )
        connection, _ = listener.accept()
        with connection:
            connection.recv(1 + framing.KEY_SIZE)
            connection.sendall(framing.HEAD.pack(framing.DONE, 1))
            with pytest.raises(Died):
                asked.result()


def test_who_leaves_while_the_answer_comes_ends_nobody_elses_work(tmp_path: Path) -> None:
    """The pool hears of both in one look, and has let go of the client at the first."""
    with running(tmp_path, size=1) as pool:
        mark = tmp_path / "mark"
        request = memory.hold(framing.pack({"job": "touch"}, str(mark).encode()))
        with sockets.connect(pool.path, SLOW_MACHINE) as leaving:
            word = framing.ASK + os.urandom(framing.KEY_SIZE)
            socket.send_fds(leaving, [word], [request])
            os.close(request)
            assert eventually(mark.exists)
            pool.process.send_signal(signal.SIGSTOP)
            (tmp_path / "markgo").touch()
            time.sleep(0.5)  # until the worker has answered
        pool.process.send_signal(signal.SIGCONT)
        assert pool.do("echo", b"on") == b"on"
        assert pool.process.poll() is None


@pytest.mark.parametrize("word", [b"", b"x", b"a", b"a" * 10, b"l" + bytes(32), b"a" + bytes(32)])
def test_who_says_something_else_is_dropped(pool: Running, word: bytes) -> None:
    """The last two lack the descriptor."""
    with sockets.connect(pool.path, SLOW_MACHINE) as connection:
        if word:
            connection.sendall(word)
            assert connection.recv(1) == b""
    assert pool.do("echo", b"on") == b"on"
