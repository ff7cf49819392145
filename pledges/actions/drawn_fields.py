"""What stands in the boxes of a signed document, as its stored bytes hold it: not as a row says."""

import logging

from pledges.actions.readings import StoredDocument
from pledges.core.appearances import Appearance, SignedFields
from pledges.models import Document, Organisation, Pledge
from pledges.proof.pdf import appearances

logger = logging.getLogger(__name__)


def read(pledge: Pledge, stored: StoredDocument) -> SignedFields:
    """The pledgor's signature and the company's stamp, each from the revision that brought it."""
    day = Organisation.current().localdate
    files = {file.revision: file for file in pledge.documents.all()}
    signed, accepted = files[Document.Revision.SIGNED], files.get(Document.Revision.ACCEPTED)
    stamp = _shown_by(stored.issued[signed.size :], pledge) if accepted else None
    return SignedFields(
        signed_on=day(signed.created_at),
        confirmed_on=day(accepted.created_at) if accepted else None,
        signature=_shown_by(stored.issued[len(stored.file) : signed.size], pledge),
        stamp=stamp,
    )


def _shown_by(revision: bytes, pledge: Pledge) -> Appearance | None:
    try:
        return appearances.read(revision)
    except appearances.NoAppearance as error:
        logger.warning("What a box of pledge %s shows cannot be read: %s", pledge.pk, error)
        return None
