"""What a signing changes in rows that others may be changing too: claimed, never overwritten."""

from datetime import datetime

from pledges.actions import expiring
from pledges.core import lifecycle, refusals
from pledges.models import Pledge, SigningIntent


def use_up(intent: SigningIntent, at: datetime) -> None:
    """Claim the intent by its digest: of any number of submits at once, one goes on."""
    claimed = SigningIntent.objects.filter(
        pk=intent.pk, used_at__isnull=True, document_digest=intent.document_digest
    ).update(used_at=at)
    if claimed != 1:
        raise refusals.AlreadySigned


def freeze(pledge: Pledge, intent: SigningIntent, *, at: datetime, flagged: bool) -> None:
    frozen = {
        "status": lifecycle.SIGN.target,
        "answers": intent.answers,
        "signer_name": intent.signer["name"],
        "signer_employee_number": intent.signer["employee_number"],
        "signer_department": intent.signer["department"],
        "signed_at": at,
        "ends_on": expiring.last_day(pledge, at),
        "content_digest": intent.content_digest,
        "document_digest": intent.document_digest,
        "flagged": flagged,
    }
    claimed = Pledge.objects.filter(
        pk=pledge.pk,
        status__in=lifecycle.SIGN.sources,
        answers_revision=intent.answers_revision,
    ).update(**frozen)
    if claimed != 1:
        raise refusals.AlreadySigned
    for field, value in frozen.items():
        setattr(pledge, field, value)
