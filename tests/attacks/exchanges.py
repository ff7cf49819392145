"""Parts of honest files taken away, put elsewhere or done again by others: ends, seals, times."""

from datetime import timedelta
from typing import Any

from asn1crypto import cms
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata

from pledges.core.digests import sha256_hex
from pledges.proof import evidence
from pledges.proof.fileformat import CURRENT, Level, RevisionKind
from pledges.proof.passkeys import enrolment_statements
from pledges.proof.signatures import event_loop, pades
from pledges.proof.signatures.pades import Identity
from tests.attacks import library_signing, library_updates
from tests.attacks.honest import (
    RENEWED,
    Honest,
    accept,
    drawn,
    seal_for,
    sign,
    stamped_over,
    writer_of,
)
from tests.attacks.table import Forged, forgery
from tests.attacks.wrapping import cms_of, with_contents
from tests.sealed import ACCEPTED, SIGNED

# --- Before the beginning and after the end -------------------------------------------------------
BEHIND: dict[str, bytes] = {
    "a word": b"void",
    "a space": b" ",
    "a line feed": b"\n",
    "a zero": b"\0",
    "a comment": b"% void\n",
    "another end": b"%%EOF\n",
    "another start and end": b"startxref\n9\n%%EOF\n",
}


def _with_behind(name: str, more: bytes) -> None:
    @forgery(
        "trailing-bytes",
        "unreadable",
        on=["finished"],
        opens=b"start" not in more,
        name=f"{name} behind the end",
    )
    def forge(_honest: Honest, pdf: bytes) -> bytes:
        return pdf + more


for _name, _more in BEHIND.items():
    _with_behind(_name, _more)


@forgery("unreadable", "trailing-bytes", on=["finished"], opens=False)
def another_document_behind_the_end(honest, pdf):
    return pdf + honest.rendered_elsewhere


@forgery("unreadable", "trailing-bytes", on=["finished"])
def the_same_file_twice(_honest, pdf):
    return pdf + pdf


@forgery("not-a-pdf")
def bytes_before_the_beginning(_honest, pdf):
    return b"\n" + pdf


@forgery("unreadable", "not-a-pdf", on=["finished"], opens=False)
def a_page_of_the_web_before_the_beginning(_honest, pdf):
    return b"%PDF-1.7\n<html><body>void</body></html>\n" + pdf


@forgery("not-a-pdf", on=["finished"])
def another_major_version(_honest, pdf):
    return pdf.replace(b"%PDF-1.7", b"%PDF-2.0", 1)


@forgery("unreadable", on=["finished"])
def another_minor_version(_honest, pdf):
    return pdf.replace(b"%PDF-1.7", b"%PDF-1.3", 1)


def _cut(part: int) -> None:
    @forgery("trailing-bytes", on=["finished"], opens=False, name=f"cut at {part} of 12")
    def forge(_honest: Honest, pdf: bytes) -> bytes:
        place = len(pdf) * part // 12
        # Where a revision happens to end, the file would be a whole one.
        return pdf[: place - 1 if pdf[:place].endswith(b"%%EOF\n") else place]


for _part in range(1, 12):
    _cut(_part)


@forgery("trailing-bytes")
def the_last_line_feed_gone(_honest, pdf):
    return pdf[:-1]


@forgery("unknown-shape", on=["signed"])
def cut_back_to_what_nobody_signed(honest, _pdf):
    return honest.rendered


@forgery("broken-signature", "unreadable", on=["signed"])
def a_byte_of_the_text_exchanged(_honest, pdf):
    place = pdf.index(b"stream\n") + 60
    return pdf[:place] + bytes([pdf[place] ^ 255]) + pdf[place + 1 :]


# --- Seals of others ------------------------------------------------------------------------------
@forgery("unexpected-field", "unexpected-change", on=["finished"])
def third_seal_by_an_impostor(honest, pdf):
    return third(pdf, honest.impostor.company())


@forgery("unexpected-field", "unexpected-change", on=["finished"])
def third_seal_by_the_company(honest, pdf):
    return third(pdf, honest.basic.company())


@forgery("unexpected-field", "unexpected-change", on=["finished"])
def third_seal_by_the_event_authority(honest, pdf):
    return third(pdf, honest.basic.one_shot(sha256_hex(honest.rendered), at=ACCEPTED))


@forgery("unexpected-field", "unexpected-change", on=["signed"])
def second_seal_of_the_manager_in_a_field_of_its_own(honest, pdf):
    return third(pdf, honest.basic.one_shot(sha256_hex(honest.rendered)))


@forgery("wrong-issuer", "not-locking", on=["signed"])
def second_seal_of_the_manager_in_the_companys_field(honest, pdf):
    identity = honest.basic.one_shot(sha256_hex(honest.rendered), at=ACCEPTED)
    return accept(honest.basic, pdf, identity=identity)


@forgery("unknown-shape", "unexpected-field", on=["finished"])
def third_seal_called_a_timestamp(honest, pdf):
    return third(pdf, honest.impostor.company(), field=CURRENT.field_of(RevisionKind.TIMESTAMP, 1))


def third(pdf: bytes, identity: Identity, field: str = "Third") -> bytes:
    """One more seal, of its own field, by whoever."""
    writer = writer_of(pdf)
    append_signature_field(writer, SigFieldSpec(field, box=(0, 0, 0, 0)))
    metadata = PdfSignatureMetadata(
        field_name=field, **library_signing._common(identity, Level.BASIC, ACCEPTED, None)
    )
    return event_loop.run(library_signing._sign(writer, metadata, identity, ACCEPTED, None))


@forgery("broken-signature", on=["finished"])
def seal_of_another_pledge(honest, pdf):
    other = accept(
        honest.basic, seal_for(honest.basic, honest.rendered_elsewhere, honest.rendered_elsewhere)
    )
    return with_contents(pdf, cms_of(other).dump())


@forgery("broken-signature", on=["finished"])
def the_managers_seal_in_the_companys_place(honest, pdf):
    return with_contents(pdf, cms_of(honest.signed).dump())


@forgery("unreadable", "broken-signature", on=["signed"])
def revisions_of_another_pledge(honest, pdf):
    """Everything that was sealed there, behind another document of the very same length."""
    place = honest.rendered.index(b"stream\n") + 30
    other = honest.rendered[:place] + b"\x55" + honest.rendered[place + 1 :]
    return other + pdf[len(other) :]


def certified(
    pdf: bytes,
    identity: Identity,
    *,
    stamped: pades.Timestamping | None = None,
    without: str = "",
    level: Level = Level.BASIC,
    **changed: Any,
) -> bytes:
    """The manager's seal by the right hand, but not in the way it should be made."""
    common = library_signing._common(identity, level, SIGNED, None)
    settings = {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS, **common, **changed}
    settings.pop(without, None)
    metadata = PdfSignatureMetadata(field_name=CURRENT.manager_field, **settings)
    return event_loop.run(
        library_signing._sign(writer_of(pdf), metadata, identity, SIGNED, stamped)
    )


def one_shot(honest: Honest) -> Identity:
    return honest.basic.one_shot(sha256_hex(honest.rendered))


@forgery("not-certifying", "failed", on=["signed"])
def manager_does_not_certify(honest, _pdf):
    return certified(honest.rendered, one_shot(honest), certify=False)


@forgery("not-certifying", on=["signed"])
def manager_allows_annotations(honest, _pdf):
    loose = MDPPerm.ANNOTATE
    return certified(honest.rendered, one_shot(honest), docmdp_permissions=loose)


@forgery("evidence-missing", on=["signed"])
def no_evidence_at_all(honest, _pdf):
    return certified(honest.rendered, one_shot(honest))


@forgery("level-unknown", on=["signed"])
def level_not_declared(honest, _pdf):
    return certified(honest.rendered, one_shot(honest), without="app_build_props")


@forgery("from-the-future", on=["signed"])
def judged_before_it_was_signed(_honest, pdf):
    return Forged(pdf, {"at": SIGNED - timedelta(minutes=6)})


# --- Times ----------------------------------------------------------------------------------------
def without_timestamp(pdf: bytes) -> bytes:
    found = cms_of(pdf)
    signer = found["content"]["signer_infos"][0]
    kept = {key: signer[key] for key in signer if key != "unsigned_attrs"}
    found["content"]["signer_infos"] = [cms.SignerInfo(kept)]
    return with_contents(pdf, found.dump(force=True))


def with_timestamp(pdf: bytes, over: bytes, timestamping: pades.Timestamping) -> bytes:
    """Another signature timestamp in the last seal, over whatever."""
    token = event_loop.run(timestamping.stamper.async_timestamp(over, "sha256"))
    found = cms_of(pdf)
    attribute = cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})
    found["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([attribute])
    return with_contents(pdf, found.dump(force=True))


def seal_digest(pdf: bytes) -> bytes:
    value = cms_of(pdf)["content"]["signer_infos"][0]["signature"].native
    return bytes.fromhex(sha256_hex(value))


@forgery("timestamp-missing", on=["stamped_signed"])
def signature_timestamp_stripped(_honest, pdf):
    return without_timestamp(pdf)


@forgery("timestamp-unknown", on=["stamped_signed"])
def signature_timestamp_by_another_authority(honest, pdf):
    return with_timestamp(pdf, seal_digest(pdf), honest.foreign_authority.at(SIGNED))


@forgery("timestamp-broken", on=["stamped_signed"])
def signature_timestamp_of_another_seal(honest, pdf):
    return with_timestamp(pdf, bytes(32), honest.stamped.stamp(SIGNED))


@forgery("timestamp-contradicts", "untrusted-signature", on=["stamped_signed"])
def signature_timestamp_of_another_day(honest, pdf):
    return with_timestamp(pdf, seal_digest(pdf), honest.stamped.stamp(ACCEPTED))


@forgery("timestamp-contradicts", on=["stamped_signed"])
def signature_timestamp_that_the_seal_does_not_declare(honest, _pdf):
    identity = honest.stamped.one_shot(sha256_hex(honest.rendered))
    return certified(honest.rendered, identity, stamped=honest.stamped.stamp(SIGNED))


@forgery("timestamp-missing", on=["lta"])
def document_timestamp_stripped(honest, pdf):
    return pdf[: pdf.index(b"%%EOF\n", len(honest.stamped_signed)) + 6]


@forgery("timestamp-unknown", on=["lta"])
def document_timestamp_by_another_authority(honest, pdf):
    cut = document_timestamp_stripped(honest, pdf)
    foreign = honest.foreign_authority.at(ACCEPTED)
    return pades.renew_timestamp(cut, at=ACCEPTED, timestamping=foreign)


@forgery("timestamp-unknown", on=["lta"])
def renewed_by_another_authority(honest, pdf):
    foreign = honest.foreign_authority.at(RENEWED)
    return pades.renew_timestamp(pdf, at=RENEWED, timestamping=foreign)


@forgery("timestamp-broken", "not-covered", "broken-signature", on=["lta"])
def document_timestamp_of_another_file(honest, pdf):
    return with_contents(pdf, cms_of(honest.renewed).dump())


@forgery("order-of-time", on=["lta"])
def renewed_in_the_past(honest, pdf):
    early = ACCEPTED - timedelta(hours=1)
    return pades.renew_timestamp(pdf, at=early, timestamping=honest.stamped.stamp(early))


@forgery("from-the-future", on=["lta"])
def renewed_in_the_future(honest, pdf):
    return Forged(honest.renewed, {"at": RENEWED - timedelta(minutes=6)})


@forgery("timestamp-unknown", on=["lta"])
def authority_that_nobody_named(honest, pdf):
    trust = honest.stamped.trust
    return Forged(pdf, {"trust": type(trust)(trust.roots)})


@forgery("unexpected-field", "unknown-shape", on=["finished"])
def timestamp_on_a_file_that_declares_none(honest, pdf):
    trust = honest.stamped.trust
    told = {"trust": type(trust)(honest.basic.trust.roots, (), trust.tsa_roots)}
    return Forged(stamped_over(pdf, lambda writer: None, honest.stamped), told)


@forgery("passkey-invalid", on=["signed"])
def enrolled_after_the_signing(honest, _pdf):
    told = honest.basic.evidence(honest.rendered)
    signed = told["authentication"]["enrolment"]["statement"]
    late = (SIGNED + timedelta(days=1)).isoformat(timespec="seconds")
    statement = enrolment_statements.EnrolmentStatement(**{**signed, "enrolled_at": late})
    told["authentication"]["enrolment"] = enrolment_statements.sign(
        statement, honest.basic.ledger.sign
    )
    return sign(honest.basic, honest.rendered, said=evidence.write(told))


@forgery("level-unknown", on=["stamped_signed"])
def a_seal_of_a_level_that_no_company_has(honest, pdf):
    identity, stamped = honest.stamped.company(), honest.stamped.stamp(ACCEPTED)
    writer = writer_of(pdf)
    library_updates.show(writer, CURRENT.company_field, drawn("Company"))
    common = library_signing._common(identity, Level.LONG_TERM, ACCEPTED, stamped)
    metadata = PdfSignatureMetadata(field_name=CURRENT.company_field, **common)
    return event_loop.run(library_signing._sign(writer, metadata, identity, ACCEPTED, stamped))
