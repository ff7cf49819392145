"""E-mails to people: queued with the change they tell of, sent by the worker after it.

Here are those about a pledge, to its person; those about somebody's account are in
`notices.accounts`, the daily ones to officers in `notices.digests`, and what somebody says is
wrong in their record in `notices.record_reports`.
"""

import logging
from typing import Final

from django.conf import settings
from django.utils import timezone, translation
from django_tasks import task

from pledges import issued_files, wording
from pledges.models import Document, NoticeSwitch, Pledge
from pledges.notices import sending

logger = logging.getLogger(__name__)
SIGNED = "signed"
ACCEPTED = "accepted"
RETURNED = "returned"
REVOKED = "revoked"
EXPIRED = "expired"
WITHDRAWN = "withdrawn"

MAX_ATTACHED_BYTES: Final = 5 * 1024 * 1024
"""In a mail it grows by a third, and many servers take no mail above ten megabytes."""


def announce(event: str, pledge: Pledge) -> None:
    """Queue the mail about `event`, in the caller's transaction: both happen, or neither."""
    sending.queue(send, event, str(pledge.pk), pledge.person_id)


@task()
def send(
    event: str, pledge_id: str, person_id: int, *, tries: int = 0, message_id: str = ""
) -> None:
    """Send one mail to the person whose pledge it is."""
    pledge = Pledge.objects.select_related("version", "person").get(pk=pledge_id)
    if pledge.person_id != person_id:
        return  # queued when officers still got a mail for each pledge: the daily one tells of it
    if not NoticeSwitch.is_on(event):
        return
    about = {
        "pledge": pledge,
        "title": pledge.version.subtitle.in_(pledge.person.language),
        "reasons": _reasons(pledge),
        "attached": _sealed_file(pledge) if event == ACCEPTED else [],
    }
    again = sending.Again(send, (event, pledge_id, person_id), tries, message_id)
    sending.send_mail(event, pledge.person, about, at=timezone.now(), again=again)


def _reasons(pledge: Pledge) -> list[dict[str, str]]:
    """Why `pledge` was returned, each with its clause as its reader cites it."""
    outline = pledge.version.outline(pledge.language)
    with translation.override(pledge.person.language):
        return [
            {
                "citation": wording.citation(outline, reason.clause),
                "text": reason.text,
            }
            for reason in pledge.return_reasons.all()
        ]


def _sealed_file(pledge: Pledge) -> list[sending.Attached]:
    """The file of an accepted pledge as it is stored, where this installation attaches it.

    The mail says where it lies in any case, so one that cannot be read or sent is left out.
    """
    newest = pledge.documents.order_by("-revision").first()
    if not settings.ATTACH_ACCEPTED or newest is None:
        return []
    if newest.revision < Document.Revision.ACCEPTED or newest.size > MAX_ATTACHED_BYTES:
        return []
    newest.pledge = pledge
    try:
        content = issued_files.obtain(newest)
    except issued_files.FileUnavailable as error:
        logger.error("The file of pledge %s was not attached: %s", pledge.pk, error.__cause__)
        return []
    return [sending.Attached(newest.file_name().full, content, "application/pdf")]
