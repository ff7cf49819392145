"""Writes one file and dies, as by `kill -9`, before the step of the given number.

`python -m tests.dying STEP create|replace|document PATH`; ends with 0 when there are fewer steps.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from pledges import durable_files

CONTENT = b"%PDF-1.7 what is new " * 10_000
# Whatever changes something on disk, or has it written through.
STEPS = {"open", "write", "flush", "fsync", "link", "replace", "unlink", "mkdir"}


def document_storage() -> Callable[[Path, bytes], object]:
    """The storage of documents, all of its modules loaded."""
    from django.conf import settings
    from django.core.files.base import ContentFile

    settings.configure()
    from pledges.storage.filesystem import DocumentStorage

    def save(path: Path, content: bytes) -> str:
        storage = DocumentStorage(path.parent.parent)
        return storage.save(f"{path.parent.name}/{path.name}", ContentFile(content))

    return save


def die_before(step: int) -> None:
    """From now on, count the steps."""
    left = step

    def look(frame: FrameType, event: str, called: Any) -> None:
        nonlocal left
        if event != "c_call" or getattr(called, "__name__", "") not in STEPS:
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(look)


if __name__ == "__main__":
    _program, step, how, place = sys.argv
    write = document_storage() if how == "document" else getattr(durable_files, how)
    die_before(int(step))
    write(Path(place), CONTENT)
