"""The installation's own secrets, made once and kept beside its data."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SHORTEST = 50  # characters; Django's own deployment check asks for as many


def secret_key(var_dir: Path) -> str:
    """The key that signs sessions, in `var_dir/secret-key`, created at the first call.

    Raises ImproperlyConfigured when the file can be neither read nor made, or was cut short.
    """
    remedy = "delete it to get a new one; people sign in anew"
    return _kept(var_dir / "secret-key", "The secret key", remedy)


def pki_passphrase(var_dir: Path) -> str:
    """What encrypts the private keys, in `var_dir/pki-passphrase`, likewise."""
    remedy = "restore it from a backup, for without it the keys of the seals do not open"
    return _kept(var_dir / "pki-passphrase", "The passphrase", remedy)


def _kept(path: Path, what: str, remedy: str) -> str:
    try:
        if not path.exists():
            _create(path)
        kept = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(f"{what} {path} cannot be used: {reason}.") from error
    if len(kept) < SHORTEST:
        raise ImproperlyConfigured(f"{what} {path} is damaged; {remedy}.")
    return kept


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a rename would replace: of two first starts, one secret wins for both.
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink(missing_ok=True)
