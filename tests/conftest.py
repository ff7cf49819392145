"""Shared set-up of all tests; the fixtures are in `tests.cast`, `tests.judging`, `tests.seals`."""

from django.conf import settings

pytest_plugins = ["tests.cast", "tests.judging", "tests.seals"]


def pytest_configure() -> None:
    # Hashing a password is slow on purpose; tests hash many and guard none.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
