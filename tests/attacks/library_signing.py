"""Signing by pyHanko alone, as the product itself once did: for attackers and comparisons."""

from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.signers.pdf_byterange import BuildProps
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    SigDSSPlacementPreference,
    TimestampDSSContentSettings,
)
from pyhanko.stamp import BaseStampStyle
from pyhanko_certvalidator import ValidationContext

from pledges.proof.fileformat import APPLICATION, CURRENT, DIGEST, Level, RevisionKind
from pledges.proof.signatures import event_loop, pades
from pledges.proof.signatures.pades import Identity, Timestamping
from tests.attacks import library_updates

SIGNED_ATTRIBUTES = 1024


def sign_as_manager(
    pdf: bytes,
    *,
    appearance: bytes,
    evidence: bytes,
    identity: Identity,
    at: datetime,
    timestamping: Timestamping | None,
) -> bytes:
    """Revision 1: the mark in the manager's field, the evidence file, and a certifying seal.

    The seal allows the filling of fields and nothing else after it (DocMDP P=2). With
    `timestamping` it is B-LT: a signature timestamp, and in the same revision what a validator
    needs later. Raises what the timestamp authority's client raises; then there is no seal.
    """
    writer = _writer(pdf)
    library_updates.show(writer, CURRENT.manager_field, appearance)
    library_updates.attach(
        writer,
        name=CURRENT.evidence_file,
        description=CURRENT.evidence_description,
        content=evidence,
        mime_type="application/json",
        at=at,
    )
    level = Level.LONG_TERM if timestamping else Level.BASIC
    metadata = PdfSignatureMetadata(
        field_name=CURRENT.manager_field,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        **_common(identity, level, at, timestamping),
    )
    sealed: bytes = event_loop.run(_sign(writer, metadata, identity, at, timestamping))
    return sealed


def seal_as_company(
    pdf: bytes,
    *,
    appearance: bytes,
    identity: Identity,
    at: datetime,
    timestamping: Timestamping | None,
) -> bytes:
    """Revision 2: the stamp in the company's field and its seal, which locks every field.

    The lock (FieldMDP All) stands in the field since revision 0. With `timestamping` it is B-LTA:
    a revision with a document timestamp over the whole file follows.
    """
    writer = _writer(pdf)
    library_updates.show(writer, CURRENT.company_field, appearance)
    level = Level.ARCHIVAL if timestamping else Level.BASIC
    metadata = PdfSignatureMetadata(
        field_name=CURRENT.company_field, **_common(identity, level, at, timestamping)
    )
    sealed: bytes = event_loop.run(_sign(writer, metadata, identity, at, timestamping))
    return renew_timestamp(sealed, at=at, timestamping=timestamping) if timestamping else sealed


def renew_timestamp(pdf: bytes, *, at: datetime, timestamping: Timestamping) -> bytes:
    """One more document timestamp over the whole file, with the authority's chain before it."""
    count = len(PdfFileReader(BytesIO(pdf)).embedded_timestamp_signatures)
    stamper = PdfTimeStamper(
        timestamping.stamper, field_name=CURRENT.field_of(RevisionKind.TIMESTAMP, count + 1)
    )
    writer = _writer(pdf)
    context = ValidationContext(trust_roots=timestamping.roots, moment=at, allow_fetching=False)
    settings = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
    result: BytesIO = event_loop.run(
        stamper.async_timestamp_pdf(
            writer, DIGEST, validation_context=context, dss_settings=settings
        )
    )
    return result.getvalue()


class _AsDrawn(BaseStampStyle):
    """Leaves the appearance that the field has already."""

    def create_stamp(self, writer: Any, box: Any, text_params: Any) -> Any:
        return None


class _Signer(PdfSigner):
    """Declares the one extension that PAdES needs.

    pyHanko would also declare ISO/TS 32002 for elliptic curves, and raise the version of the file
    to 2.0 for it, which PDF/A-3 does not allow.
    """

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        from pyhanko.sign.signers.pdf_signer import _ensure_esic_ext

        _ensure_esic_ext(pdf_out)


def _writer(pdf: bytes) -> Any:
    return library_updates.QuietWriter(BytesIO(pdf))


def _common(
    identity: Identity, level: Level, at: datetime, timestamping: Timestamping | None
) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "subfilter": SigSeedSubFilter.PADES,
        "md_algorithm": DIGEST,
        "app_build_props": BuildProps(name=APPLICATION, revision=CURRENT.declaration(level)),
    }
    if timestamping:
        settings["embed_validation_info"] = True
        settings["validation_context"] = ValidationContext(
            trust_roots=[*identity.roots, *timestamping.roots],
            crls=list(identity.crls),
            moment=at,
            allow_fetching=False,
        )
        settings["dss_settings"] = DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        )
    return settings


async def _sign(
    writer: Any,
    metadata: PdfSignatureMetadata,
    identity: Identity,
    at: datetime,
    timestamping: Timestamping | None,
) -> bytes:
    """pyHanko's signing in its phases, because `sign_pdf` would take the time from the system."""
    stamper = timestamping.stamper if timestamping else None
    signer = _Signer(metadata, identity.signer, timestamper=stamper, stamp_style=_AsDrawn())
    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = at
    known = await session.perform_presign_validation(writer)
    if stamper:
        reserved = await session.estimate_signature_container_size(known)
    else:
        reserved = 2 * await pades._largest(identity.signer)
    prepared = session.prepare_tbs_document(known, bytes_reserved=reserved)
    output = BytesIO()
    digest, _written = prepared.digest_tbs_document(output=output)
    await prepared.perform_signature(
        document_digest=digest.document_digest,
        pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at),
    )
    return output.getvalue()
