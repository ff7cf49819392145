"""Who brought a genuine file need not bring it again to print it: a ticket says that they had it.

It names a file that this installation issued and keeps, and holds for a quarter of an hour. Nothing
of the file that was brought is kept for it.
"""

from typing import Final

from django.core import signing

from pledges.core.lifecycle import PledgeState
from pledges.models import Document
from pledges.verification import Judgement

SALT: Final = "shounuo.verified-printout"
MAX_AGE: Final = 15 * 60  # seconds


def make(judgement: Judgement) -> str:
    """A ticket for the file that was judged; empty where its bytes are not kept here."""
    file, status = judgement.issued, judgement.public_status
    if file is None or status is None or status.status == PledgeState.ERASED:
        return ""
    return signing.dumps([str(file.pledge_id), file.sha256], salt=SALT)


def read(ticket: str) -> Document | None:
    """The file that a ticket names; none where it is not one of ours, or no more."""
    try:
        pledge, sha256 = signing.loads(ticket, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return Document.objects.filter(pledge_id=pledge, sha256=sha256).first()
