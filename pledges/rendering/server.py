"""`python -m pledges.rendering.server SOCKET`: renders documents for this machine.

It has no settings, no keys and no database, and passes nothing of its environment on: see
docs/decisions/rendering-and-sealing-apart.md.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pledges import crash_points
from pledges.core.log_lines import EscapingFormatter
from pledges.forkserver import framing, pool, serving
from pledges.forkserver.worker import Task, WorkerLimits
from pledges.rendering.fonts import FontSubset, MissingGlyph, subsetter_available

LIMITS: Final = WorkerLimits(wall=30.0)
KEEP: Final = 60.0
"""Seconds that a document waits for the page that will ask again."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Listen and render until a signal."""
    parser = argparse.ArgumentParser(prog="python -m pledges.rendering.server", description=__doc__)
    parser.add_argument("socket", metavar="SOCKET", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)
    serving.drop_environment({crash_points.VARIABLE})
    from pledges.rendering import pdf  # noqa: F401  takes a second: once, for all workers

    _log_as_the_site_does()
    task = Task(answer, prepare=warm)
    return pool.serve(given.socket, task, LIMITS, size=given.workers, keep=KEEP)


def _log_as_the_site_does() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(EscapingFormatter("{asctime} {levelname} {name} {message}", style="{"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    for talkative in ("weasyprint", "fontTools"):
        logging.getLogger(talkative).setLevel(logging.ERROR)


def answer(request: bytes) -> bytes:
    """In a worker: the document that a request asks for, or what of it no font has."""
    from pledges.rendering import pdf

    header, parts = framing.unpack(request)
    if header.get("state"):
        return b"".join(framing.pack({"subsetter": subsetter_available()}))
    html, serif, sans = parts
    fonts = FontSubset(serif=serif, sans=sans, sha256=header["fonts"])
    try:
        made = pdf.render(
            html.decode(), css=header["css"], fonts=fonts, identifier=header["identifier"]
        )
    except MissingGlyph as missing:
        return b"".join(framing.pack({"missing": missing.characters}, b""))
    crash_points.reach("rendering:rendered")
    return b"".join(framing.pack({"missing": []}, made))


def warm() -> None:
    """Do once what makes a first document slow, before anybody waits for one."""
    from pledges.rendering import pdf

    pdf.warm_up()


if __name__ == "__main__":
    sys.exit(main())
