"""Which running tasks a version to be published concerns, and what stops counting in each."""

from dataclasses import dataclass
from datetime import date

from pledges.actions.tasks import versions_following
from pledges.admin.tasks import frames
from pledges.admin.tasks.figures import Figure, Tally
from pledges.core.standings import SIGNED
from pledges.core.working_days import Calendar
from pledges.models import SigningTask, TemplateVersion


@dataclass(frozen=True)
class Follower:
    """A task, and how many of its members have signed what counts there today."""

    task: SigningTask
    address: str
    asks_again: bool
    signed: Figure
    parts: tuple[Figure, ...]


def of(version: TemplateVersion, today: date) -> list[Follower]:
    """The running tasks of its template in which `version` is going to count, those due first."""
    running = versions_following.behind(version).filter(closing_since__isnull=True)
    calendar = frames.calendar()
    return [_follower(task, today, calendar) for task in running.order_by("due_on", "pk")]


def _follower(task: SigningTask, today: date, calendar: Calendar) -> Follower:
    tally = Tally(task, today, calendar)
    return Follower(
        task=task,
        address=frames.address(task),
        asks_again=versions_following.asks_again(task),
        signed=tally.group("signed"),
        parts=tuple(tally.among(SIGNED)),
    )
