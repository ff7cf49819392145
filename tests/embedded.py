"""Pytest plugin: every test run has a data folder and an embedded database server of its own.

Loaded with `-p tests.embedded`, so that VAR_DIR is set before anything reads the settings. Two
runs at once, or a run beside a served installation, never meet.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from config import database, embedded
from tests import keys

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if not IS_WORKER:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="shounuo-tests-")
    os.environ["PRODUCTION"] = "0"
    os.environ["PKI_PASSPHRASE"] = keys.PASSPHRASE
    keys.make(Path(os.environ["VAR_DIR"]) / "pki")
VAR_DIR = Path(os.environ["VAR_DIR"])
# Each process of a run has a judging service of its own.
_PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["JUDGING_SOCKET"] = str(VAR_DIR / "judging" / _PROCESS)
# No pools: what is rendered and sealed is so in the process that tests it. Their own tests differ.
os.environ["RENDERING_SOCKET"] = os.environ["SEALING_SOCKET"] = "none"
(VAR_DIR / "static").mkdir(exist_ok=True)  # WhiteNoise warns at each request without it


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> None:
    """Start the server when the first test that needs a database asks, and not for others."""
    if fixturedef.argname == "django_db_setup" and database.is_embedded():
        database.ensure_running(VAR_DIR)
        _trade_durability_for_speed()


@atexit.register
def _clear_away() -> None:
    embedded.leave(VAR_DIR)
    if not IS_WORKER:
        shutil.rmtree(VAR_DIR, ignore_errors=True)


def _trade_durability_for_speed() -> None:
    # These data live for minutes; nobody will miss them after a power failure.
    place = embedded.Place.of(VAR_DIR)
    with contextlib.closing(embedded.connect(place)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                cursor.execute(f"ALTER SYSTEM SET {setting} = off")
            cursor.execute("SELECT pg_reload_conf()")
