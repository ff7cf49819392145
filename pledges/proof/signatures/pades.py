"""PAdES (ETSI EN 319 142-1): the manager's signature, the company's seals, document timestamps.

Every function takes a file and gives the same bytes with one or two revisions after them. pyHanko
makes the signatures (CMS) and asks for the timestamps; the revisions around them are written by
our own serialiser.
"""

from collections.abc import Coroutine
from datetime import datetime
from typing import Any, Final

from pyhanko.sign.signers import Signer

from pledges.core.seal_refusals import TimestampUnavailable
from pledges.proof.fileformat import (
    CURRENT,
    CURRENT_RECORD,
    DIGEST,
    FileFormat,
    Format,
    Level,
    RecordFormat,
    RevisionKind,
)
from pledges.proof.pdf import incremental_update
from pledges.proof.pdf.incremental_update import IncrementalUpdate
from pledges.proof.pdf.objects import Name, Reference
from pledges.proof.signatures import (
    event_loop,
    hints,
    signature_dictionaries,
    signed_revision,
)
from pledges.proof.signatures.hints import Identity as Identity
from pledges.proof.signatures.hints import Timestamping as Timestamping
from pledges.proof.signatures.signed_revision import NoRoom

MAX_SIGNED_ATTRIBUTES: Final = 1024
"""Bytes: thrice what a signature has beside certificates, names and its value."""
TOKEN_MARGIN: Final = 1024
"""Bytes by which one timestamp of an authority may be longer than another."""


def sign_as_manager(
    pdf: bytes,
    *,
    appearance: bytes,
    evidence: bytes,
    identity: Identity,
    at: datetime,
    timestamping: Timestamping | None,
    file_format: Format = CURRENT,
) -> bytes:
    """Revision 1: the signature's image, the evidence file, and a certifying signature.

    It allows the filling of fields and nothing else after it (DocMDP P=2). With `timestamping` it
    is B-LT: a signature timestamp, and in the same revision what a validator needs later. Raises
    what the timestamp authority's client raises; then there is no signature.
    """
    level = Level.LONG_TERM if timestamping else Level.BASIC
    update, signature = _first_signature(
        pdf, appearance, evidence, file_format, RevisionKind.MANAGER, level, at
    )
    return _run(_sign(update, signature, identity, at, timestamping))


def seal_as_company(
    pdf: bytes,
    *,
    appearance: bytes,
    identity: Identity,
    at: datetime,
    timestamping: Timestamping | None,
) -> bytes:
    """Revision 2: the stamp in the company's field and its seal, which locks every field.

    In the format that the manager's signature names. The lock (FieldMDP All) stands in the field
    since revision 0. With `timestamping` it is B-LTA: a revision with a document timestamp over
    the whole file follows.
    """
    update = IncrementalUpdate(pdf)
    file_format = signature_dictionaries.format_of(pdf, update.tables)
    incremental_update.show(update, file_format.company_field, appearance)
    level = Level.ARCHIVAL if timestamping else Level.BASIC
    entries = {
        **_common(file_format, level, at),
        "/Reference": signature_dictionaries.locks_of(update.objects.root),
    }
    signature = signed_revision.fill(update, file_format.company_field, entries)
    sealed = _run(_sign(update, signature, identity, at, timestamping))
    return renew_timestamp(sealed, at=at, timestamping=timestamping) if timestamping else sealed


def seal_record(
    pdf: bytes,
    *,
    appearance: bytes,
    record: bytes,
    identity: Identity,
    at: datetime,
    timestamping: Timestamping | None,
    file_format: RecordFormat = CURRENT_RECORD,
) -> bytes:
    """Revision 1 of a record: the stamp, the record's JSON, and the company's certifying seal.

    With `timestamping` it is B-LTA, as a pledge's seal is. Raises as `sign_as_manager` does.
    """
    level = Level.ARCHIVAL if timestamping else Level.BASIC
    update, signature = _first_signature(
        pdf, appearance, record, file_format, RevisionKind.RECORD, level, at
    )
    sealed = _run(_sign(update, signature, identity, at, timestamping))
    return renew_timestamp(sealed, at=at, timestamping=timestamping) if timestamping else sealed


def _first_signature(
    pdf: bytes,
    appearance: bytes,
    attached: bytes,
    file_format: FileFormat,
    kind: RevisionKind,
    level: Level,
    at: datetime,
) -> tuple[IncrementalUpdate, Reference]:
    """What the first signature of a file brings, all but its own bytes."""
    update, field = IncrementalUpdate(pdf), file_format.field_of(kind)
    incremental_update.show(update, field, appearance)
    incremental_update.attach(
        update,
        attached,
        name=file_format.evidence_file,
        description=file_format.evidence_description,
        at=at,
    )
    entries = {
        **_common(file_format, level, at),
        "/Reference": signature_dictionaries.CERTIFIES,
    }
    signature = signed_revision.fill(update, field, entries)
    signed_revision.certify(update, signature)
    return update, signature


def renew_timestamp(pdf: bytes, *, at: datetime, timestamping: Timestamping) -> bytes:
    """One more document timestamp over the whole file, with the authority's chain beside it."""
    return _run(_stamped(pdf, at, timestamping))


def _run(work: Coroutine[Any, Any, bytes]) -> bytes:
    try:
        made: bytes = event_loop.run(work)
    except NoRoom as error:
        # Authorities answer now with more certificates, now with fewer; the next attempt knows.
        raise TimestampUnavailable(str(error)) from error
    return made


# --- The revision around a signature -------------------------------------------------------------
def _common(file_format: FileFormat, level: Level, at: datetime) -> dict[str, Any]:
    return {
        **{key: Name(value) for key, value in signature_dictionaries.COMMON.items()},
        "/M": incremental_update.date(at),
        "/Prop_Build": signature_dictionaries.declare(file_format, level),
    }


async def _sign(
    update: IncrementalUpdate,
    signature: Reference,
    identity: Identity,
    at: datetime,
    timestamping: Timestamping | None,
) -> bytes:
    room = await _largest(identity.signer)
    if timestamping:
        expected = await timestamping.stamper.async_dummy_response(DIGEST)
        room += len(expected.dump()) + TOKEN_MARGIN
        hints.add(update, identity, expected, timestamping, at)

    async def encode(digest: bytes) -> bytes:
        made = await identity.signer.async_sign(
            digest,
            DIGEST,
            use_pades=True,
            timestamper=timestamping.stamper if timestamping else None,
        )
        return bytes(made.dump())

    return await signed_revision.write(update, signature, room=room, encode=encode)


async def _stamped(pdf: bytes, at: datetime, timestamping: Timestamping) -> bytes:
    update = IncrementalUpdate(pdf)
    file_format = signature_dictionaries.format_in(pdf, update.tables)
    stamper = timestamping.stamper
    expected = await stamper.async_dummy_response(DIGEST)
    number = len(update.tables) - len(file_format.signers)
    name = file_format.field_of(RevisionKind.TIMESTAMP, number)
    entries = {key: Name(value) for key, value in signature_dictionaries.TIMESTAMP.items()}
    signature = signed_revision.add_timestamp(update, name, entries)
    incremental_update.add_hints(
        update, certificates=hints.stamping_chain(expected, timestamping, at), crls=[]
    )

    async def encode(digest: bytes) -> bytes:
        return bytes((await stamper.async_timestamp(digest, DIGEST)).dump())

    room = len(expected.dump()) + TOKEN_MARGIN
    return await signed_revision.write(update, signature, room=room, encode=encode)


async def _largest(signer: Signer) -> int:
    """More bytes than a signature without a timestamp takes.

    pyHanko would make the whole of it once before, to see how long it is.
    """
    own: Any = signer.signing_cert
    certificates = sum(len(each.dump()) for each in (own, *signer.cert_registry))
    signature = await signer.async_sign_raw(b"", DIGEST, dry_run=True)
    # Who issued the certificate stands in the signer's identifier and in a signed attribute.
    issuer = 2 * len(own.issuer.dump())
    return certificates + len(signature) + issuer + MAX_SIGNED_ATTRIBUTES
