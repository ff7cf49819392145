"""One e-mail each working day to each officer: what waits for them when it is sent.

It is sent where pledges wait for review, or excuses and cancellations for a second person; it then
also says how far the signing tasks are.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count
from django.utils import timezone
from django_tasks import task

from pledges import transactions
from pledges.core.lifecycle import Role
from pledges.core.standings import DONE, TaskState
from pledges.models import (
    CalendarDay,
    Excuse,
    NoticeSwitch,
    Organisation,
    Person,
    Pledge,
    RequestCount,
    SigningTask,
)
from pledges.models.pledges import PledgeQuerySet
from pledges.notices import sending
from pledges.notices.kinds import Kind

MAX_TASKS: Final = 20
FROM_HOUR: Final = 8
"""By the organisation's clock: the mail is there when people come to work."""


def queue_digests(at: datetime) -> int:
    """Queue the mails of the day for those who have something to review; gives their number.

    Asked again on the same day, it queues those alone for whom something came since.
    """
    local = Organisation.current().localtime(at)
    worked = CalendarDay.objects.as_calendar().is_working(local.date())
    if local.hour < FROM_HOUR or not worked or not NoticeSwitch.is_on(Kind.DIGEST):
        return 0
    officers = [each for each in _officers() if _waiting_for(each).exists() or _decisions_of(each)]
    return sum(_queue(officer, f"{local:%Y-%m-%d}") for officer in officers)


@transactions.atomic
def _queue(officer: Person, day: str) -> bool:
    """Both happen, or neither: the mail is queued, and the day is noted as told."""
    if not RequestCount.objects.is_first(f"digest {day} person:{officer.pk}", timedelta(days=2)):
        return False
    sending.queue(send_digest, officer.pk)
    return True


def _officers() -> list[Person]:
    named = Person.objects.filter(groups__name=Role.COMPLIANCE, is_active=True)
    return list(named.exclude(email="").order_by("pk"))


def _waiting_for(officer: Person) -> PledgeQuerySet:
    """What `officer` may judge: nobody judges a pledge of their own."""
    return Pledge.objects.awaiting_review().exclude(person_id=officer.pk)


def _decisions_of(officer: Person) -> int:
    """How many excuses and cancellations wait for `officer` as the second person."""
    excuses = Excuse.objects.filter(
        outcome=Excuse.Outcome.OPEN, member__task__state=TaskState.RUNNING
    )
    asked = SigningTask.objects.filter(
        state=TaskState.RUNNING, cancellation_asked_at__isnull=False
    ).exclude(cancellation_asked_by=officer)
    others = excuses.exclude(asked_by=officer).exclude(member__person=officer)
    return others.count() + asked.count()


def _progress(at: datetime) -> list[dict[str, object]]:
    """How far each running task is, those that end first at the top."""
    day = Organisation.current().localdate(at)
    running = SigningTask.objects.filter(state=TaskState.RUNNING).order_by("due_on", "pk")
    found = []
    for each in running[:MAX_TASKS]:
        members = each.members.with_standing(day)
        counts = dict(members.order_by().values_list("standing").annotate(Count("pk")))
        total = sum(counts.values())
        done = sum(counts.get(standing, 0) for standing in DONE)
        late = each.members.late(day).count()
        objections = each.members.filter(objected_at__isnull=False).count()
        line = {"task": each, "total": total, "done": done, "late": late}
        found.append({**line, "objections": objections})
    return found


@task()
def send_digest(person_id: int, *, tries: int = 0, message_id: str = "") -> None:
    """Count what waits now, and send it; what was judged since the mail was queued is no news."""
    officer = Person.objects.get(pk=person_id)
    waiting = _waiting_for(officer)
    count, decisions, at = waiting.count(), _decisions_of(officer), timezone.now()
    if Role.COMPLIANCE not in officer.roles or not (count or decisions):
        return
    oldest = waiting.first()
    about = {
        "count": count,
        "unusual": waiting.filter(flagged=True).count(),
        "since": oldest.signed_at if oldest else None,
        "decisions": decisions,
        "tasks": _progress(at),
    }
    again = sending.Again(send_digest, (person_id,), tries, message_id)
    sending.send_mail("digest", officer, about, at=at, again=again)
