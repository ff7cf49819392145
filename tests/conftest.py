"""Shared set-up of all tests; the fixtures are in `tests.cast`, `tests.judging`, `tests.seals`,
`tests.signing_tasks`."""

from django.conf import settings
from hypothesis import settings as hypothesis_settings

pytest_plugins = ["tests.cast", "tests.judging", "tests.seals", "tests.signing_tasks"]


def pytest_configure() -> None:
    # How long an example takes says something about the machine, and nothing about the code.
    hypothesis_settings.register_profile("untimed", deadline=None)
    hypothesis_settings.load_profile("untimed")
    # Hashing a password is slow on purpose; tests hash many and guard none.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
