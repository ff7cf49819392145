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
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from pledges.gateways import certificates, issuing, keystore, pki
from pledges.gateways.keys import to_asn1
from pledges.gateways.keystore import SealIdentity, Store
from pledges.gateways.tsa import Authority, HttpTimeStamper, read_roots
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
    found = (issuing.crl_of(store, each, at) for each in ("root", name))
    return [asn1_crl.CertificateList.load(each.public_bytes(Encoding.DER)) for each in found]


def sealed(store: Store, who: str, identity: SealIdentity, responder: Responder, at: datetime):
    """A PDF with the seal, its lists and two timestamps, all at `at`."""
    roots = read_roots(responder.roots)
    context = ValidationContext(
        trust_roots=[to_asn1(store.root), *roots],
        other_certs=list(identity.chain),
        crls=lists(store, who, at),
        allow_fetching=False,
        moment=at,
        revocation_mode="soft-fail",
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        use_pades_lta=True,
        embed_validation_info=True,
        validation_context=context,
    )
    stamper = HttpTimeStamper(Authority(responder.url, roots), at)
    signer = signers.PdfSigner(metadata, signer=identity.signer, timestamper=stamper)
    writer = IncrementalPdfFileWriter(BytesIO(page()))
    return asyncio.run(signer.async_sign_pdf(writer)).getvalue()


def judged(pdf: bytes, store: Store, responder: Responder):
    trust = SimpleTrustManager.build([to_asn1(store.root), *read_roots(responder.roots)])

    def policy(rule: RevocationCheckingRule) -> CertValidationPolicySpec:
        checking = CertRevTrustPolicy(RevocationCheckingPolicy(rule, rule))
        return CertValidationPolicySpec(trust_manager=trust, revinfo_policy=checking)

    specification = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy(RevocationCheckingRule.CRL_REQUIRED),
            ts_cert_validation_policy=policy(RevocationCheckingRule.CHECK_IF_DECLARED),
        )
    )
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    return asyncio.run(ades_lta_validation(signature, specification)).ades_subindic


@pytest.fixture
def years_ago(tmp_path: Path, responder: Responder):
    """Keys made `years` ago, and an authority whose clock stands there."""

    def make(years: int) -> tuple[Store, datetime]:
        at = datetime.now(UTC) - timedelta(days=365 * years)
        pki.create(tmp_path / "pki", organisation="示例银行", passphrase=PASSPHRASE, at=at)
        responder.clock = at
        return keystore.load(tmp_path / "pki", PASSPHRASE), at

    return make


@pytest.mark.parametrize("years", [1, 5, 9])
def test_a_one_shot_seal_is_valid_years_later(years_ago, responder: Responder, years: int) -> None:
    store, at = years_ago(years)
    identity = issuing.one_shot_seal(store, at=at, **FACTS)
    pdf = sealed(store, "event-ca", identity, responder, at)
    assert judged(pdf, store, responder) == AdESPassed.OK


@pytest.mark.parametrize("years", [1, 5, 9])
def test_the_companys_seal_is_valid_years_later(
    years_ago, responder: Responder, years: int
) -> None:
    store, at = years_ago(years)
    pdf = sealed(store, "company-ca", store.company_seal(at), responder, at)
    assert judged(pdf, store, responder) == AdESPassed.OK


def test_a_list_that_outlives_the_certificate_spoils_it(
    years_ago, responder: Responder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the event CA's list is so short: with a longer one the seal fails once expired."""
    monkeypatch.setattr(certificates, "EVENT_CRL_LIFE", timedelta(days=30))
    store, at = years_ago(1)
    identity = issuing.one_shot_seal(store, at=at, **FACTS)
    pdf = sealed(store, "event-ca", identity, responder, at)
    assert judged(pdf, store, responder) == AdESIndeterminate.OUT_OF_BOUNDS_NO_POE
