"""Signature and seal by the keys of this installation, with a timestamp authority if it has one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings

from pledges.actions import quarantine
from pledges.core.refusals import (
    FileNotGenuine,
    KeyExpired,
    MakerAbsent,
    MakingFailed,
    SealUnavailable,
    Unmade,
)
from pledges.models import Organisation, SigningIntent
from pledges.proof.fileformat import Level
from pledges.sealing_service import client


def level_at_signing() -> Level:
    """The level that a manager's signature made now would have."""
    return Level.LONG_TERM if settings.TSA_URL else Level.BASIC


def level_at_acceptance() -> Level:
    """The level that a company's seal made now would have."""
    return Level.ARCHIVAL if settings.TSA_URL else Level.BASIC


def sign_as_manager(
    pdf: bytes,
    *,
    appearance: bytes,
    evidence: bytes,
    intent: SigningIntent,
    at: datetime,
) -> bytes:
    """Revision 1, by a key and certificate that exist for this one document.

    Raises SealUnavailable when keys or timestamp authority cannot be used, Unmade.
    """
    signatory = {
        "name": intent.signer["name"],
        "employee_number": intent.signer["employee_number"],
        "department": intent.signer["department"],
        "organisation": intent.organisation,
        "digest_hex": intent.document_digest,
    }
    with _told(pdf, at):
        return client.sign_as_manager(
            pdf, appearance=appearance, evidence=evidence, signatory=signatory, at=at
        )


def seal_as_company(pdf: bytes, *, appearance: bytes, at: datetime) -> bytes:
    """Revision 2, and the document timestamp after it. Raises SealUnavailable, Unmade.

    FileNotGenuine is one, for a file of no format that we know; and CompanyNotPinned: our own
    verdict would not take that seal for the company's.
    """
    with _told(pdf, at):
        return client.seal_as_company(pdf, appearance=appearance, at=at)


def seal_record(pdf: bytes, *, appearance: bytes, record: bytes, at: datetime) -> bytes:
    """Revision 1 of a record, and the document timestamp after it. Raises as `seal_as_company`."""
    with _told(pdf, at):
        return client.seal_record(pdf, appearance=appearance, record=record, at=at)


def can_seal(at: datetime) -> bool:
    """Whether this machine has all that a company's seal of `at` takes, but for a timestamp."""
    try:
        client.require_company_seal(at)
    except (SealUnavailable, MakerAbsent, MakingFailed):
        return False
    except Unmade:
        return True  # many wait for their turn: that is no fault of the keys
    return True


def renew_timestamp(pdf: bytes, *, at: datetime) -> bytes:
    """`pdf` with one more document timestamp. Raises TimestampUnavailable, Unmade."""
    with _told(pdf, at):
        return client.renew_timestamp(pdf, at=at)


@contextmanager
def _told(pdf: bytes, at: datetime) -> Iterator[None]:
    """Keep what is of no known format; tell the days of a key by the organisation's calendar."""
    try:
        yield
    except client.NotGenuine as error:
        raise FileNotGenuine(str(error), quarantine.keep(pdf, error.verdict, at)) from error
    except KeyExpired as error:
        local = Organisation.current().localtime
        raise KeyExpired(error.name, local(error.begins), local(error.not_after)) from error
