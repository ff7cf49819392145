"""A file is on disk whole or not at all: when the disk fails, is full, or the process dies."""

import errno
import os
import resource
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges import durable_files
from tests import dying
from tests.serving import ROOT

WRITERS = [durable_files.create, durable_files.replace]
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


def left_over(folder: Path) -> list[Path]:
    return list(folder.rglob(f"{durable_files.UNFINISHED}*"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chunks=st.lists(st.binary(max_size=2000), max_size=5),
    mode=st.sampled_from([0o600, 0o440, 0o444]),
    how=st.sampled_from(WRITERS),
)
def test_what_is_written_stands_there_with_its_mode_and_nothing_else(tmp_path, chunks, mode, how):
    path = tmp_path / "file"
    path.unlink(missing_ok=True)
    how(path, iter(chunks), mode=mode)
    assert path.read_bytes() == b"".join(chunks)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("how", WRITERS)
def test_without_a_word_a_file_is_for_its_owner_alone(tmp_path, how):
    how(tmp_path / "file", b"secret")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_a_new_file_replaces_none(tmp_path):
    path = tmp_path / "file"
    durable_files.create(path, b"first")
    with pytest.raises(FileExistsError):
        durable_files.create(path, b"second")
    assert path.read_bytes() == b"first"
    durable_files.replace(path, b"third")
    assert path.read_bytes() == b"third"
    assert left_over(tmp_path) == []


def test_of_many_writers_at_once_one_wins(tmp_path):
    path, won = tmp_path / "file", []

    def write(number):
        try:
            durable_files.create(path, f"{number}".encode() * 10_000)
        except FileExistsError:
            return
        won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = won
    assert path.read_bytes() == f"{winner}".encode() * 10_000


@pytest.mark.parametrize(
    ("how", "naming"), [(durable_files.create, "link"), (durable_files.replace, "replace")]
)
def test_the_name_comes_after_the_content_and_is_written_through_itself(
    tmp_path, monkeypatch, how, naming
):
    """Else a power failure could leave the name of a file without what is in it."""
    steps = []

    def noted(name, what):
        original = getattr(os, name)

        def step(*given, **more):
            steps.append(what(*given))
            return original(*given, **more)

        monkeypatch.setattr(os, name, step)

    kind = {True: "folder", False: "file"}
    noted("fsync", lambda handle: f"sync {kind[stat.S_ISDIR(os.fstat(handle).st_mode)]}")
    noted(naming, lambda *_paths: "name")
    how(tmp_path / "file", b"content")
    assert steps == ["sync file", "name", "sync folder"]


def failing_at(monkeypatch, step, error):
    """Let the disk fail at one kind of step."""

    def fail(*given, **more):
        raise error

    if step not in {"write", "sync folder"}:
        monkeypatch.setattr(os, step, fail)
        return
    opened, synced = os.fdopen, os.fsync

    class HalfWritten:
        def __init__(self, descriptor, mode):
            self.stream = opened(descriptor, mode)

        def __enter__(self):
            return self

        def __exit__(self, *raised):
            self.stream.close()

        def write(self, chunk):
            self.stream.write(chunk[: len(chunk) // 2])
            self.stream.flush()
            raise error

    def sync(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise error
        synced(handle)

    if step == "write":
        monkeypatch.setattr(os, "fdopen", HalfWritten)
    else:
        monkeypatch.setattr(os, "fsync", sync)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize(
    ("how", "step"),
    [
        *((how, step) for how in WRITERS for step in ("open", "write", "fsync", "sync folder")),
        (durable_files.create, "link"),
        (durable_files.replace, "replace"),
    ],
)
def test_a_failing_disk_is_reported_and_leaves_the_file_of_before_or_the_new_one(
    tmp_path, monkeypatch, how, step, number
):
    path = tmp_path / "file"
    before = None if how is durable_files.create else b"before"
    if before is not None:
        path.write_bytes(before)
    with monkeypatch.context() as broken:
        failing_at(broken, step, OSError(number, os.strerror(number)))
        with pytest.raises(OSError, match=os.strerror(number)):
            how(path, b"after")
    found = path.read_bytes() if path.exists() else None
    assert found == (b"after" if step == "sync folder" else before)
    assert left_over(tmp_path) == []


def test_a_disk_that_fills_up_in_the_middle_of_a_file_leaves_nothing(tmp_path):
    """A limit of the kernel instead of a full disk: the same failure, half way through."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.dying", "1000", "create", str(tmp_path / "file")],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert "File too large" in done.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("how", ["create", "replace", "document"])
def test_killed_at_any_step_leaves_the_file_of_before_or_the_new_one(tmp_path, how):
    seen = []
    for step in count(1):
        path = tmp_path / str(step) / "ab" / "file"
        path.parent.parent.mkdir()
        if how != "document":
            path.parent.mkdir()
        if how == "replace":
            path.write_bytes(b"before")
        command = [sys.executable, "-m", "tests.dying", str(step), how, str(path)]
        killed = subprocess.run(command, cwd=ROOT).returncode
        seen.append(path.read_bytes() if path.exists() else None)
        assert len(left_over(path.parent)) <= 1
        if killed == 0:
            break
        assert killed == -9
    before = b"before" if how == "replace" else None
    named = seen.index(dying.CONTENT)
    assert seen == [before] * named + [dying.CONTENT] * (len(seen) - named)
    # Before it has its name it is opened, written, flushed and synced; after, its folder is.
    assert named >= 5 and len(seen) - named >= 3


def test_what_was_left_is_removed_when_old_and_nothing_else(tmp_path):
    durable_files.make_folder(tmp_path / "a" / "b")
    left = tmp_path / "a" / "b" / f"{durable_files.UNFINISHED}0011"
    for path in (left, tmp_path / "a" / "whole"):
        path.write_bytes(b"something")
    assert durable_files.remove_unfinished(tmp_path, datetime.now(UTC) - timedelta(hours=1)) == 0
    assert durable_files.remove_unfinished(tmp_path, FOREVER) == 1
    assert durable_files.remove_unfinished(tmp_path / "none", FOREVER) == 0
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["whole"]


def test_folders_are_made_with_what_is_missing_above_them(tmp_path):
    durable_files.make_folder(tmp_path / "a" / "b", mode=0o750)
    durable_files.make_folder(tmp_path / "a" / "b")
    for made in ("a", "a/b"):
        assert stat.S_IMODE((tmp_path / made).stat().st_mode) == 0o750


def test_a_folder_of_files_comes_to_its_place_in_one_step(tmp_path):
    files = {"one": b"1", "two": b"2"}
    durable_files.write_folder(tmp_path / "making", files)
    (tmp_path / "place").mkdir()
    durable_files.rename(tmp_path / "making", tmp_path / "place")
    found = {path.name: path.read_bytes() for path in (tmp_path / "place").iterdir()}
    assert found == files and os.listdir(tmp_path) == ["place"]
    durable_files.write_folder(tmp_path / "making", files)
    with pytest.raises(OSError):
        durable_files.rename(tmp_path / "making", tmp_path / "place")
