"""An appearance is an incremental update, and the fields can be sealed with PAdES afterwards."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import x509 as asn1
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pledges.gateways import pades, pdf
from tests.gateways.papers import FONTS, opened, poppler, render, text_of

FIGURE_CSS = "@page { size: 76mm 40mm; margin: 0 } html { font: 12pt 'Pledge Serif' }"


def figure(text: str) -> bytes:
    html = f'<html lang="en"><title>x</title><p>{text}</p></html>'
    return pdf.render(html, css=FIGURE_CSS, fonts=FONTS, signature_fields=False)


@pytest.fixture(scope="module")
def rendered():
    return render()


@pytest.fixture(scope="module")
def drawn(rendered):
    return pades.draw_appearance(rendered, field="ManagerSeal", appearance=figure("李明 2026"))


def test_an_appearance_is_an_incremental_update(rendered, drawn):
    assert drawn.startswith(rendered) and len(drawn) > len(rendered)
    assert opened(drawn).check_pdf_syntax() == []
    assert "李明2026" in text_of(drawn) and "李明" not in text_of(rendered)


def test_it_is_deterministic_and_changes_the_identifier_only_in_its_second_half(rendered, drawn):
    assert (
        pades.draw_appearance(rendered, field="ManagerSeal", appearance=figure("李明 2026"))
        == drawn
    )
    before, after = opened(rendered).trailer.ID, opened(drawn).trailer.ID
    assert bytes(before[0]) == bytes(after[0]) and bytes(before[1]) != bytes(after[1])


def test_it_keeps_what_pdf_a_demands(rendered, drawn):
    before, after = opened(rendered).Root, opened(drawn).Root
    assert before.Metadata.read_bytes() == after.Metadata.read_bytes()
    assert dict(opened(rendered).docinfo) == dict(opened(drawn).docinfo)
    manager, company = after.AcroForm.Fields
    assert list(manager.AP.keys()) == ["/N"] and "/V" not in manager
    assert "/ColorSpace" not in manager.AP.N.Resources
    assert [float(x) for x in manager.AP.N.BBox] == pytest.approx([0, 0, 215.43, 113.39], abs=0.01)
    assert company.AP.N.read_bytes() == b""
    fonts = poppler("pdffonts", drawn).splitlines()[2:]
    assert len(fonts) == 3 and all(" yes yes yes " in line for line in fonts)
    assert len({line.split("+")[0] for line in fonts}) == 2


def test_both_appearances_can_stand_one_after_the_other(drawn):
    both = pades.draw_appearance(drawn, field="CompanySeal", appearance=figure("Company No. 7"))
    assert both.startswith(drawn)
    assert "李明2026" in text_of(both) and "CompanyNo.7" in text_of(both)
    assert pades.field_names(both) == ("ManagerSeal", "CompanySeal")


def test_an_unknown_field_is_refused(rendered):
    with pytest.raises(pades.UnknownField, match="Other"):
        pades.draw_appearance(rendered, field="Other", appearance=figure("x"))


@pytest.fixture(scope="module")
def signer():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")])
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.KeyUsage(True, True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )


def sealed(document: bytes, field: str, signer, certify: bool) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=certify,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
    )
    writer = IncrementalPdfFileWriter(BytesIO(document))
    return signers.sign_pdf(writer, metadata, signer=signer, existing_fields_only=True).getvalue()


def test_the_fields_can_be_sealed_one_after_the_other(drawn, signer):
    first = sealed(drawn, "ManagerSeal", signer, certify=True)
    both = sealed(first, "CompanySeal", signer, certify=False)
    trusted = ValidationContext(trust_roots=[signer.signing_cert])
    signatures = PdfFileReader(BytesIO(both)).embedded_signatures
    assert [each.field_name for each in signatures] == ["ManagerSeal", "CompanySeal"]
    for each in signatures:
        status = validate_pdf_signature(each, trusted)
        assert status.intact and status.valid and status.docmdp_ok
