"""Which PostgreSQL serves the project: the one DATABASE_URL names, else an embedded one."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import embedded

CONNECTION_LIFETIME = 60  # seconds that a thread keeps its connection between requests
CONNECT_TIMEOUT = 10  # seconds until a server that does not answer counts as down
ENGINE = "django.db.backends.postgresql"


def is_embedded() -> bool:
    """Whether this installation runs its own PostgreSQL in VAR_DIR."""
    return not os.environ.get("DATABASE_URL")


def from_environment(var_dir: Path) -> dict[str, Any]:
    """The value of DATABASES["default"]. Starts nothing: type checkers import settings too."""
    shared: dict[str, Any] = {
        "CONN_MAX_AGE": CONNECTION_LIFETIME,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": CONNECT_TIMEOUT},
    }
    if not is_embedded():
        named = _parse(os.environ["DATABASE_URL"])
        return {**named, **shared, "OPTIONS": {**shared["OPTIONS"], **named.get("OPTIONS", {})}}
    place = embedded.Place.of(var_dir)
    return {
        "ENGINE": ENGINE,
        "NAME": embedded.DATABASE,
        "USER": embedded.USER,
        "HOST": str(place.sockets),
        "PORT": str(embedded.PORT),
        **shared,
    }


def ensure_running(var_dir: Path) -> None:
    """Start the embedded server if it is the one in use, and hold it while this process lives.

    Raises embedded.DatabaseUnavailable with one sentence that says what is wrong.
    """
    if is_embedded():
        embedded.join(var_dir)


def _parse(url: str) -> dict[str, Any]:
    # The address holds a password, so no error may repeat it, nor chain one that does.
    try:
        named = dict(dj_database_url.parse(url))
    except (ValueError, KeyError):
        named = {}
    if named.get("ENGINE") != ENGINE or not named.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL must name a PostgreSQL database: postgres://user:password@host:5432/name"
        )
    return named
