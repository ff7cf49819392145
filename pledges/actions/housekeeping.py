"""The chores that the background workers do at their time, each by one worker of all of them."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Now

from pledges import audit
from pledges.actions import (
    batches,
    clearing,
    expiring,
    inviting_many,
    leaving,
    ledger_checking,
    lost_tasks,
    noting_readings,
    pending,
    rendering_ahead,
    renewing,
    review_claims,
    sealing,
    sweeping,
    version_steps,
    working_calendar,
)
from pledges.actions.papers import list_filing, list_work
from pledges.actions.reminders import sending_due
from pledges.actions.rosters import applying
from pledges.actions.tasks import (
    closing,
    issuing_reports,
    joining,
    launching,
    versions_following,
)
from pledges.models import BackgroundWorker, ChoreRun
from pledges.models.housekeeping import SEEN_WITHIN
from pledges.notices import digests

logger = logging.getLogger(__name__)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# When another worker takes whoever is at a chore for dead. Being wrong costs nothing: a chore that
# is done twice at once finds less to do.
MAX_LEASE = HOUR
MAX_RETRY = 10 * MINUTE  # after a failure
# What stood still while the site was down is given so many seconds to catch up.
SETTLED_AFTER = 120.0
_STARTED = time.monotonic()


@dataclass(frozen=True)
class Chore:
    """What is done every so often; `do` is told the time, and says how many things it did.

    Without `do`, a process of its own does it and notes that by `note_done`. A machine on which it
    is not `possible` leaves it to the others: somebody's missing keys are no failure of the chore.
    """

    name: str
    every: timedelta
    do: Callable[[datetime], int] | None
    possible: Callable[[datetime], bool] = lambda at: True

    @property
    def lease(self) -> timedelta:
        """For how long it is one worker's."""
        return min(self.every, MAX_LEASE)

    def is_due(self, now: datetime, due_at: datetime) -> bool:
        """Whether it is to be done; no row puts it off for longer than it ever is.

        A clock that was ahead would otherwise silence it for as long, and so could whoever writes
        the database: nobody would miss the check that finds them.
        """
        return due_at <= now or due_at > now + self.latest_due

    @property
    def latest_due(self) -> timedelta:
        """How far ahead a row may say that it is due.

        A minute more than it ever is: another worker's statement may have begun after ours.
        """
        return self.every + MINUTE

    @property
    def late_after(self) -> timedelta:
        """When it is missed: a worker died at it, and the next one failed."""
        return self.every + self.lease + MAX_RETRY


CHECKPOINTS = "checkpoints"
SCHEDULE = (
    Chore(CHECKPOINTS, MINUTE, None),
    Chore("bulk acceptances", MINUTE, batches.resume),
    Chore("invitations", MINUTE, inviting_many.resume),
    Chore("lists of papers", MINUTE, list_work.resume),
    Chore("readings", MINUTE, noting_readings.record_noted),
    Chore("task launches", MINUTE, launching.resume),
    Chore("task closings", MINUTE, closing.resume),
    Chore("completion reports", 10 * MINUTE, issuing_reports.resume, sealing.can_seal),
    Chore("task versions", MINUTE, versions_following.follow_steps),
    Chore("task joiners", DAY, joining.take_joiners),
    Chore("drafts on replaced versions", MINUTE, version_steps.settle),
    Chore("rosters", MINUTE, applying.resume),
    Chore("lost tasks", 5 * MINUTE, lost_tasks.requeue),
    Chore("calendar", DAY, working_calendar.load_published),
    Chore("notices", 5 * MINUTE, sending_due.send_due),
    Chore("digests", HOUR, digests.queue_digests),
    Chore("terms", HOUR, expiring.expire_due),
    Chore("leavers", HOUR, leaving.carry_out_due),
    Chore("passkeys", HOUR, pending.lapse),
    Chore("documents rendered ahead", HOUR, rendering_ahead.sweep),
    Chore("sessions", HOUR, clearing.clear_sessions),
    Chore("review claims", HOUR, review_claims.clear),
    Chore("phone links", HOUR, clearing.clear_phone_links),
    Chore("request counts", HOUR, clearing.clear_request_counts),
    Chore("task results", HOUR, clearing.clear_task_results),
    Chore("workers", HOUR, clearing.clear_workers),
    Chore("old rosters", DAY, clearing.clear_rosters),
    Chore("papers that nobody filed", HOUR, list_filing.clear),
    Chore("orphans", DAY, sweeping.sweep),
    Chore("redundant files", DAY, sweeping.remove_redundant),
    Chore("ledger", DAY, ledger_checking.check_ledger, lambda at: audit.has_key()),
    Chore("timestamps", 7 * DAY, renewing.extend, sealing.can_seal),
)


def run_due() -> int:
    """Do the chores that are due and that no other worker is at; gives how many were done."""
    make_known()
    rows = ChoreRun.objects.annotate(now=Now()).values_list("pk", "now", "due_at")
    known = {name: (now, due_at) for name, now, due_at in rows}
    due = [each for each in SCHEDULE if each.do and each.is_due(*known[each.name])]
    return sum(
        _run(chore, chore.do) for chore in due if chore.do and chore.possible(known[chore.name][0])
    )


def make_known() -> None:
    """See that each chore has its row; a new one is due at once."""
    known = set(ChoreRun.objects.values_list("pk", flat=True))
    new = [ChoreRun(name=chore.name) for chore in SCHEDULE if chore.name not in known]
    ChoreRun.objects.bulk_create(new, ignore_conflicts=True)


def note_done(name: str) -> None:
    """Note that the chore of that name was done just now."""
    done = {"failed": False, "succeeded_at": Now()}
    ChoreRun.objects.update_or_create(pk=name, defaults=done)


def _run(chore: Chore, do: Callable[[datetime], int]) -> bool:
    at = _claim(chore)
    if at is None:
        return False
    run = ChoreRun.objects.filter(pk=chore.name)
    try:
        count = do(at)
    except Exception:
        logger.exception("The chore %r failed", chore.name)
        run.update(failed=True, due_at=Now() + min(chore.every, MAX_RETRY))
        return False
    run.update(failed=False, succeeded_at=Now(), due_at=Now() + chore.every)
    if count:
        logger.info("The chore %r is done: %d", chore.name, count)
    return True


def _claim(chore: Chore) -> datetime | None:
    """Take the chore for a while, where it is still due; gives the time by the database's clock."""
    run = ChoreRun.objects.filter(pk=chore.name).exclude(
        due_at__gt=Now(), due_at__lte=Now() + chore.latest_due
    )
    if not run.update(due_at=Now() + chore.lease):
        return None
    return ChoreRun.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=chore.name)


def report(worker: str, *, can_seal: bool) -> None:
    """Note that a worker runs, and whether its keys can seal."""
    BackgroundWorker.objects.update_or_create(
        pk=worker, defaults={"seen_at": Now(), "can_seal": can_seal}
    )


def sign_off(worker: str) -> None:
    """Note that a worker ends, so that nobody misses it."""
    BackgroundWorker.objects.filter(pk=worker).delete()


def chores_warning() -> str:
    """Which chores failed or are late, in a few words fit for strangers; "" for none."""
    if _has_just_started():
        return ""
    make_known()
    runs = {run.name: run for run in ChoreRun.objects.annotate(now=Now())}
    return ", ".join(told for chore in SCHEDULE if (told := _told(chore, runs[chore.name])))


def _told(chore: Chore, run: Any) -> str:
    if run.failed:
        return f"{chore.name}: failed"
    late = abs(run.now - run.succeeded_at) > chore.late_after
    return f"{chore.name}: late" if late else ""


def workers_warning() -> str:
    """Whether background workers are missing, or cannot seal; "" when all is well."""
    if _has_just_started():
        return ""
    running = BackgroundWorker.objects.filter(seen_at__gt=Now() - SEEN_WITHIN)
    seals = list(running.values_list("can_seal", flat=True))
    if not seals:
        make_known()
        # An installation that is younger than that has had no time to start one.
        old = ChoreRun.objects.filter(succeeded_at__lte=Now() - SEEN_WITHIN).exists()
        return f"none has been seen for {SEEN_WITHIN // MINUTE} minutes" if old else ""
    unable = seals.count(False)
    return f"{unable} of {len(seals)} cannot seal: keys cannot be used there" if unable else ""


def _has_just_started() -> bool:
    return time.monotonic() - _STARTED < SETTLED_AFTER
