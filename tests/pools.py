"""The pools of a test: the real ones, started as an installation starts them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from pledges.forkserver.client import is_answering
from tests.serving import ROOT, surroundings
from tests.waiting import SLOW_MACHINE, eventually


class Pools:
    """Both pools, a worker each unless told otherwise, with their sockets in `folder`."""

    def __init__(self, folder: Path, *, fault: str = "", workers: int = 1) -> None:
        self.rendering, self.sealing = folder / "rendering", folder / "sealing"
        size = ["--workers", str(workers)]
        self.processes = {
            path: subprocess.Popen(
                [sys.executable, "-m", module, str(path), *size],
                cwd=ROOT,
                env=surroundings(fault),
            )
            for path, module in (
                (self.rendering, "pledges.rendering.server"),
                (self.sealing, "pledges.sealing_service.server"),
            )
        }
        for path in self.processes:
            assert eventually(lambda path=path: is_answering(path))
        assert eventually(
            lambda: all(len(self.workers(path)) == workers for path in self.processes)
        )

    @property
    def named(self) -> dict[str, str]:
        """As variables of the environment of whoever uses them."""
        return {"RENDERING_SOCKET": str(self.rendering), "SEALING_SOCKET": str(self.sealing)}

    def workers(self, path: Path) -> list[psutil.Process]:
        return psutil.Process(self.processes[path].pid).children()

    @contextmanager
    def not_rendering(self) -> Iterator[None]:
        """Within, whatever is to be rendered waits."""
        stopped = self.workers(self.rendering)
        for worker in stopped:
            worker.suspend()
        try:
            yield
        finally:
            for worker in stopped:
                worker.resume()

    def end(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
                process.wait(SLOW_MACHINE)

    def kill(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait(SLOW_MACHINE)


@contextmanager
def pools(folder: Path, **options) -> Iterator[Pools]:
    running = Pools(folder, **options)
    try:
        yield running
    finally:
        running.end()


def holds(process: psutil.Process, secret: bytes) -> bool:
    """Whether `secret` stands anywhere in the memory that the process can write."""
    folder = f"/proc/{process.pid}"
    with open(f"{folder}/maps") as maps, open(f"{folder}/mem", "rb") as memory:
        for line in maps:
            span, rights, *_rest = line.split()
            if not rights.startswith("rw"):
                continue
            begin, end = (int(each, 16) for each in span.split("-"))
            try:
                memory.seek(begin)
                found = memory.read(end - begin)
            except (OSError, ValueError, OverflowError):
                continue  # the kernel's own pages
            if secret in found:
                return True
    return False


def environment(process: psutil.Process) -> bytes:
    return Path(f"/proc/{process.pid}/environ").read_bytes()


def open_paths(process: psutil.Process) -> list[str]:
    folder = f"/proc/{process.pid}/fd"
    return [os.readlink(f"{folder}/{each}") for each in os.listdir(folder)]
