"""The embedded PostgreSQL under everything that happens to a server on somebody's machine."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.core.exceptions import ImproperlyConfigured

from config import database, embedded
from config.embedded import DatabaseUnavailable, Place
from tests.waiting import eventually

PROJECT = Path(__file__).resolve().parent.parent
JOIN_AND_WAIT = (
    "import sys, pathlib; from config import embedded;"
    "embedded.join(pathlib.Path(sys.argv[1])); print('ready', flush=True); sys.stdin.read()"
)


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    embedded.leave(folder)


def run_sql(var: Path, statement: str) -> list[tuple[object, ...]]:
    with contextlib.closing(embedded.connect(Place.of(var))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


def remember_a_word(var: Path) -> None:
    run_sql(var, "CREATE TABLE word (kept text)")
    run_sql(var, "INSERT INTO word VALUES ('守诺')")


def remembers(var: Path) -> bool:
    return run_sql(var, "SELECT kept FROM word") == [("守诺",)]


def postmaster(var: Path) -> psutil.Process:
    pid_file = Place.of(var).data / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().splitlines()[0]))


def keepers(var: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cmdline()[-2:] == ["config.keeper", str(var)]:
                found.append(process)
    return found


def another_user(var: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", JOIN_AND_WAIT, str(var)],
        cwd=PROJECT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def kill(process: psutil.Process) -> None:
    process.send_signal(signal.SIGKILL)
    with contextlib.suppress(psutil.Error):
        process.wait(10)


def test_data_survive_and_the_last_user_stops_the_server(var: Path) -> None:
    embedded.join(var)
    remember_a_word(var)
    server = postmaster(var)
    embedded.leave(var)
    assert not server.is_running()
    embedded.join(var)
    assert remembers(var)


def test_joining_twice_keeps_one_server(var: Path) -> None:
    embedded.join(var)
    server = postmaster(var)
    embedded.join(var)
    assert postmaster(var) == server
    assert len(keepers(var)) == 1


def test_nothing_listens_on_the_network(var: Path) -> None:
    embedded.join(var)
    assert run_sql(var, "SHOW listen_addresses") == [("",)]
    assert Place.of(var).socket.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("also", ["postmaster", "both"])
def test_after_a_kill_of_everything_the_next_start_recovers(var: Path, also: str) -> None:
    embedded.join(var)
    remember_a_word(var)
    server = postmaster(var)
    for keeper in keepers(var):
        kill(keeper)
    if also == "both":
        kill(server)
    embedded.join(var)
    assert remembers(var)
    assert (postmaster(var) == server) is (also == "postmaster")
    embedded.leave(var)
    assert not embedded.answers(Place.of(var))


def test_a_server_killed_in_use_comes_back_by_itself(var: Path) -> None:
    embedded.join(var)
    remember_a_word(var)
    killed = postmaster(var)
    kill(killed)
    assert eventually(lambda: embedded.answers(Place.of(var)))
    assert remembers(var)
    assert postmaster(var) != killed


def test_a_pid_file_that_names_somebody_elses_process_is_not_believed(var: Path) -> None:
    embedded.join(var)
    remember_a_word(var)
    embedded.leave(var)
    (Place.of(var).data / "postmaster.pid").write_text(f"{os.getpid()}\nstale\n")
    embedded.join(var)
    assert remembers(var)


def test_a_user_killed_hard_leaves_no_server_behind(var: Path) -> None:
    user = another_user(var)
    assert user.stdout is not None and user.stdout.readline() == "ready\n"
    server = postmaster(var)
    user.kill()
    user.communicate()
    assert eventually(lambda: not server.is_running())


def test_a_server_in_use_by_another_process_is_left_running(var: Path) -> None:
    user = another_user(var)
    assert user.stdout is not None and user.stdout.readline() == "ready\n"
    embedded.join(var)
    embedded.leave(var)
    assert embedded.answers(Place.of(var))
    user.communicate()


def test_several_first_starts_at_once_make_one_server(var: Path) -> None:
    users = [another_user(var) for _ in range(4)]
    greetings = [user.stdout.readline() for user in users if user.stdout is not None]
    assert greetings == ["ready\n"] * 4
    assert len(keepers(var)) == 1
    for user in users:
        user.communicate()


@pytest.mark.parametrize("name", ["a" * 120, 'with blank, comma and "quotes"', "承诺"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    var = tmp_path / name
    try:
        embedded.join(var)
        assert run_sql(var, "SELECT 1") == [(1,)]
        assert len(os.fsencode(Place.of(var).socket)) <= 107
    finally:
        embedded.leave(var)
        if Place.of(var).sockets != Place.of(var).data:
            shutil.rmtree(Place.of(var).sockets)


def test_a_moved_folder_is_found_again_even_if_its_server_still_runs(var: Path) -> None:
    embedded.join(var)
    remember_a_word(var)
    for keeper in keepers(var):
        kill(keeper)
    moved = var.with_name("moved")
    var.rename(moved)
    try:
        embedded.join(moved)
        assert remembers(moved)
    finally:
        embedded.leave(moved)


def test_a_deleted_folder_starts_anew_and_its_old_server_goes(var: Path) -> None:
    embedded.join(var)
    old = postmaster(var)
    shutil.rmtree(var)
    embedded.join(var)
    assert run_sql(var, "SELECT 1") == [(1,)]
    assert eventually(lambda: not old.is_running())
    assert eventually(lambda: embedded.answers(Place.of(var)))


def test_a_start_cut_short_during_creation_is_begun_anew(var: Path) -> None:
    (var / "postgres.new").mkdir(parents=True)
    (var / "postgres.new" / "PG_VERSION").write_text("18\n")
    embedded.join(var)
    assert run_sql(var, "SELECT 1") == [(1,)]


def test_a_folder_that_is_no_database_is_named_and_left_alone(var: Path) -> None:
    (var / "postgres").mkdir(parents=True)
    (var / "postgres" / "letter.txt").write_text("mine")
    with pytest.raises(DatabaseUnavailable, match="holds no whole database"):
        embedded.join(var)
    assert (var / "postgres" / "letter.txt").read_text() == "mine"


def test_a_damaged_database_is_told_in_one_sentence(var: Path) -> None:
    embedded.join(var)
    embedded.leave(var)
    (var / "postgres" / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(DatabaseUnavailable, match=r"does not start: .*pg_control") as caught:
        embedded.join(var)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnavailable, match="cannot be used for the database"):
        embedded.join(tmp_path / "file" / "var")


def test_reading_the_settings_starts_nothing(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = database.from_environment(var)
    assert (found["NAME"], found["HOST"]) == ("shounuo", str(Place.of(var).sockets))
    assert not var.exists()


def test_a_named_server_is_used_and_none_is_started(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "DATABASE_URL", "postgres://hr:s3cret@db.example:5433/pledges?sslmode=require"
    )
    found = database.from_environment(var)
    database.ensure_running(var)
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", 5433, "pledges")
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["CONN_HEALTH_CHECKS"] is True
    assert not var.exists()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///s3cret.db",
        "mysql://a:s3cret@h/d",
        "s3cret",
        "postgres://a:s3cret@h:port/d",
        "postgres://a:s3cret@h",
    ],
)
def test_another_kind_of_database_is_refused_without_repeating_its_password(
    var: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="must name a PostgreSQL database") as caught:
        database.from_environment(var)
    assert "s3cret" not in str(caught.value)
