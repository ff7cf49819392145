"""`manage.py run_worker`: the background work, which is the queue and the housekeeping."""

import logging
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from pledges.actions import batches, housekeeping, sealing

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two looks at an empty queue
REPORT_EVERY = 10.0
CHORES_EVERY = 5.0
# So many tasks at most between two looks at the keys.
ROUND = 20


class Command(BaseCommand):
    help = "Do what is queued and, when it is due, the housekeeping. Start as many as you like."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--batch", action="store_true", help="do what is queued and due, no chores, then end"
        )

    def handle(self, **options: Any) -> None:
        # It tells of each round that it begins and ends.
        logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
        queue = Queue(_new_name())
        if options["batch"]:
            queue.work_off()
            return
        threading.Thread(target=_keep_house, name="housekeeping", daemon=True).start()
        try:
            queue.work()
        finally:
            with suppress(DatabaseError):
                housekeeping.sign_off(queue.name)


def _new_name() -> str:
    return f"{socket.gethostname()[:40]}-{get_random_string(12)}"


class Queue:
    """What one worker takes from the queue; without usable keys, nothing that is to be sealed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._reported_at = float("-inf")
        self._left_to_others: list[str] = []
        self._worker: Worker | None = None
        self._waits = False

    def work(self) -> None:
        """Go on until SIGTERM or SIGINT, which let the task under way end."""
        while self._round_and_rest():
            pass

    def _round_and_rest(self) -> bool:
        try:
            goes_on = self._round()
            if goes_on and not self._has_more():
                time.sleep(PAUSE)
        except (OperationalError, InterfaceError):
            if not self._waits:
                logger.warning("The database does not answer; the queue waits", exc_info=True)
            self._waits = True
            # A server that comes back gets a new connection: the old one never recovers.
            connections.close_all()
            # The task that was under way stays marked as this worker's. Under another name it goes
            # on without it, so that the task is found to be lost, and done again.
            self.name = _new_name()
            self._reported_at = float("-inf")
            time.sleep(PAUSE)
            return not self._is_ending
        self._waits = False
        return goes_on

    @property
    def _is_ending(self) -> bool:
        """Whether somebody asked for the end while a task was under way."""
        return self._worker is not None and not self._worker.running

    def work_off(self) -> None:
        """Do all that is due, and no more."""
        while self._round() and self._has_more():
            pass

    def _round(self) -> bool:
        """Some tasks; False once somebody asked for the end."""
        self._look_at_keys(time.monotonic())
        self._worker = worker = Worker(
            queue_names=["*"],
            excluded_queue_names=self._left_to_others,
            backend_name="default",
            worker_id=self.name,
            interval=0,
            batch=True,
            startup_delay=False,
            max_tasks=ROUND,
        )
        worker.configure_signals()
        worker.run()
        return worker.running

    def _has_more(self) -> bool:
        ready = DBTaskResult.objects.ready().exclude(queue_name__in=self._left_to_others)
        return ready.exists()

    def _look_at_keys(self, now: float) -> None:
        if now - self._reported_at < REPORT_EVERY:
            return
        self._reported_at = now
        can_seal = sealing.can_seal(timezone.now())
        if can_seal == bool(self._left_to_others):
            logger.warning("Sealing works again" if can_seal else "Nothing can be sealed here")
        self._left_to_others = [] if can_seal else [batches.QUEUE]
        housekeeping.report(self.name, can_seal=can_seal)


def _keep_house() -> None:
    """Look after the chores, in a thread of its own: a long one keeps no mail waiting."""
    waits = False
    while True:
        close_old_connections()
        try:
            housekeeping.run_due()
        except DatabaseError:
            if not waits:
                logger.warning(
                    "The database does not answer; the housekeeping waits", exc_info=True
                )
            waits = True
            # A server that comes back gets a new connection: the old one never recovers.
            connections.close_all()
        except Exception:
            # A thread that ended would be missed only when every chore is late.
            logger.exception("The housekeeping failed; the next look comes")
        else:
            waits = False
        time.sleep(CHORES_EVERY)
