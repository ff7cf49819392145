"""The systemd units that production.md installs: sound, hardened, and what the code can run."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

from config import webserver
from config.pools import WEB_THREADS
from pledges.models.password_hashing import PasswordHasher

PROJECT = Path(__file__).parent.parent
UNITS = PROJECT / "packaging" / "systemd"
ALL_ELSE = 512 * 2**20
"""Bytes that the web service needs beside (`python -m benchmarks.memory` says a third of it)."""
HARDENING = UNITS / "shounuo-.service.d" / "hardening.conf"
SERVICES = sorted(UNITS.glob("*.service"))
NAMES = [path.name for path in SERVICES]
ALL = [path.name for path in sorted(UNITS.iterdir()) if path.is_file()]
PRODUCTION = (PROJECT / "docs" / "production.md").read_text("utf-8")
MAX_EXPOSURE = 15  # tenths of the figure that systemd-analyze prints
# What systemd itself brings, and the units refer to.
TARGETS = ("sysinit", "basic", "shutdown", "multi-user", "timers", "network-online")
analyzer = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here"
)


def settings(path):
    """The lines of a unit as (section, key, value)."""
    section = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, line
            yield section, key, value


def values(path, key):
    return [value for _section, name, value in settings(path) if name == key]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A system in which the units are installed as the page says."""
    place = tmp_path_factory.mktemp("system")
    shutil.copytree(UNITS, place / "etc" / "systemd" / "system")
    library = place / "usr" / "lib" / "systemd" / "system"
    library.mkdir(parents=True)
    for name in TARGETS:
        (library / f"{name}.target").write_text(f"[Unit]\nDescription={name}\n")
    for program in ("opt/shounuo/.venv/bin/python", "bin/kill"):
        (place / program).parent.mkdir(parents=True)
        shutil.copy("/bin/true", place / program)
    return place


def analyze(root, *arguments):
    command = ["systemd-analyze", *arguments[:1], f"--root={root}", *arguments[1:]]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@analyzer
@pytest.mark.parametrize("name", ALL)
def test_systemd_finds_nothing_to_say_against_a_unit(root, name):
    done = analyze(root, "verify", name)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@analyzer
@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_hardly_exposed(root, name):
    done = analyze(root, "security", "--offline=true", f"--threshold={MAX_EXPOSURE}", name)
    assert done.returncode == 0, done.stdout


@analyzer
def test_without_the_hardening_it_would_be(root, tmp_path):
    shutil.copytree(root, tmp_path / "other")
    shutil.rmtree(tmp_path / "other/etc/systemd/system/shounuo-.service.d")
    threshold = f"--threshold={MAX_EXPOSURE}"
    done = analyze(tmp_path / "other", "security", "--offline=true", threshold, NAMES[-1])
    assert done.returncode != 0


@pytest.mark.parametrize("path", SERVICES, ids=NAMES)
def test_a_service_runs_as_nobody_special_within_limits(path):
    assert path.name.startswith("shounuo-")  # or the hardening would not reach it
    for key in ("User", "RestrictAddressFamilies", "MemoryMax", "TasksMax"):
        assert values(path, key), key
    assert values(path, "User") == ["shounuo"]


def test_the_hardening_takes_what_none_of_them_needs():
    taken = {key: value for _section, key, value in settings(HARDENING)}
    assert taken["CapabilityBoundingSet"] == ""
    wanted = ("NoNewPrivileges", "PrivateDevices", "ProtectHome", "RestrictNamespaces")
    assert {key: taken[key] for key in wanted} == dict.fromkeys(wanted, "yes")
    assert values(HARDENING, "SystemCallFilter") == ["@system-service", "~@privileged"]
    assert int(taken["UMask"], 8) & 0o027 == 0o027


def test_what_ends_is_started_again_for_as_long_as_it_takes():
    """By default systemd gives up after five starts in ten seconds."""
    told = [(section, key, value) for section, key, value in settings(HARDENING)]
    assert ("Unit", "StartLimitIntervalSec", "0") in told
    assert ("Service", "Restart", "always") in told
    for path in SERVICES:
        assert not {key for _section, key, _value in settings(path)} & {"Restart", "RestartSec"}


def test_a_migration_may_take_its_time():
    assert values(UNITS / "shounuo-web.service", "TimeoutStartSec") == ["infinity"]


def test_the_judging_service_has_neither_settings_nor_network():
    path = UNITS / "shounuo-judging.service"
    assert values(path, "EnvironmentFile") == []
    assert values(path, "PrivateNetwork") == ["yes"]
    assert values(path, "RestrictAddressFamilies") == ["AF_UNIX"]


@pytest.mark.parametrize("path", SERVICES, ids=NAMES)
def test_what_a_service_starts_is_there(path):
    for line in (*values(path, "ExecStart"), *values(path, "ExecStartPre")):
        program, *rest = line.split()
        assert program == "/opt/shounuo/.venv/bin/python"
        if rest[0] == "manage.py":
            assert rest[1] in get_commands()
        else:
            assert rest[0] == "-m"


def test_the_page_names_every_unit_and_no_other():
    named = set(re.findall(r"`(shounuo-[a-z]+\.(?:service|timer))`", PRODUCTION))
    assert named == set(ALL)
    (enabled,) = re.findall(r"^systemctl enable --now (.+)$", PRODUCTION, re.MULTILINE)
    starting = {name for name in ALL if _is_wanted(UNITS / name)}
    assert {name if "." in name else f"{name}.service" for name in enabled.split()} == starting


def _is_wanted(path):
    return any(section == "Install" for section, _key, _value in settings(path))


def test_passwords_tried_by_all_threads_at_once_leave_the_web_service_enough_memory():
    """Anybody may try one; what is over the limit is killed, with all that it was doing."""
    (limit,) = values(UNITS / "shounuo-web.service", "MemoryMax")
    threads = WEB_THREADS * webserver.workers
    assert limit == "2G"
    assert threads * PasswordHasher.memory_cost * 1024 <= 2 * 2**30 - ALL_ELSE
    assert "pledges.models.password_hashing.PasswordHasher" in (
        PROJECT / "config" / "settings.py"
    ).read_text("utf-8")


def test_the_settings_are_what_systemd_makes_of_the_file():
    """It takes a comment behind a value for a part of it: a passphrase with one is another."""
    (block,) = re.findall(r"^```sh\n(DATABASE_URL=.*?)^```", PRODUCTION, re.MULTILINE | re.DOTALL)
    assert [line for line in block.splitlines() if not re.fullmatch(r"[A-Z_]+=\S+", line)] == []


def test_commands_are_started_by_a_path_that_leads_there_from_anywhere():
    """systemd-run looks for a program from where it is called, not from the working directory."""
    started = re.findall(r"systemd-run (?:.*\\\n)*.*?(\S*python) manage\.py", PRODUCTION)
    assert len(started) >= 2 and set(started) == {"/opt/shounuo/.venv/bin/python"}
