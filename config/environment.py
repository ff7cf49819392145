"""How settings are read from the environment, and the few that others depend on."""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").resolve()


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


# With DATABASE_URL set this is a production installation, unless told otherwise: what protects
# people (secure cookies, HTTPS, a secret of one's own) is then demanded, not merely offered.
PRODUCTION = flag("PRODUCTION", bool(os.environ.get("DATABASE_URL")))


def contacts(name: str, default: str = "") -> list[str]:
    """The addresses in a variable, each as a URI that programs understand."""
    found = words(name, default)
    for each in found:
        if not re.fullmatch(r"(mailto:|https://|tel:)[\x21-\x7e]+", each):
            raise ImproperlyConfigured(
                f"{name}: each contact begins with mailto:, https:// or tel:, not {each!r}"
            )
    return found
