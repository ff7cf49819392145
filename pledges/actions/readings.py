"""What may be shown of a document: only what its stored bytes say, whatever the database says.

The digest of all that is promised is the permanent identifier of the file, and the file is kept
under its own hash. So content from the database is believed where its digest is that identifier.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.crypto import constant_time_compare, salted_hmac

from pledges import issued_files, sheets
from pledges.core import refusals
from pledges.core.digests import canonical_json, digest_of, sha256_hex
from pledges.core.sheet import Sheet
from pledges.models import Pledge, RenderedAhead, Signature, SigningIntent, TemplateVersion
from pledges.proof.pdf import document_id
from pledges.storage import document_store

logger = logging.getLogger(__name__)
GARBLED = (ValueError, TypeError, KeyError, AttributeError)
"""What rows that somebody wrote by hand, or a file that is no document of ours, may raise."""


@dataclass(frozen=True)
class StoredDocument:
    """A document as its stored bytes, and the sheet that says the same; `issued`: the whole file.

    `file` is revision 0, exactly as it was read and signed.
    """

    file: bytes
    sheet: Sheet
    issued: bytes


class _Differs(ValueError):
    """Something that the database says is not so; the text names it, for the log."""


def read_prepared(intent: SigningIntent, *, read: str = "") -> StoredDocument:
    """The document that `intent` prepared for its signer.

    `read`, if told, is the digest of the document that the signer's page showed. Raises
    `IntentExpired` where it is kept no more, `DocumentUnavailable`, `ReadingDiffers`.
    """
    with _told_of(f"intent {intent.pk}"):
        try:
            file = issued_files.read_prepared(intent)
        except document_store.Missing as missing:
            raise refusals.IntentExpired from missing
        _require(read in ("", intent.document_digest), "document that was read")
        content = sheets.prepared_content(intent)
        _require(len(file) == intent.document_size, "size of the document")
        _require(intent.version_digest == content["template"]["digest"], "version of the intent")
        sheet = _sheet(intent.pledge, content, file, intent.content_digest, intent.created_at)
        return StoredDocument(file, sheet, file)


def require_published_wording(version: TemplateVersion) -> None:
    """Raise `WordingDiffers` if a document would be made of other words than its digest names.

    To be asked of the very object that the document is made of: whoever writes the database could
    put another wording there for a moment, and what is rendered ahead is rendered when they choose.
    """
    try:
        differs = _wording(version) != version.digest
    except GARBLED:
        differs = True
    if differs:
        logger.error("The wording of version %s is not the one that was published", version.pk)
        raise refusals.WordingDiffers


def says(ahead: RenderedAhead, content_digest: str, version: TemplateVersion) -> bool:
    """Whether this site rendered it of that content and wording, and its bytes are kept."""
    if not constant_time_compare(ahead.content_digest, witness(ahead, content_digest, version)):
        return False
    try:
        return document_id.read(issued_files.read_rendered(ahead)) == content_digest
    except (document_store.Missing, document_store.Corrupt, *GARBLED):
        return False


def witness(ahead: RenderedAhead, content_digest: str, version: TemplateVersion) -> str:
    """What only a process of this site can say of a document that it rendered ahead.

    The identifier in a file is whatever its maker wrote there. So whoever writes database and store
    could have their own document offered in the place of ours; they have no `SECRET_KEY`.
    """
    about = {
        "pledge": str(ahead.pledge_id),
        "revision": ahead.answers_revision,
        "content": content_digest,
        "document": ahead.document_digest,
        "size": ahead.document_size,
        "at": ahead.rendered_at.astimezone(UTC).isoformat(),
        "version": version.pk,
        "font": version.font.sha256,
    }
    made = salted_hmac("shounuo.rendered-ahead", canonical_json(about), algorithm="sha256")
    return made.hexdigest()


def is_faithful(intent: SigningIntent) -> bool:
    """Whether the document of `intent` is kept and says what the intent says."""
    try:
        read_prepared(intent)
    except refusals.Refusal:
        return False
    return True


def read_signed(pledge: Pledge, signature: Signature | None = None) -> StoredDocument:
    """The document of a pledge that was signed, as its newest issued file holds it.

    Raises `DocumentUnavailable` and `ReadingDiffers`.
    """
    with _told_of(f"pledge {pledge.pk}"):
        made = signature or Signature.objects.select_related("intent").get(pledge=pledge)
        newest = pledge.documents.order_by("-revision").first()
        if newest is None:
            raise refusals.DocumentUnavailable
        issued = issued_files.read(newest)
        # The first bytes of every file of a pledge are those that were read and signed.
        file = issued[: made.intent.document_size]
        _require(sha256_hex(file) == pledge.document_digest, "digest of the document")
        content = sheets.signed_content(pledge, made)
        sheet = _sheet(pledge, content, file, pledge.content_digest, made.intent.created_at)
        return StoredDocument(file, sheet, issued)


def _sheet(
    pledge: Pledge, content: Mapping[str, Any], file: bytes, claimed: str, rendered_at: datetime
) -> Sheet:
    _require(_wording(pledge.version) == content["template"]["digest"], "wording of the version")
    sheet = sheets.sheet_of(pledge, content, rendered_at=rendered_at)
    identifier = document_id.read(file)
    _require(sheet.content_digest == identifier, "content")
    _require(claimed == identifier, "digest of the content")
    return sheet


def _wording(version: TemplateVersion) -> str:
    return digest_of(version.definition().content())


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise _Differs(what)


@contextmanager
def _told_of(what: str) -> Iterator[None]:
    """Turn what was found wrong into a refusal, and tell the operator of it."""
    try:
        yield
    except GARBLED as error:
        logger.error("The database contradicts the stored document of %s: %s", what, error)
        raise refusals.ReadingDiffers from error
    except (document_store.Missing, document_store.Corrupt) as error:
        logger.error("The document of %s cannot be read: %s", what, error)
        raise refusals.DocumentUnavailable from error
