"""What stands before the settings: the secret key, the command line, the static files."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

import manage
from config import collecting
from config.secrets import MIN_LENGTH, pki_passphrase, secret_key

PROJECT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "DATABASE_URL": "postgres://hr@db.example/pledges",
    "SECRET_KEY": "correct-horse-battery-staple" * 3,
    "PKI_PASSPHRASE": "a-passphrase-for-the-keys",
    "ALLOWED_HOSTS": "pledges.example.com",
    "PUBLIC_URL": "https://pledges.example.com",
    "BEHIND_TLS_PROXY": "1",
    "TRUSTED_PROXIES": "1",
}


def test_the_secret_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    key = secret_key(tmp_path / "var")
    assert len(key) >= MIN_LENGTH
    assert secret_key(tmp_path / "var") == key
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret-key"]


def test_two_installations_have_two_secret_keys(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "one") != secret_key(tmp_path / "two")


def test_starts_at_the_same_moment_agree_on_one_key(tmp_path: Path) -> None:
    keys: list[str] = []
    starters = [
        threading.Thread(target=lambda: keys.append(secret_key(tmp_path))) for _ in range(16)
    ]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert (len(keys), len(set(keys))) == (16, 1)


def test_the_passphrase_of_the_keys_is_kept_likewise(tmp_path: Path) -> None:
    passphrase = pki_passphrase(tmp_path)
    assert len(passphrase) >= MIN_LENGTH
    assert passphrase != secret_key(tmp_path)
    assert pki_passphrase(tmp_path) == passphrase
    assert (tmp_path / "pki-passphrase").stat().st_mode & 0o777 == 0o600
    (tmp_path / "pki-passphrase").write_text("cut")
    with pytest.raises(ImproperlyConfigured, match="restore it from a backup"):
        pki_passphrase(tmp_path)


@pytest.mark.parametrize("content", ["", "short\n", "é" * 60])
def test_a_damaged_secret_key_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret-key").write_text(content, "utf-8")
    with pytest.raises(ImproperlyConfigured, match="secret-key"):
        secret_key(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["manage.py"], False),
        (["manage.py", "help"], False),
        (["manage.py", "migrate", "--help"], False),
        (["manage.py", "--version"], False),
        (["manage.py", "makemessages", "-a"], False),
        (["manage.py", "migrate"], True),
        (["manage.py", "shell"], True),
        (["manage.py", "verify_ledger"], True),
    ],
)
def test_only_commands_that_need_the_database_start_it(arguments: list[str], needed: bool) -> None:
    assert manage.needs_database(arguments) is needed


def test_static_files_are_collected_once(
    settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("a {}")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    collecting.get_finders.__globals__["get_finder"].cache_clear()
    called: list[str] = []

    def collect(command: str, **options: object) -> None:
        called.append(command)
        settings.STATIC_ROOT.mkdir(exist_ok=True)

    monkeypatch.setattr(collecting, "call_command", collect)
    collecting.collect_static_files()
    collecting.collect_static_files()
    assert called == ["collectstatic"]
    (source / "page.css").write_text("a { color: red }")
    collecting.collect_static_files()
    assert called == ["collectstatic"] * 2
    collecting.get_finders.__globals__["get_finder"].cache_clear()


def started(changed: dict[str, str], code: str, *, without: str = ""):
    """A Python with the settings of a production installation, changed."""
    environment = {**os.environ, **PRODUCTION, **changed}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    del environment["PRODUCTION"]
    environment.pop(without, None)
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)


def test_a_production_installation_passes_its_deployment_check(settings) -> None:
    code = (
        "import django; django.setup();"
        "from django.core.management import call_command;"
        "call_command('check', deploy=True, fail_level='WARNING')"
    )
    keys = {"PKI_DIR": str(settings.PKI_DIR), "PKI_PASSPHRASE": settings.PKI_PASSPHRASE}
    done = started(keys, code)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_other_host_can_set_a_cookie_of_a_production_installation() -> None:
    code = (
        "import django; django.setup();"
        "from django.conf import settings as s;"
        "from django.utils.module_loading import import_string;"
        "kinds = import_string(s.MESSAGE_STORAGE).storage_classes;"
        "names = [getattr(each, 'cookie_name', '') for each in kinds];"
        "names += [getattr(s, name) for name in dir(s) if name.endswith('COOKIE_NAME')];"
        "print(*filter(None, names))"
    )
    done = started({}, code)
    names = done.stdout.split()
    assert len(names) == 5, done.stderr
    assert [name for name in names if not name.startswith("__Host-")] == []


@pytest.mark.parametrize(
    ("changed", "without", "said"),
    [
        ({}, "SECRET_KEY", "SECRET_KEY must be set in production"),
        ({}, "PKI_PASSPHRASE", "PKI_PASSPHRASE must be set in production"),
        ({"TSA_URL": "https://tsa.example"}, "", "TSA_URL needs TSA_ROOTS"),
        ({"TSA_URL": "ldap://tsa.example", "TSA_ROOTS": "x"}, "", "http:// or https://"),
        ({"COMPANY_SEAL_CERT": "chain.pem"}, "", "set COMPANY_SEAL_KEY"),
        ({"COMPANY_PINS": "sha256=0f"}, "", "COMPANY_PINS: “sha256=0f” is no pin"),
        ({"EMAIL_USE_TLS": "1", "EMAIL_USE_SSL": "1"}, "", "only one can be on"),
        ({"SIGNING_INTENT_MINUTES": "4"}, "", "must be from 5 to 60"),
        ({"SIGNING_INTENT_MINUTES": "61"}, "", "must be from 5 to 60"),
    ],
)
def test_contradictory_settings_do_not_start(
    changed: dict[str, str], without: str, said: str
) -> None:
    done = started(changed, "import django; django.setup()", without=without)
    assert done.returncode == 1
    assert said in done.stderr
