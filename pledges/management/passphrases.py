"""Passphrases that a command is given: in a file, or typed; never among its arguments."""

import getpass
from pathlib import Path

from django.core.management.base import CommandError

MIN_LENGTH = 16  # characters: it alone stands between a stolen backup and the company's keys


def read_passphrase(file: Path | None, *, twice: bool = False) -> str:
    """The passphrase in `file`, or what is typed; `twice` where a new one is set."""
    if file is not None:
        try:
            passphrase = file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read as a passphrase.") from error
    else:
        passphrase = _typed("Passphrase of the backup: ")
        if twice and passphrase != _typed("Once more: "):
            raise CommandError("The two are not the same; nothing was done.")
    if twice and len(passphrase) < MIN_LENGTH:
        raise CommandError(f"A passphrase for a backup has at least {MIN_LENGTH} characters.")
    return passphrase


def _typed(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except (EOFError, KeyboardInterrupt) as error:
        raise CommandError("No passphrase was given; nothing was done.") from error
