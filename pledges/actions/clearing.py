"""Removing rows that have had their day: sessions, results of tasks, counters, workers."""

from datetime import datetime, timedelta

from django.db.models import Q
from django_tasks_db.models import DBTaskResult

from pledges import notices
from pledges.models import BackgroundWorker, PhoneLink, RequestCount, Roster, Session
from pledges.models.phone_links import PHONE_LINK_LASTS
from pledges.proof.passkeys import pending_records

# The error of a mail that could not be sent may name an address.
MAILS_KEPT = timedelta(days=1)
# Long enough that somebody sees after a holiday what failed.
OTHERS_KEPT = timedelta(days=14)
WORKERS_KEPT = timedelta(days=1)
# As long as what was registered through one may wait, at the end of its five minutes.
PHONE_LINKS_KEPT = PHONE_LINK_LASTS + pending_records.LASTS


def clear_sessions(at: datetime) -> int:
    """Remove the sessions that have ended."""
    return Session.objects.filter(expire_date__lte=at).delete()[0]


def clear_task_results(at: datetime) -> int:
    """Remove what the queue keeps of tasks that were done, failed, or lost with their worker."""
    begun = DBTaskResult.objects.exclude(status="READY")
    mails = Q(task_path__startswith=f"{notices.__name__}.")
    old = mails & Q(started_at__lte=at - MAILS_KEPT) | Q(started_at__lte=at - OTHERS_KEPT)
    return begun.filter(old).delete()[0]


def clear_request_counts(at: datetime) -> int:
    """Remove the counts of requests and attempts whose windows have closed."""
    return RequestCount.objects.forget_closed(at)


def clear_phone_links(at: datetime) -> int:
    """Remove the links through which nothing can wait for confirmation any more."""
    return PhoneLink.objects.filter(created_at__lte=at - PHONE_LINKS_KEPT).delete()[0]


def clear_rosters(at: datetime) -> int:
    """Remove the lists of people, with their files and plans, whose thirty days are over."""
    return Roster.objects.old(at).delete()[1].get("pledges.Roster", 0)


def clear_workers(at: datetime) -> int:
    """Forget the workers that have not been seen for long."""
    return BackgroundWorker.objects.filter(seen_at__lte=at - WORKERS_KEPT).delete()[0]
