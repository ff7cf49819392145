"""Shared set-up of all tests; the fixtures themselves are in `tests.cast`."""

from django.conf import settings

pytest_plugins = ["tests.cast"]


def pytest_configure() -> None:
    # Hashing a password is slow on purpose; tests hash many and guard none.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
