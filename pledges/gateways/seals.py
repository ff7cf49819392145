"""Reading the seals and timestamps of a file: what they cover, who made them, when, and by whom
that is vouched for. Whatever is not in order raises `Rejected`."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final

from asn1crypto import x509 as asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko.sign.validation.pdf_embedded import (
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from pledges.core.verdict import Rejected
from pledges.gateways import loops, sealbytes
from pledges.gateways.pades import APPLICATION, Level
from pledges.gateways.sealfields import MANAGER_FIELD
from pledges.gateways.trust import Trust

DOCUMENT_URN: Final = "urn:shounuo:document:sha256:"
"""In a one-shot certificate, as alternative name of its subject: the document it is for."""
CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far a seal may lie in the future of whoever judges it."""


@dataclass(frozen=True)
class File:
    """A file that was read, and where each of its revisions ends."""

    pdf: bytes
    reader: Any
    ends: tuple[int, ...]


@dataclass(frozen=True)
class Seal:
    """A seal that holds: `sealed_at` as it claims itself, `stamped_at` as an authority says."""

    field: str
    level: Level
    sealed_at: datetime
    stamped_at: datetime | None
    certificate: asn1.Certificate

    @property
    def subject(self) -> dict[str, str]:
        """The distinguished name of who seals, by attribute; empty where there is none."""
        named: dict[str, str] = defaultdict(str)
        named.update(self.certificate.subject.native)
        return named

    @property
    def bound_to(self) -> str:
        """The SHA-256 of the document that the certificate was issued for, or nothing."""
        names = self.certificate.subject_alt_name_value
        for name in names.native if names is not None else ():
            if isinstance(name, str) and name.startswith(DOCUMENT_URN):
                return name.removeprefix(DOCUMENT_URN)
        return ""


def read_seal(file: File, revision: int, field: str, trust: Trust) -> Seal:
    """The seal in `field`, made in `revision`; raises `Rejected` unless all of it holds."""
    embedded = _embedded(file, revision, field)
    signature = embedded.sig_object
    if signature.get("/SubFilter") != SigSeedSubFilter.PADES.value:
        raise Rejected("broken-seal")
    _check_permissions(file.reader, embedded, field)
    level, sealed_at = _declared(signature), embedded.self_reported_timestamp
    if sealed_at is None:
        raise Rejected("broken-seal")
    stamped_at = _stamped_at(embedded)
    if level is not Level.BASIC and stamped_at is None:
        raise Rejected("timestamp-missing")
    if level is Level.BASIC and stamped_at is not None:
        raise Rejected("timestamp-contradicts")
    if stamped_at is not None and not trust.tsa_roots:
        raise Rejected("timestamp-unknown")
    status = _validated(embedded, trust.for_field(field), trust.tsa_roots, stamped_at or sealed_at)
    _check_status(status, _allowed_after(field))
    if not trust.lets_seal(field, status.validation_path):
        raise Rejected("wrong-issuer")
    sealbytes.check_form(embedded, status.validation_path, trust)
    if stamped_at is not None:
        sealbytes.check_token(_token(embedded), status.timestamp_validity.validation_path)
        if abs(stamped_at - sealed_at) > CLOCK_SKEW:
            raise Rejected("timestamp-contradicts")
    return Seal(field, level, sealed_at, stamped_at, embedded.signer_cert)


def read_timestamp(file: File, revision: int, field: str, trust: Trust) -> datetime:
    """The time of the document timestamp made in `revision`, by an authority that is known."""
    embedded = _embedded(file, revision, field)
    try:
        time = embedded.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
        context = _context(trust.tsa_roots, time)
        status = loops.run(async_validate_pdf_timestamp(embedded, context))
    except Exception as error:
        raise Rejected("timestamp-broken") from error
    if not (status.intact and status.valid):
        raise Rejected("timestamp-broken")
    if not status.trusted:
        raise Rejected("timestamp-unknown")
    if status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise Rejected("not-covered")
    sealbytes.check_token(embedded.signed_data, status.validation_path)
    return time  # type: ignore[no-any-return]  # the library has no types


def stamped_until(pdf: bytes) -> datetime | None:
    """When the certificate behind the last document timestamp of `pdf` ends; None without one."""
    stamps = PdfFileReader(BytesIO(pdf)).embedded_timestamp_signatures
    return stamps[-1].signer_cert.not_valid_after if stamps else None


def authority_until(reader: Any, field: str) -> datetime:
    """When the certificate of the authority behind the timestamp in `field` ends."""
    embedded = next(one for one in reader.embedded_signatures if one.field_name == field)
    return embedded.signer_cert.not_valid_after  # type: ignore[no-any-return]  # no types


def _embedded(file: File, revision: int, field: str) -> Any:
    """The one signature that `revision` brings, which must stand in `field` and cover all."""
    try:
        signatures = file.reader.embedded_signatures
        embedded = [one for one in signatures if one.signed_revision == revision]
    except Exception as error:
        raise Rejected("broken-seal") from error
    if [one.field_name for one in embedded] != [field]:
        raise Rejected("no-field", field=field)
    sealbytes.check_range(file.pdf, embedded[0], file.ends[revision])
    return embedded[0]


def _check_permissions(reader: Any, embedded: Any, field: str) -> None:
    """DocMDP P=2 for the manager's seal, which certifies; FieldMDP All alone for the company's."""
    if field == MANAGER_FIELD:
        certifies = reader.root["/Perms"].raw_get("/DocMDP")
        if certifies != embedded.sig_field.raw_get("/V"):
            raise Rejected("not-certifying")
        if embedded.docmdp_level is not MDPPerm.FILL_FORMS:
            raise Rejected("not-certifying")
        return
    locked = embedded.fieldmdp is not None and embedded.fieldmdp.action.name == "ALL"
    if not locked or embedded.docmdp_level is not None:
        raise Rejected("not-locking")


def _declared(signature: Any) -> Level:
    """The level that the sealed part of the signature says it has."""
    try:
        application = signature["/Prop_Build"]["/App"]
        if application["/Name"] == f"/{APPLICATION}":
            return Level(str(application["/REx"]))
    except (KeyError, ValueError):
        pass
    raise Rejected("level-unknown")


def _token(embedded: Any) -> Any:
    """The signature timestamp (RFC 3161, as unsigned attribute), if there is just one."""
    attributes = embedded.signer_info["unsigned_attrs"]
    try:
        token = find_unique_cms_attribute(attributes, "signature_time_stamp_token")["content"]
    except Exception:
        return None
    sealbytes.check_few(token)
    return token


def _stamped_at(embedded: Any) -> datetime | None:
    token = _token(embedded)
    if token is None:
        return None
    time: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return time


def _context(roots: tuple[asn1.Certificate, ...], moment: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(roots),
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
        retroactive_revinfo=True,
    )


def _validated(
    embedded: Any,
    roots: tuple[asn1.Certificate, ...],
    tsa_roots: tuple[asn1.Certificate, ...],
    moment: datetime,
) -> Any:
    try:
        return loops.run(
            async_validate_pdf_signature(
                embedded, _context(roots, moment), _context(tsa_roots, moment)
            )
        )
    except Exception as error:
        raise Rejected("broken-seal") from error


def _allowed_after(field: str) -> ModificationLevel:
    manager = field == MANAGER_FIELD
    return ModificationLevel.FORM_FILLING if manager else ModificationLevel.LTA_UPDATES


def _check_status(status: Any, allowed: ModificationLevel) -> None:
    if not (status.intact and status.valid):
        raise Rejected("broken-seal")
    if not status.trusted:
        raise Rejected("untrusted-seal")
    stamp = status.timestamp_validity
    if stamp is not None and not (stamp.intact and stamp.valid):
        raise Rejected("timestamp-broken")
    if stamp is not None and not stamp.trusted:
        raise Rejected("timestamp-unknown")
    if status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise Rejected("not-covered")
    level = status.modification_level
    if not status.docmdp_ok or level is None or level > allowed:
        raise Rejected("unexpected-change", what="")
