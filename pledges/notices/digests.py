"""One e-mail a day to each officer: what waits for their review when it is sent."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django_tasks import task

from pledges import transactions
from pledges.core.lifecycle import Role
from pledges.models import Organisation, Person, Pledge, RequestCount
from pledges.models.pledges import PledgeQuerySet
from pledges.notices import sending

FROM_HOUR: Final = 8
"""By the organisation's clock: the mail is there when people come to work."""


def queue_digests(at: datetime) -> int:
    """Queue the mails of the day for those who have something to review; gives their number.

    Asked again on the same day, it queues those alone for whom something came since.
    """
    local = Organisation.current().localtime(at)
    if local.hour < FROM_HOUR:
        return 0
    officers = [each for each in _officers() if _waiting_for(each).exists()]
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


@task()
def send_digest(person_id: int, *, tries: int = 0, message_id: str = "") -> None:
    """Count what waits now, and send it; what was judged since the mail was queued is no news."""
    officer = Person.objects.get(pk=person_id)
    waiting = _waiting_for(officer)
    count = waiting.count()
    if Role.COMPLIANCE not in officer.roles or not count:
        return
    oldest = waiting.first()
    about = {
        "count": count,
        "unusual": waiting.filter(flagged=True).count(),
        "since": oldest.signed_at if oldest else None,
    }
    again = sending.Again(send_digest, (person_id,), tries, message_id)
    sending.send_mail("digest", officer, about, at=timezone.now(), again=again)
