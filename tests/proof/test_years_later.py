"""Seals of our certificates, made years ago with trusted time, before AdES validation today.

pyHanko asks the clock of the machine in places, so the sealing is moved into the past and not the
validation into the future.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import crl as asn1_crl
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from pledges.proof.keys import certificates, event_certificates, key_store, pki, revocation_lists
from pledges.proof.keys.key_store import SigningIdentity, Store
from pledges.proof.keys.private_keys import to_asn1
from pledges.proof.signatures.timestamp_authority import (
    Authority,
    HttpTimeStamper,
    read_roots,
)
from tests.second_opinions import long_term_specification
from tests.tsa import Responder

PASSPHRASE = b"correct-horse-battery-staple"
FACTS = {
    "name": "李明",
    "employee_number": "E1001",
    "department": "华东零售部",
    "organisation": "示例银行",
    "digest_hex": "ab" * 32,
}


def page() -> bytes:
    writer = PdfFileWriter()
    drawn = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.insert_page(PageObject(contents=drawn, media_box=(0, 0, 300, 300)))
    result = BytesIO()
    writer.write(result)
    return result.getvalue()


def lists(store: Store, name: str, at: datetime) -> list[asn1_crl.CertificateList]:
    found = (event_certificates.crl_of(store, each, at) for each in ("root", name))
    return [asn1_crl.CertificateList.load(each.public_bytes(Encoding.DER)) for each in found]


def stamper(responder: Responder, at: datetime) -> HttpTimeStamper:
    responder.clock = at
    return HttpTimeStamper(Authority(responder.url, read_roots(responder.roots)), at)


def sealed(pdf: bytes, field: str, identity: SigningIdentity, responder: Responder, at: datetime):
    """The PDF with a seal and its timestamp."""
    metadata = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    signer = signers.PdfSigner(metadata, signer=identity.signer, timestamper=stamper(responder, at))
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    return asyncio.run(signer.async_sign_pdf(writer)).getvalue()


def kept(pdf: bytes, store: Store, identities, crls, responder: Responder, at: datetime) -> bytes:
    """The PDF with what validation will want, under a document timestamp."""
    roots = read_roots(responder.roots)
    named = [each for one in identities for each in (one.cert, *one.chain)]
    stream = BytesIO(pdf)
    DocumentSecurityStore.add_dss(stream, sig_contents=None, certs=[*named, *roots], crls=crls)
    context = ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=at)
    writer = IncrementalPdfFileWriter(BytesIO(stream.getvalue()))
    stamping = signers.PdfTimeStamper(stamper(responder, at))
    done = asyncio.run(stamping.async_timestamp_pdf(writer, "sha256", context))
    return done.getvalue()


def two_seals(store: Store, responder: Responder, at: datetime) -> bytes:
    """Signed at `at`, accepted three days later; only then are all lists embedded."""
    manager = event_certificates.make_one_shot_identity(store, at=at, **FACTS)
    pdf = sealed(page(), "Manager", manager, responder, at)
    crls = lists(store, "event-ca", at)
    later = at + timedelta(days=3)
    company = store.company_seal(later)
    pdf = sealed(pdf, "Company", company, responder, later)
    crls += lists(store, "company-ca", later)
    return kept(pdf, store, (manager, company), crls, responder, later)


def judged(pdf: bytes, store: Store, responder: Responder):
    specification = long_term_specification([to_asn1(store.root), *read_roots(responder.roots)])
    found = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    return {
        each.field_name: asyncio.run(ades_lta_validation(each, specification)).ades_subindic
        for each in found
    }


@pytest.fixture
def years_ago(tmp_path: Path, responder: Responder):
    """Keys made `years` ago."""

    def make(years: int) -> tuple[Store, datetime]:
        at = datetime.now(UTC) - timedelta(days=365 * years)
        pki.create(tmp_path / "pki", organisation="示例银行", passphrase=PASSPHRASE, at=at)
        return key_store.load(tmp_path / "pki", PASSPHRASE), at

    return make


@pytest.mark.parametrize("years", [1, 5, 9])
def test_both_seals_are_valid_years_later(years_ago, responder: Responder, years: int) -> None:
    store, at = years_ago(years)
    pdf = two_seals(store, responder, at)
    assert judged(pdf, store, responder) == {
        "Manager": AdESPassed.OK,
        "Company": AdESPassed.OK,
    }


def test_a_list_that_outlives_the_certificate_spoils_its_seal(
    years_ago, responder: Responder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the event CA's list is so short."""
    monkeypatch.setattr(certificates, "EVENT_CRL_LIFE", timedelta(days=30))
    store, at = years_ago(1)
    pdf = two_seals(store, responder, at)
    assert judged(pdf, store, responder) == {
        "Manager": AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
        "Company": AdESPassed.OK,
    }


def test_a_list_that_does_not_say_of_what_it_speaks_spoils_both(
    years_ago, responder: Responder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the lists of event CA and company CA are for end entities only, and say so."""
    monkeypatch.setattr(revocation_lists, "_reach", lambda authority: None)
    store, at = years_ago(1)
    pdf = two_seals(store, responder, at)
    assert judged(pdf, store, responder) == {
        "Manager": AdESIndeterminate.NO_POE,
        "Company": AdESIndeterminate.NO_POE,
    }
