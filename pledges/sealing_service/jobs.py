"""What is done where the keys are: signing, sealing, timestamping, judging before issuing.

A request and its answer are JSON and bytes, so that whoever asks cannot run code beside the keys.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from pledges import crash_points, keyring
from pledges.core.seal_refusals import CompanyNotPinned, TimestampUnavailable
from pledges.forkserver import framing
from pledges.proof.keys import chains, event_certificates
from pledges.proof.keys.hierarchy import COMPANY_CA, EVENT_CA
from pledges.proof.keys.key_store import SigningIdentity, Store
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.pdf.incremental_update import UnknownField
from pledges.proof.records import verdict as record_verdicts
from pledges.proof.records.judging import judge_any
from pledges.proof.signatures import pades, validation
from pledges.proof.signatures.pades import Identity, Timestamping
from pledges.proof.verdict import Rejected
from pledges.sealing_service import refusing

logger = logging.getLogger(__name__)

PAUSE: Final = 2.0  # seconds between two attempts at a timestamp authority
Parts = Sequence[bytes]
Told = tuple[Mapping[str, Any], bytes]


def sign_as_manager(asked: Mapping[str, Any], parts: Parts, at: datetime) -> Told:
    """Revision 1, by a key and certificate that exist for this one document and end here."""
    pdf, appearance, evidence = parts
    store = keyring.store()
    signer = event_certificates.make_one_shot_identity(store, **asked["signatory"], at=at)
    identity = Identity(
        signer.signer, (to_asn1(store.root),), event_certificates.crls_of(store, EVENT_CA, at)
    )
    made = _append(
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
    crash_points.reach("sealing:signed")
    return made


def seal_as_company(asked: Mapping[str, Any], parts: Parts, at: datetime) -> Told:
    """Revision 2, and the document timestamp after it."""
    pdf, appearance = parts
    identity = _company_identity(at)
    made = _append(
        pdf,
        at,
        lambda: pades.seal_as_company(
            pdf, appearance=appearance, identity=identity, at=at, timestamping=timestamping(at)
        ),
    )
    crash_points.reach("sealing:sealed")
    return made


def seal_record(asked: Mapping[str, Any], parts: Parts, at: datetime) -> Told:
    """Revision 1 of a record, and the document timestamp after it."""
    pdf, appearance, record = parts
    identity = _company_identity(at)
    made = _append(
        pdf,
        at,
        lambda: pades.seal_record(
            pdf,
            appearance=appearance,
            record=record,
            identity=identity,
            at=at,
            timestamping=timestamping(at),
        ),
    )
    crash_points.reach("sealing:record")
    return made


def _company_identity(at: datetime) -> Identity:
    store, seal = _company_seal(at)
    # A licensed authority's own lists are not ours to issue.
    crls = () if store.seal.foreign else event_certificates.crls_of(store, COMPANY_CA, at)
    return Identity(seal.signer, tuple(to_asn1(each) for each in store.anchors()), crls)


def require_company_seal(asked: Mapping[str, Any], parts: Parts, at: datetime) -> Told:
    """Nothing, where the company's seal of `at` can be made; else a refusal."""
    _company_seal(at)
    return {}, b""


def _company_seal(at: datetime) -> tuple[Store, SigningIdentity]:
    store = keyring.store()
    seal = store.company_seal(at)
    if missing := store.missing_pin(settings.COMPANY_PINS, at):
        raise CompanyNotPinned(missing)
    return store, seal


def renew_timestamp(asked: Mapping[str, Any], parts: Parts, at: datetime) -> Told:
    """The file with one more document timestamp."""
    (pdf,) = parts
    authority = timestamping(at)
    if authority is None:
        raise TimestampUnavailable("no timestamp authority is configured")
    return _append(pdf, at, lambda: pades.renew_timestamp(pdf, at=at, timestamping=authority))


def judge(asked: Mapping[str, Any], parts: Parts, at: datetime) -> Told:
    """The verdict on a file that is to be issued, and until when its timestamp vouches for it."""
    (pdf,) = parts
    verdict = record_verdicts.any_to_json(judge_any(pdf, trust=keyring.trust(), at=at))
    until = validation.stamped_until(pdf) if asked["archival"] else None
    crash_points.reach("sealing:judged")
    return {"verdict": verdict, "until": until.isoformat() if until else None}, b""


def state(asked: Mapping[str, Any], parts: Parts, at: datetime) -> Told:
    """Whether signing and sealing are possible at `at`, and what ends within so many days."""
    store = keyring.store()
    soon = event_certificates.expiring(store, at, timedelta(days=asked["days"]))
    found = {
        "ending": [[name, end.isoformat()] for name, end in soon],
        "pin": store.missing_pin(settings.COMPANY_PINS, at),
    }
    if asked["usable"]:
        store.company_seal(at)
        store.event_authority(at)
    return found, b""


def anchors(asked: Mapping[str, Any], parts: Parts, at: datetime) -> Told:
    """The roots of licensed authorities that came with the company's key."""
    return {}, chains.to_pem(keyring.anchors())


JOBS: Final[Mapping[str, Callable[[Mapping[str, Any], Parts, datetime], Told]]] = {
    job.__name__: job
    for job in (
        sign_as_manager,
        seal_as_company,
        seal_record,
        require_company_seal,
        renew_timestamp,
        judge,
        state,
        anchors,
    )
}


def answer(request: bytes) -> bytes:
    """Do what a request asks for; a refusal is an answer too."""
    asked, parts = framing.unpack(request)
    try:
        told, made = JOBS[asked["do"]](asked, parts, datetime.fromisoformat(asked["at"]))
    except refusing.KNOWN as refusal:
        told, made = {"refused": refusing.to_json(refusal)}, b""
    return b"".join(framing.pack(told, made))


def _append(pdf: bytes, at: datetime, make: Callable[[], bytes]) -> Told:
    """What `make` appends to `pdf`, or why it is no file of a known format."""
    try:
        return {}, _patiently(make)
    except (Rejected, UnknownField) as error:
        verdict = judge_any(pdf, trust=keyring.trust(), at=at)
        return {"unknown": str(error), "verdict": record_verdicts.any_to_json(verdict)}, b""


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


def timestamping(at: datetime) -> Timestamping | None:
    """The timestamp authority for what happens at `at`, if one is configured."""
    stamper = keyring.timestamper(at)
    return Timestamping(stamper, stamper.roots) if stamper else None
