"""E-mails to human resources: what somebody says is wrong in their own record."""

import json
from typing import Final

from django.utils import timezone
from django_tasks import task

from pledges.models import LedgerEntry, LedgerOpening, Person
from pledges.notices import sending

SAID: Final = "said"
"""Under which name the ledger keeps the words apart from the entry that commits to them."""


def tell(receiver: Person, *, about: Person, entry: LedgerEntry) -> None:
    """Queue the mail, in the transaction of the entry; what was said is not in the queue."""
    # As text: an erasure finds what is queued about a person by the number of their row.
    sending.queue(send, receiver.pk, about.pk, str(entry.pk))


@task()
def send(
    receiver_id: int, person_id: int, entry: str, *, tries: int = 0, message_id: str = ""
) -> None:
    """Send one mail; none about somebody who was erased meanwhile."""
    opening = LedgerOpening.objects.filter(entry_id=int(entry), name=SAID).first()
    if opening is None:
        return
    about = {
        "who": Person.objects.select_related("department").get(pk=person_id),
        "said": "\n  ".join(json.loads(opening.value).splitlines()),
    }
    again = sending.Again(send, (receiver_id, person_id, entry), tries, message_id)
    receiver = Person.objects.get(pk=receiver_id)
    sending.send_mail("record_reported", receiver, about, at=timezone.now(), again=again)
