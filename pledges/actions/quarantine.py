"""Files that our own verdict rejects: kept for the operator with the verdict, issued to nobody."""

import json
import logging
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from pledges import durable_files
from pledges.proof.records.verdict import AnyVerdict, any_to_json

logger = logging.getLogger(__name__)


def folder() -> Path:
    """Where such files lie; they hold what people promised, so nobody else may read them."""
    return Path(settings.QUARANTINE_DIR)


def warning() -> str:
    """How many files lie there, in a few words; "" for none."""
    count = len(list(folder().glob("*.pdf")))
    return f"{count} files were not issued" if count else ""


def keep(content: bytes, verdict: AnyVerdict, at: datetime) -> str:
    """Write the file and the verdict on it to disk; gives the name under which they lie.

    A disk that takes nothing more is a line in the log: the refusal must reach its person.
    """
    name = f"{at.astimezone(UTC):%Y%m%dT%H%M%S}-{verdict.sha256[:12]}"
    told = json.dumps(any_to_json(verdict), ensure_ascii=False, indent=2)
    try:
        durable_files.make_folder(folder())
        for suffix, data in ((".pdf", content), (".json", told.encode())):
            with suppress(FileExistsError):  # it was refused in this very second already
                durable_files.create(folder() / (name + suffix), data)
    except OSError:
        logger.exception("A file that our own verdict rejects could not be kept: %s", told)
        return name
    logger.error("Our own verdict rejects a file that was to be issued: %s", folder() / name)
    return name
