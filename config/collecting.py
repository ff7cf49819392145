"""Collect the static files, but only when one of them has changed since the last time."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = ".collected"
# Of Bootstrap's many builds the pages use one, and the admin of each library the small one;
# compressing the others takes most of the time.
UNUSED = [
    *("bootstrap-*", "bootstrap.css*", "bootstrap.rtl.*"),
    *("jquery.js", "select2.full.js", "xregexp.js"),
]


def collect_static_files() -> None:
    """Bring settings.STATIC_ROOT up to date; next to no work when it is."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    wanted = _fingerprint()
    if stamp.is_file() and stamp.read_text("ascii") == wanted:
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
    stamp.write_text(wanted, "ascii")


def _fingerprint() -> str:
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for path in sorted(_sources()):
        state = path.stat()
        digest.update(f"{path}|{state.st_size}|{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for finder in get_finders():
        for path, storage in finder.list(UNUSED):
            yield Path(storage.path(path))
