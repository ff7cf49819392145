"""Shared set-up of all tests; the fixtures are in `tests.cast`, `tests.judging`, `tests.seals`."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings

pytest_plugins = ["tests.cast", "tests.judging", "tests.seals"]


def pytest_configure() -> None:
    # How long an example takes says something about the machine, and nothing about the code.
    hypothesis_settings.register_profile("untimed", deadline=None)
    hypothesis_settings.load_profile("untimed")
    # Hashing a password is slow on purpose; tests hash many and guard none.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """No rollback reaches the process's cache, where allauth notes codes that have served."""
    yield
    cache.clear()
