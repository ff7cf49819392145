"""The installation's own secrets, made once and kept beside its data."""

import secrets
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from pledges import durable_files

MIN_LENGTH = 50  # characters; Django's own deployment check asks for as many


def secret_key(var_dir: Path) -> str:
    """The key that signs sessions, in `var_dir/secret-key`, created at the first call.

    Raises ImproperlyConfigured when the file can be neither read nor made, or was cut short.
    """
    remedy = "delete it to get a new one; people sign in anew"
    return _kept(var_dir / "secret-key", "The secret key", remedy)


def pki_passphrase(var_dir: Path) -> str:
    """What encrypts the private keys, in `var_dir/pki-passphrase`, likewise."""
    remedy = "restore it from a backup, for without it the keys do not open"
    return _kept(var_dir / "pki-passphrase", "The passphrase", remedy)


def _kept(path: Path, what: str, remedy: str) -> str:
    try:
        if not path.exists():
            _create(path)
        kept = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(f"{what} {path} cannot be used: {reason}.") from error
    if len(kept) < MIN_LENGTH:
        raise ImproperlyConfigured(f"{what} {path} is damaged; {remedy}.")
    return kept


def _create(path: Path) -> None:
    durable_files.make_folder(path.parent)
    # Of two first starts, one secret wins for both.
    with suppress(FileExistsError):
        durable_files.create(path, f"{secrets.token_urlsafe(64)}\n".encode("ascii"))
