"""The installation's own secret key, made once and kept beside its data."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

FILE_NAME = "secret-key"
SHORTEST = 50  # characters; Django's own deployment check asks for as many


def secret_key(var_dir: Path) -> str:
    """The key in `var_dir/secret-key`, created at the first call, readable by its owner alone.

    Raises ImproperlyConfigured when the file can be neither read nor made, or was cut short.
    """
    path = var_dir / FILE_NAME
    try:
        if not path.exists():
            _create(path)
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(f"The secret key {path} cannot be used: {reason}.") from error
    if len(key) < SHORTEST:
        raise ImproperlyConfigured(
            f"The secret key {path} is damaged; delete it to get a new one; people sign in anew."
        )
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a rename would replace: of two first starts, one key wins for both.
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink(missing_ok=True)
