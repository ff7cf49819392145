"""Children that are started, watched and stopped as one, tried with small real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from config import processes
from config.processes import CannotStart, Child, Stopped

SLEEPS = processes.python("-c", "import time; time.sleep(600)")
DEAF = processes.python(
    "-c",
    "import signal, time, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "open(sys.argv[1], 'w').close(); time.sleep(600)",
)


class Enough(Exception):
    pass


def pid_of(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_a_child_that_ends_at_once_cannot_start() -> None:
    child = Child("web server", processes.python("-c", "raise SystemExit(3)"))
    with pytest.raises(CannotStart, match=r"web server ended with code 3") as caught:
        processes.start_until_ready(child, lambda: False, within=20)
    assert caught.value.code == 3


def test_a_child_that_is_never_ready_cannot_start() -> None:
    child = Child("web server", SLEEPS)
    with pytest.raises(CannotStart):
        processes.start_until_ready(child, lambda: False, within=0.1)
    processes.stop([child])


def test_a_child_that_dies_is_started_again_after_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MIN_REST", 0.01)
    monkeypatch.setattr(processes, "LOOK_EVERY", 0.01)
    child = Child("background worker", processes.python("-c", "raise SystemExit(7)"), rest=0.01)
    child.start()
    told: list[str] = []

    def tell(sentence: str) -> None:
        told.append(sentence)
        if len(told) == 3:
            raise Enough

    with pytest.raises(Enough):
        processes.watch([child], tell)
    assert all("background worker ended with code 7" in sentence for sentence in told)


def test_rests_grow_to_a_limit_and_shrink_once_a_child_has_settled() -> None:
    child = Child("background worker", SLEEPS)
    rests = []
    for _ in range(8):
        child.started_at = 0.0
        child.note_death(now=1.0)
        rests.append(child.rest)
    assert rests == [2, 4, 8, 16, 30, 30, 30, 30]
    child.note_death(now=processes.SETTLED_AFTER + 1)
    assert child.rest == processes.MIN_REST


def test_stopping_ends_all_even_one_that_does_not_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STOPS_WITHIN", 0.5)
    deaf_is_deaf = tmp_path / "deaf"
    children = [Child("one", SLEEPS), Child("deaf one", [*DEAF, str(deaf_is_deaf)])]
    processes.start_until_ready(children[1], deaf_is_deaf.exists, within=20)
    children[0].start()
    processes.stop(children)
    assert [child.exit_code() for child in children] == [-signal.SIGTERM, -signal.SIGKILL]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_and_a_second_one_does_not_disturb(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with processes.stopping_on_signals():
        with pytest.raises(Stopped):
            os.kill(os.getpid(), number)
            time.sleep(5)
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


def test_children_do_not_outlive_a_parent_killed_hard(tmp_path: Path) -> None:
    code = (
        "import sys, time; from config.processes import Child, python;"
        "child = Child('x', python('-c', 'import time; time.sleep(600)')); child.start();"
        "print(child.process.pid, flush=True); time.sleep(600)"
    )
    project = Path(__file__).resolve().parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=project, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        # The wrapper that asks the kernel for the death signal must have become the child itself.
        deadline = time.monotonic() + 20
        while child.cmdline()[0] != sys.executable and time.monotonic() < deadline:
            time.sleep(0.01)
        parent.kill()
    gone, alive = psutil.wait_procs([child], timeout=20)
    assert (len(gone), alive) == (1, [])
