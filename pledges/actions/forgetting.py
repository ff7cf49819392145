"""What is kept for a while only, and removed by the worker's regular work."""

from datetime import datetime, timedelta
from typing import Final

from django_tasks_db.models import DBTaskResult

from pledges import notices
from pledges.models import RequestCount

MAIL_RESULTS_KEPT: Final = timedelta(days=1)


def forget_mail_results(at: datetime) -> int:
    """Remove what the queue still tells of mails that were sent, or given up, a day ago."""
    mails = DBTaskResult.objects.finished().filter(task_path__startswith=f"{notices.__name__}.")
    return mails.filter(finished_at__lte=at - MAIL_RESULTS_KEPT).delete()[0]


def forget_request_counts(at: datetime) -> int:
    """Remove the counts of requests and attempts whose windows have closed."""
    return RequestCount.objects.forget_closed(at)
