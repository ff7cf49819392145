"""Things that go wrong, one after the other, while people work."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.load.crowd import Journal
from benchmarks.load.neighbours import Disk, MailServer
from benchmarks.site import Site
from tests.tsa import Responder

CALM, LASTS = 6.0, 6.0
"""Seconds of work before something goes wrong, and for how long it does."""
WELL_WITHIN = 120.0  # seconds until `/healthz` must be in order again
SILENT = 25.0
"""Seconds: longer than the worker waits for a mail server (EMAIL_TIMEOUT)."""


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong: how it begins, how it ends, how long it lasts."""

    name: str
    begin: Callable[[], object]
    end: Callable[[], object] = lambda: None
    lasts: float = LASTS


def troubles(site: Site, mail: MailServer, authority: Responder, disk: Disk) -> list[Trouble]:
    """Each once."""

    def kill(what: str, *words: str, child: bool = False) -> Trouble:
        """The oldest process of these words is the one that was started, the others its own."""

        def begin() -> None:
            first, *children = site.named(*words)
            (random.choice(children) if child else first).kill()

        return Trouble(f"kill -9 of {what}", begin)

    def fail(fault: str) -> Callable[[], None]:
        return lambda: setattr(authority, "fault", fault)

    return [
        kill("a web worker", "gunicorn", child=True),
        kill("the web server", "gunicorn"),
        kill("a rendering worker", "pledges.rendering.server", child=True),
        kill("the rendering pool", "pledges.rendering.server"),
        kill("a sealing worker", "pledges.sealing_service.server", child=True),
        kill("the sealing pool", "pledges.sealing_service.server"),
        kill("the background worker", "run_worker"),
        Trouble("kill -9 of the database", site.kill_database),
        Trouble("documents folder full", disk.fill, disk.empty),
        Trouble(
            "documents folder read-only",
            lambda: disk.set_read_only(True),
            lambda: disk.set_read_only(False),
        ),
        Trouble("mail server silent", mail.silent.set, mail.silent.clear, SILENT),
        Trouble("timestamp authority dead", fail("error"), fail("")),
    ]


def go_through(found: Sequence[Trouble], site: Site, journal: Journal) -> None:
    """One after the other; what is acknowledged from its beginning on is laid to each."""
    for trouble in found:
        time.sleep(CALM)
        journal.during = trouble.name
        trouble.begin()
        try:
            time.sleep(trouble.lasts)
        finally:
            trouble.end()
        _wait_until_well(site)
    time.sleep(CALM)


def _wait_until_well(site: Site) -> None:
    end = time.monotonic() + WELL_WITHIN
    while site.health() != 200:
        if time.monotonic() > end:
            raise RuntimeError(f"the site does not recover: {site.log.read_text()[-2000:]}")
        time.sleep(0.5)
