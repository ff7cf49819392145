"""Checkpoints are published to the folder, and sent to people who keep them."""

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from pledges import audit
from pledges.models import LedgerCheckpoint

logger = logging.getLogger(__name__)


def publish(at: datetime) -> LedgerCheckpoint:
    """A checkpoint of the ledger as it stands, outside the database when this returns.

    Raises LedgerBroken when the ledger contradicts what was published before, and
    CheckpointUnavailable when it cannot be signed or written.
    """
    return audit.checkpoint(at)


def send_latest() -> bool:
    """Mail the newest checkpoint to CHECKPOINT_MAIL, unless it was sent; says whether it was now.

    Raises OSError (SMTPException is one) when it cannot be sent: it is then due as before.
    """
    note = audit.published() if settings.CHECKPOINT_MAIL else None
    if note is None:
        return False
    size = audit.opened(note).size
    if size <= audit.sent():
        return False
    with translation.override(settings.LANGUAGE_CODE):
        message = EmailMessage(
            subject=_("Checkpoint of the ledger: %(size)d entries") % {"size": size},
            body=_(
                "The ledger signed the attached checkpoint. Please keep this message. If "
                "anyone changes, removes or inserts an entry that it covers, the "
                "checkpoint reveals it (manage.py verify_ledger --since FILE). It "
                "contains no personal data."
            )
            + f"\n\n{note}",
            to=list(settings.CHECKPOINT_MAIL),
        )
    message.attach(f"{size:012}.note", note.encode(), "application/octet-stream")
    message.send()
    audit.note_sent(size)
    return True
