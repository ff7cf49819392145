"""Signature and seal by the keys of this installation, with a timestamp authority if it has one."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings

from pledges import keyring
from pledges.actions import quarantine
from pledges.core.refusals import (
    CompanyNotPinned,
    FileNotGenuine,
    KeyExpired,
    SealUnavailable,
    TimestampUnavailable,
)
from pledges.models import Organisation, SigningIntent
from pledges.proof.fileformat import Level
from pledges.proof.judging import judge
from pledges.proof.keys import event_certificates
from pledges.proof.keys.hierarchy import COMPANY_CA, EVENT_CA
from pledges.proof.keys.key_store import SigningIdentity, Store
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.pdf.incremental_update import UnknownField
from pledges.proof.signatures import pades
from pledges.proof.signatures.pades import Identity, Timestamping
from pledges.proof.verdict import Rejected

logger = logging.getLogger(__name__)

PAUSE = 2.0  # seconds between two attempts at a timestamp authority


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

    Raises SealUnavailable when keys or timestamp authority cannot be used.
    """
    store = keyring.store()
    with _told_in_local_time():
        signer = event_certificates.make_one_shot_identity(
            store,
            name=intent.signer["name"],
            employee_number=intent.signer["employee_number"],
            department=intent.signer["department"],
            organisation=intent.organisation,
            digest_hex=intent.document_digest,
            at=at,
        )
    identity = Identity(
        signer.signer, (to_asn1(store.root),), event_certificates.crls_of(store, EVENT_CA, at)
    )
    return _append(
        pdf,
        at,
        lambda: pades.sign_as_manager(
            pdf,
            appearance=appearance,
            evidence=evidence,
            identity=identity,
            at=at,
            timestamping=timestamping(at),
        ),
    )


def seal_as_company(pdf: bytes, *, appearance: bytes, at: datetime) -> bytes:
    """Revision 2, and the document timestamp after it. Raises SealUnavailable.

    FileNotGenuine is one, for a file of no format that we know; and CompanyNotPinned: our own
    verdict would not take that seal for the company's.
    """
    store, seal = _company_seal(at)
    # A licensed authority's own lists are not ours to issue.
    crls = () if store.seal.foreign else event_certificates.crls_of(store, COMPANY_CA, at)
    anchors = tuple(to_asn1(each) for each in store.anchors())
    identity = Identity(seal.signer, anchors, crls)
    return _append(
        pdf,
        at,
        lambda: pades.seal_as_company(
            pdf, appearance=appearance, identity=identity, at=at, timestamping=timestamping(at)
        ),
    )


def can_seal(at: datetime) -> bool:
    """Whether this process has all that a company's seal of `at` takes, but for a timestamp."""
    try:
        _company_seal(at)
    except SealUnavailable:
        return False
    return True


def _company_seal(at: datetime) -> tuple[Store, SigningIdentity]:
    store = keyring.store()
    with _told_in_local_time():
        seal = store.company_seal(at)
    if missing := store.missing_pin(settings.COMPANY_PINS, at):
        raise CompanyNotPinned(missing)
    return store, seal


def renew_timestamp(pdf: bytes, *, at: datetime) -> bytes:
    """`pdf` with one more document timestamp. Raises TimestampUnavailable."""
    authority = timestamping(at)
    if authority is None:
        raise TimestampUnavailable("no timestamp authority is configured")
    return _append(pdf, at, lambda: pades.renew_timestamp(pdf, at=at, timestamping=authority))


def _append(pdf: bytes, at: datetime, make: Callable[[], bytes]) -> bytes:
    """What `make` appends to `pdf`; raises FileNotGenuine where it is no file of a known format."""
    try:
        return _patiently(make)
    except (Rejected, UnknownField) as error:
        verdict = judge(pdf, trust=keyring.trust(), at=at)
        raise FileNotGenuine(str(error), quarantine.keep(pdf, verdict, at)) from error


def _patiently(make: Callable[[], bytes]) -> bytes:
    """Try again for TSA_WAIT seconds while the timestamp authority does not answer."""
    give_up = time.monotonic() + settings.TSA_WAIT
    while True:
        try:
            return make()
        except TimestampUnavailable as error:
            if time.monotonic() + PAUSE > give_up:
                logger.error(
                    "Nothing was signed or sealed, for want of a timestamp: %s", error.reason
                )
                raise
        time.sleep(PAUSE)


@contextmanager
def _told_in_local_time() -> Iterator[None]:
    """Whoever reads that a key has expired reads the days by the organisation's calendar."""
    try:
        yield
    except KeyExpired as error:
        local = Organisation.current().localtime
        raise KeyExpired(error.name, local(error.begins), local(error.not_after)) from error


def timestamping(at: datetime) -> Timestamping | None:
    """The timestamp authority for what happens at `at`, if one is configured."""
    stamper = keyring.timestamper(at)
    return Timestamping(stamper, stamper.roots) if stamper else None
