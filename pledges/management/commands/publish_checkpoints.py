"""`manage.py publish_checkpoints`: what the ledger holds, signed and put outside the database."""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone

from pledges import audit
from pledges.actions import checkpoint_delivery, housekeeping
from pledges.management.visible import VisibleCommand
from pledges.proof.ledger.schedule import LOOK_EVERY, MAX_SECONDS, Schedule

logger = logging.getLogger(__name__)

WITHOUT_KEY = "The ledger has no key yet (manage.py init_pki makes it)."
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Command(VisibleCommand):
    help = "Sign and publish a checkpoint of the ledger if it has grown, and mail it where set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--watch",
            action="store_true",
            help="go on doing so, at most 60 seconds or 100 entries after an entry",
        )

    def handle(self, **options: Any) -> None:
        if options["watch"]:
            with _until_signalled() as ending:
                Watch().until(ending)
            return
        if not audit.has_key():
            logger.warning(WITHOUT_KEY)
            return
        try:
            checkpoint = checkpoint_delivery.publish(timezone.now())
            checkpoint_delivery.send_latest()
            housekeeping.note_done(housekeeping.CHECKPOINTS)
        except audit.LedgerBroken as error:
            reason = f"Nothing was published, the ledger is broken: {error.reason}"
            raise CommandError(reason) from error
        except audit.CheckpointUnavailable as error:
            raise CommandError(f"Nothing was published: {error.reason}") from error
        except OSError as error:
            raise CommandError(f"The checkpoint was published, but not sent: {error}") from error
        self.stdout.write(f"{checkpoint.size} entries, root {checkpoint.root}")


class Watch:
    """The look at the ledger each second; whatever goes wrong, the next look comes."""

    def __init__(self) -> None:
        self._schedule = Schedule()
        self._sent_at = -MAX_SECONDS
        self._trouble = ""
        self._noted_at = -MAX_SECONDS

    def until(self, ending: threading.Event) -> None:
        while not ending.is_set():
            self.look(time.monotonic())
            ending.wait(LOOK_EVERY)
        connections.close_all()

    def look(self, now: float) -> None:
        """Publish if it is due, and send what was published; log a trouble once."""
        try:
            self._publish(now)
            self._send(now)
            self._note(now)
        except audit.LedgerBroken as error:
            self._tell(f"THE LEDGER IS BROKEN, nothing is published: {error.reason}")
        except audit.CheckpointUnavailable as error:
            self._tell(f"No checkpoint can be published: {error.reason}")
        except DatabaseError:
            # A server that comes back gets a new connection: the old one never recovers.
            connections.close_all()
            self._tell("The database does not answer; checkpoints wait for it")
        except OSError as error:
            self._tell(f"The checkpoint could not be sent: {error}")
        else:
            self._trouble = ""

    def _publish(self, now: float) -> None:
        if not audit.has_key():
            raise audit.CheckpointUnavailable(WITHOUT_KEY)
        if self._schedule.is_due(audit.unpublished(), now):
            checkpoint_delivery.publish(timezone.now())
            self._schedule.note_published()

    def _send(self, now: float) -> None:
        if settings.CHECKPOINT_MAIL and now - self._sent_at >= MAX_SECONDS:
            self._sent_at = now
            if not checkpoint_delivery.send_latest():
                self._sent_at = -MAX_SECONDS

    def _note(self, now: float) -> None:
        """For /healthz: somebody looks, and all is published that is due."""
        if now - self._noted_at >= MAX_SECONDS:
            housekeeping.note_done(housekeeping.CHECKPOINTS)
            self._noted_at = now

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            logger.error(trouble)
        self._trouble = trouble


@contextmanager
def _until_signalled() -> Iterator[threading.Event]:
    """Within, SIGTERM and SIGINT set the event: what is being written is finished first."""
    ending = threading.Event()
    before = {number: signal.signal(number, lambda *_: ending.set()) for number in SIGNALS}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
